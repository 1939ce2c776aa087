using System.Globalization;

namespace IncidentTools.Engine.Probes;

/// <summary>
/// What a probe collects while it looks. The keys of the value are all there from the start (null = not known), so that a runbook's
/// <c>$steps.http.value.status</c> exists whatever happened; the worst finding decides: Fail, Error, Warn, Pass.
/// </summary>
internal sealed class Findings
{
    private readonly ProbeContext _context;
    private readonly long _started;
    private readonly Dictionary<string, object?> _value, _observations = [], _thresholds = [];
    private readonly List<(ProbeStatus Status, string? Word, string Message)> _items = [];

    public Findings(ProbeContext context, IEnumerable<string> keys)
    {
        (_context, _started) = (context, context.Time.GetTimestamp());
        _value = keys.ToDictionary(key => key, _ => (object?)null, StringComparer.Ordinal);
    }

    /// <summary>Part of the value: what a runbook decides on.</summary>
    public object? this[string key]
    {
        set => _value[_value.ContainsKey(key) ? key : throw new KeyNotFoundException($"'{key}' is not a declared key of the value")] = value;
    }

    public string? Unit { get; set; }

    /// <summary>What stands behind the value, for the reader of the report.</summary>
    public void Observe(string name, object? value) => _observations[name] = value;

    /// <summary>A limit that was applied; null = none was set.</summary>
    public void Threshold(string name, object? value)
    {
        if (value is not null) _thresholds[name] = value;
    }

    public void Pass(string message) => _items.Add((ProbeStatus.Pass, null, message));
    public void Warn(string word, string message) => _items.Add((ProbeStatus.Warn, word, message));
    public void Fail(string word, string message) => _items.Add((ProbeStatus.Fail, word, message));
    /// <summary>Could not check.</summary>
    public void Unknown(string word, string message) => _items.Add((ProbeStatus.Error, word, message));

    public ProbeResult Result()
    {
        // a probe that found nothing to say has not checked anything: a defect, and never a Pass
        if (_items.Count == 0) throw new InvalidOperationException("the probe came to no finding");
        var worst = _items.MaxBy(item => Weight(item.Status)).Status;
        var said = _items.Where(item => item.Status == worst).ToList();
        var message = string.Join("; ", said.Take(3).Select(item => item.Message)) + (said.Count > 3 ? string.Create(CultureInfo.InvariantCulture, $"; and {said.Count - 3} more") : "");
        return new ProbeResult(worst, _context.Mask.Apply(message))
        {
            Value = Clean(_value), Unit = Unit, Observations = (IReadOnlyDictionary<string, object?>)Clean(_observations)!, Thresholds = (IReadOnlyDictionary<string, object?>)Clean(_thresholds)!,
            Error = said[0].Word, Took = _context.Time.GetElapsedTime(_started),
        };
    }

    private static int Weight(ProbeStatus status) => status switch { ProbeStatus.Fail => 4, ProbeStatus.Error => 3, ProbeStatus.Warn => 2, ProbeStatus.Pass => 1, _ => 0 };

    /// <summary>Plain data as expressions know it (long, double), secrets masked in every text.</summary>
    private object? Clean(object? value) => value switch
    {
        string text => _context.Mask.Apply(text),
        int number => (long)number,
        ushort number => (long)number,
        float number => (double)number,
        IReadOnlyDictionary<string, object?> map => map.ToDictionary(item => item.Key, item => Clean(item.Value), StringComparer.Ordinal),
        IEnumerable<string> texts => texts.Select(object? (text) => _context.Mask.Apply(text)).ToList(),
        IEnumerable<object?> list => list.Select(Clean).ToList(),
        _ => value,
    };
}
