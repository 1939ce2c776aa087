using System.Globalization;

namespace IncidentTools.Engine.Foundation;

/// <summary>Resolved arguments of a step, probe, action or channel: plain data that its shape has already checked and converted, defaults filled in.</summary>
public sealed class Arguments(IReadOnlyDictionary<string, object?> values)
{
    public IReadOnlyDictionary<string, object?> Values => values;

    public bool Has(string name) => values.TryGetValue(name, out var value) && value is not null;
    public object? this[string name] => values.GetValueOrDefault(name);

    public string Text(string name) => TextOrNull(name) ?? throw new KeyNotFoundException($"argument '{name}' is not there: its shape should require it or give a default");
    public string? TextOrNull(string name) => values.GetValueOrDefault(name) switch
    {
        null => null,
        string text => text,
        var other => Convert.ToString(other, CultureInfo.InvariantCulture),
    };

    public int Int(string name, int fallback = 0) => Has(name) ? checked((int)Convert.ToInt64(values[name], CultureInfo.InvariantCulture)) : fallback;
    public double? Number(string name) => Has(name) ? Convert.ToDouble(values[name], CultureInfo.InvariantCulture) : null;
    public bool Flag(string name) => Has(name) && (bool)values[name]!;
    public TimeSpan? Duration(string name) => Has(name) ? (TimeSpan)values[name]! : null;
    public DateTimeOffset? Time(string name) => Has(name) ? (DateTimeOffset)values[name]! : null;

    public IReadOnlyList<string> Texts(string name) => values.GetValueOrDefault(name) switch
    {
        null => [],
        IReadOnlyList<object?> list => [.. list.Select(item => Convert.ToString(item, CultureInfo.InvariantCulture) ?? "")],
        var single => [Convert.ToString(single, CultureInfo.InvariantCulture) ?? ""],
    };

    public IReadOnlyList<object?> List(string name) => values.GetValueOrDefault(name) as IReadOnlyList<object?> ?? [];
    public IReadOnlyDictionary<string, object?> Map(string name) => values.GetValueOrDefault(name) as IReadOnlyDictionary<string, object?> ?? EmptyMap;
    private static readonly Dictionary<string, object?> EmptyMap = [];
}
