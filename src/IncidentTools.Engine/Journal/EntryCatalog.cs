using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace IncidentTools.Engine.Journal;

/// <summary>One type of entry: its public name, version, record and sealed fields.</summary>
public sealed record EntryType
{
    private readonly Func<JsonTypeInfo> _info;

    /// <param name="name">Public: <c>incident.declared</c>. The CLR name is never stored.</param>
    /// <param name="sealedAt">JSON pointers into <c>data</c> whose values are stored apart and only committed to; a <c>*</c> segment means every member or item.</param>
    public EntryType(string name, int version, JsonTypeInfo info, params string[] sealedAt) : this(name, version, info.Type, () => info, sealedAt) { }

    private EntryType(string name, int version, Type clr, Func<JsonTypeInfo> info, string[] sealedAt)
    {
        (Name, Version, Clr, _info) = (name, version, clr, info);
        SealedPaths = [.. sealedAt.Select(JsonPointers.Segments)];
    }

    /// <summary>A type whose description is made when the first entry of it is written or read: a process needs two or three of them, and each takes its time to make.</summary>
    public static EntryType Of<T>(string name, int version, JsonSerializerContext context, params string[] sealedAt) where T : IEntryData =>
        new(name, version, typeof(T), () => context.GetTypeInfo(typeof(T)) ?? throw new InvalidOperationException($"{context.GetType().Name} does not describe {typeof(T).Name}"), sealedAt);

    public string Name { get; }
    public int Version { get; }
    public Type Clr { get; }
    public JsonTypeInfo Info => _info();

    /// <summary>The segments of each pointer to a sealed value.</summary>
    internal IReadOnlyList<string[]> SealedPaths { get; }
}

/// <summary>The closed list of entry types. Each capability lists its own; <c>IncidentEngine</c> joins them.</summary>
public sealed class EntryCatalog
{
    private readonly Dictionary<Type, EntryType> _byClr = [];
    private readonly Dictionary<string, EntryType> _byName = new(StringComparer.Ordinal);

    public EntryCatalog(params IEnumerable<EntryType>[] lists)
    {
        foreach (var type in lists.SelectMany(list => list))
        {
            _byClr.Add(type.Clr, type);
            _byName.Add(type.Name, type);
        }
    }

    public IEnumerable<EntryType> All => _byName.Values;
    public EntryType Of(IEntryData data) => _byClr.TryGetValue(data.GetType(), out var type) ? type
        : throw new InvalidOperationException($"{data.GetType().Name} is not a registered entry type: add it to its folder's table");
    public EntryType? Find(string name) => _byName.GetValueOrDefault(name);
}
