using System.Text.Json.Serialization.Metadata;

namespace IncidentTools.Engine.Journal;

/// <summary>One type of entry: its public name, version, record and sealed fields.</summary>
/// <param name="Name">Public: <c>incident.declared</c>. The CLR name is never stored.</param>
/// <param name="Sealed">JSON pointers into <c>data</c> whose values are stored apart and only committed to; a <c>*</c> segment means every member or item.</param>
public sealed record EntryType(string Name, int Version, JsonTypeInfo Info, params string[] Sealed)
{
    public Type Clr => Info.Type;

    /// <summary>The segments of <see cref="Sealed"/>.</summary>
    internal IReadOnlyList<string[]> SealedPaths { get; } = [.. Sealed.Select(JsonPointers.Segments)];
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
