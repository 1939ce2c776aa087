using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace IncidentTools.Engine.Foundation.Shapes;

/// <summary>A map read from a file: plain data that still knows where each key stood.</summary>
public sealed class PlainMap(SourceSpan span) : IReadOnlyDictionary<string, object?>
{
    private const int Few = 16;
    private readonly List<Member> _members = [];
    // most maps have a handful of keys: those are looked through
    private Dictionary<string, int>? _index;

    private readonly record struct Member(string Key, object? Value, SourceSpan KeySpan, SourceSpan Place);

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
        if (Find(key) >= 0) throw new ArgumentException($"'{key}' is there already", nameof(key));
        if (_members.Count == Few) _index = _members.Select((member, index) => (member.Key, index)).ToDictionary(item => item.Key, item => item.index, StringComparer.Ordinal);
        _index?.Add(key, _members.Count);
        _members.Add(new Member(key, value, keySpan, valueSpan));
    }

    private int Find(string key)
    {
        if (_index is not null) return _index.GetValueOrDefault(key, -1);
        for (var index = 0; index < _members.Count; index++)
            if (_members[index].Key == key) return index;
        return -1;
    }

    /// <summary>Where the key's value stands; the map's own place when the key was not written (a default).</summary>
    public SourceSpan At(string key) => Find(key) is >= 0 and var index && _members[index].Place != SourceSpan.None ? _members[index].Place : span;
    /// <summary>Where the key itself stands.</summary>
    public SourceSpan KeyAt(string key) => Find(key) is >= 0 and var index && _members[index].KeySpan != SourceSpan.None ? _members[index].KeySpan : span;
    public bool IsWritten(string key) => Find(key) is >= 0 and var index && _members[index].KeySpan != SourceSpan.None;

    public object? Get(string key) => Find(key) is >= 0 and var index ? _members[index].Value : null;
    public string Text(string key) => (string)Get(key)!;
    public string? TextOrNull(string key) => Get(key) as string;
    public bool Flag(string key) => Get(key) is true;
    public PlainMap Map(string key) => Get(key) as PlainMap ?? new PlainMap(At(key));
    public PlainMap? MapOrNull(string key) => Get(key) as PlainMap;
    public PlainList List(string key) => Get(key) as PlainList ?? new PlainList(At(key), []);
    public IEnumerable<(string Key, PlainMap Value)> Maps() => _members.Where(member => member.Value is PlainMap).Select(member => (member.Key, (PlainMap)member.Value!));
    public IReadOnlyList<string> Texts(string key) => Get(key) is PlainList list ? [.. list.OfType<string>()] : [];

    public object? this[string key] => Find(key) is >= 0 and var index ? _members[index].Value : throw new KeyNotFoundException(key);
    public IEnumerable<string> Keys => _members.Select(member => member.Key);
    public IEnumerable<object?> Values => _members.Select(member => member.Value);
    public int Count => _members.Count;
    public bool ContainsKey(string key) => Find(key) >= 0;
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out object? value)
    {
        var index = Find(key);
        value = index < 0 ? null : _members[index].Value;
        return index >= 0;
    }
    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => _members.Select(member => KeyValuePair.Create(member.Key, member.Value)).GetEnumerator();
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
