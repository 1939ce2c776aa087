namespace IncidentTools.Engine.Journal.Sqlite;

/// <summary>The SQL of one projection's table: the row as JSON beside the columns that queries use.</summary>
internal sealed class ProjectionTable
{
    private readonly IProjection _projection;

    public ProjectionTable(IProjection projection)
    {
        _projection = projection;
        Check(projection.Name);
        foreach (var column in projection.Columns) Check(column.Name);
        var names = projection.Columns.Select(column => column.Name).ToList();
        Name = "p_" + projection.Name;
        Select = $"SELECT row FROM {Name} WHERE key = ?1";
        Delete = $"DELETE FROM {Name} WHERE key = ?1";
        var columns = string.Concat(names.Select(name => $", \"{name}\""));
        var values = string.Concat(names.Select((_, index) => $", ?{index + 3}"));
        var updates = string.Concat(names.Select(name => $", \"{name}\" = excluded.\"{name}\""));
        Upsert = $"INSERT INTO {Name} (key, row{columns}) VALUES (?1, ?2{values}) ON CONFLICT (key) DO UPDATE SET row = excluded.row{updates}";
    }

    public string Name { get; }
    public string Select { get; }
    public string Delete { get; }
    public string Upsert { get; }

    /// <summary>Drops the table and makes it anew, with an index for each column that is filtered or sorted by.</summary>
    public IEnumerable<string> Recreate()
    {
        yield return $"DROP TABLE IF EXISTS {Name}";
        var columns = string.Concat(_projection.Columns.Select(column => $", \"{column.Name}\" {(column.Kind == ColumnKind.Integer ? "INTEGER" : "TEXT")}"));
        yield return $"CREATE TABLE {Name} (key TEXT PRIMARY KEY, row TEXT NOT NULL{columns}) STRICT";
        foreach (var column in _projection.Columns.Where(column => column.Indexed))
            yield return $"CREATE INDEX {Name}_{column.Name} ON {Name} (\"{column.Name}\", key)";
    }

    /// <summary>A query as SQL; values are bound, names are checked against the columns.</summary>
    public (string Sql, object?[] Values) Query(ProjectionQuery query)
    {
        var values = new List<object?>();
        var filters = query.Filters.Select(filter => Filter(filter.Column, filter.Compare, filter.Value, values)).ToList();
        var where = filters.Count == 0 ? "" : " WHERE " + string.Join(" AND ", filters);
        var direction = query.Descending ? "DESC" : "ASC";
        values.Add(query.Limit == int.MaxValue ? -1L : (long)query.Limit);
        var order = query.OrderBy == "key" ? "" : $", key {direction}";
        // a plus keeps SQLite from going through the whole table in this order to find the rows that a filter's own index would give
        var narrowed = query.Filters.Exists(filter => filter.Compare != Compare.NotEqual) && !query.Filters.Exists(filter => filter.Column == query.OrderBy);
        return ($"SELECT row FROM {Name}{where} ORDER BY {(narrowed ? "+" : "")}{Column(query.OrderBy)} {direction}{order} LIMIT ?{values.Count}", [.. values]);
    }

    private string Filter(string column, Compare compare, object? value, List<object?> values)
    {
        var name = Column(column);
        if (compare == Compare.In) return $"{name} IN ({string.Join(", ", ((System.Collections.IEnumerable)value!).Cast<object?>().Select(item => Bind(item, values)))})";
        var bound = Bind(value, values);
        return compare switch
        {
            // IS and IS NOT treat null as a value like any other
            Compare.Equal => $"{name} IS {bound}",
            Compare.NotEqual => $"{name} IS NOT {bound}",
            Compare.GreaterOrEqual => $"{name} >= {bound}",
            Compare.LessOrEqual => $"{name} <= {bound}",
            _ => throw new ArgumentOutOfRangeException(nameof(compare)),
        };
    }

    private static string Bind(object? value, List<object?> values)
    {
        values.Add(value switch { DateTimeOffset time => UtcStamp.Format(time), bool flag => flag ? 1L : 0L, _ => value });
        return $"?{values.Count}";
    }

    private string Column(string name) => name == "key" ? "key"
        : _projection.Columns.Any(column => column.Name == name) ? $"\"{name}\""
        : throw new ArgumentException($"projection {_projection.Name} has no column {name}");

    private static void Check(string name)
    {
        if (name.Length == 0 || name.Any(c => c is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '_')))
            throw new ArgumentException($"'{name}' is not a name of lower-case letters, digits and underscores");
    }
}
