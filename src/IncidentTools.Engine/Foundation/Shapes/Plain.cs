using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace IncidentTools.Engine.Foundation.Shapes;

/// <summary>A map read from a file: plain data that still knows where each key stood.</summary>
public sealed class PlainMap(SourceSpan span) : IReadOnlyDictionary<string, object?>
{
    private readonly Dictionary<string, (object? Value, SourceSpan Key, SourceSpan Place)> _members = new(StringComparer.Ordinal);
    private readonly List<string> _order = [];

    public SourceSpan Span => span;

    /// <summary>The map that nobody wrote: the defaults of an object's fields.</summary>
    internal static PlainMap Defaults(ObjectShape shape)
    {
        var map = new PlainMap(SourceSpan.None);
        foreach (var field in shape.Fields)
            if (field.Default is not null) map.Add(field.Name, field.Default, SourceSpan.None, SourceSpan.None);
        return map;
    }

    internal void Add(string key, object? value, SourceSpan keySpan, SourceSpan valueSpan)
    {
        _members.Add(key, (value, keySpan, valueSpan));
        _order.Add(key);
    }

    /// <summary>Where the key's value stands; the map's own place when the key was not written (a default).</summary>
    public SourceSpan At(string key) => _members.TryGetValue(key, out var member) && member.Place != SourceSpan.None ? member.Place : span;
    /// <summary>Where the key itself stands.</summary>
    public SourceSpan KeyAt(string key) => _members.TryGetValue(key, out var member) && member.Key != SourceSpan.None ? member.Key : span;
    public bool IsWritten(string key) => _members.TryGetValue(key, out var member) && member.Key != SourceSpan.None;

    public object? Get(string key) => _members.TryGetValue(key, out var member) ? member.Value : null;
    public string Text(string key) => (string)Get(key)!;
    public string? TextOrNull(string key) => Get(key) as string;
    public bool Flag(string key) => Get(key) is true;
    public PlainMap Map(string key) => Get(key) as PlainMap ?? new PlainMap(At(key));
    public PlainMap? MapOrNull(string key) => Get(key) as PlainMap;
    public PlainList List(string key) => Get(key) as PlainList ?? new PlainList(At(key), []);
    public IEnumerable<(string Key, PlainMap Value)> Maps() => _order.Where(key => Get(key) is PlainMap).Select(key => (key, (PlainMap)Get(key)!));
    public IReadOnlyList<string> Texts(string key) => [.. List(key).OfType<string>()];

    public object? this[string key] => _members[key].Value;
    public IEnumerable<string> Keys => _order;
    public IEnumerable<object?> Values => _order.Select(key => _members[key].Value);
    public int Count => _order.Count;
    public bool ContainsKey(string key) => _members.ContainsKey(key);
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out object? value)
    {
        var found = _members.TryGetValue(key, out var member);
        value = member.Value;
        return found;
    }
    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => _order.Select(key => KeyValuePair.Create(key, _members[key].Value)).GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>A list read from a file.</summary>
public sealed class PlainList(SourceSpan span, IReadOnlyList<(object? Value, SourceSpan Span)> items) : IReadOnlyList<object?>
{
    public SourceSpan Span => span;
    public SourceSpan At(int index) => items[index].Span;
    public object? this[int index] => items[index].Value;
    public int Count => items.Count;
    public IEnumerator<object?> GetEnumerator() => items.Select(item => item.Value).GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
