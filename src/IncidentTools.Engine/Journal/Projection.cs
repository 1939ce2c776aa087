using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace IncidentTools.Engine.Journal;

/// <summary>What the store needs of a projection without knowing its row type.</summary>
public interface IProjection
{
    /// <summary>Name of the table; lower-case letters and underscores.</summary>
    string Name { get; }
    /// <summary>Raised when the fold or the columns change; the store then rebuilds the table. Projection tables are never migrated.</summary>
    int Version { get; }
    IReadOnlyList<ProjectionColumn> Columns { get; }
    /// <summary>Entry types that the fold looks at; others never reach it.</summary>
    IReadOnlySet<string> Handles { get; }
    IEnumerable<string> Keys(Entry entry);
    /// <summary>Folds one entry into a row given and returned as JSON; null = no row.</summary>
    object? ApplyEntry(string key, object? row, Entry entry);
    string Serialize(object row);
    object Deserialize(string json);
    object?[] ColumnValues(object row);
}

/// <param name="Kind">SQL type: text or integer (times are <see cref="UtcStamp"/> text).</param>
/// <param name="Indexed">Has an index (column, key); every column that a query filters or sorts by does.</param>
public sealed record ProjectionColumn(string Name, ColumnKind Kind = ColumnKind.Text, bool Indexed = true);

public enum ColumnKind { Text, Integer }

/// <summary>
/// A pure fold of entries into rows: no clock, no I/O, no other state. The row is the snapshot; it is stored as JSON beside the columns
/// that queries filter and sort by, written in the append's own transaction, and can be rebuilt from the journal at any time.
/// </summary>
public abstract class Projection<TRow> : IProjection where TRow : class
{
    private readonly Func<JsonTypeInfo<TRow>> _info;

    protected Projection(string name, int version, JsonTypeInfo<TRow> info, params string[] handles) : this(name, version, () => info, handles) { }

    /// <summary>A projection whose row's description is made when the first row is written or read.</summary>
    protected Projection(string name, int version, JsonSerializerContext context, params string[] handles)
        : this(name, version, () => (JsonTypeInfo<TRow>?)context.GetTypeInfo(typeof(TRow)) ?? throw new InvalidOperationException($"{context.GetType().Name} does not describe {typeof(TRow).Name}"), handles) { }

    private Projection(string name, int version, Func<JsonTypeInfo<TRow>> info, string[] handles)
    {
        (Name, Version, _info) = (name, version, info);
        Handles = new HashSet<string>(handles, StringComparer.Ordinal);
    }

    public string Name { get; }
    public int Version { get; }
    public IReadOnlySet<string> Handles { get; }
    public abstract IReadOnlyList<ProjectionColumn> Columns { get; }

    /// <summary>The rows an entry touches; usually one.</summary>
    public abstract IEnumerable<string> Keys(Entry entry);
    public abstract TRow? Apply(string key, TRow? row, Entry entry);
    /// <summary>Values of <see cref="Columns"/>, in their order: string, long or null.</summary>
    protected abstract object?[] Values(TRow row);

    object? IProjection.ApplyEntry(string key, object? row, Entry entry) => Apply(key, (TRow?)row, entry);
    string IProjection.Serialize(object row) => System.Text.Json.JsonSerializer.Serialize((TRow)row, _info());
    object IProjection.Deserialize(string json) => System.Text.Json.JsonSerializer.Deserialize(json, _info())!;
    object?[] IProjection.ColumnValues(object row) => Values((TRow)row);
}

public enum Compare { Equal, NotEqual, GreaterOrEqual, LessOrEqual, In }

/// <summary>A filter, an order and a page over a projection's columns (and <c>key</c>).</summary>
public sealed class ProjectionQuery
{
    public List<(string Column, Compare Compare, object? Value)> Filters { get; } = [];
    public string OrderBy { get; private set; } = "key";
    public bool Descending { get; private set; }
    public int Limit { get; private set; } = int.MaxValue;

    public ProjectionQuery Where(string column, Compare compare, object? value) { Filters.Add((column, compare, value)); return this; }
    public ProjectionQuery Where(string column, object? value) => Where(column, Compare.Equal, value);
    public ProjectionQuery Order(string column, bool descending = false) { OrderBy = column; Descending = descending; return this; }
    public ProjectionQuery Take(int limit) { Limit = limit; return this; }
}
