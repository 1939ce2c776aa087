using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace IncidentTools.Engine.Journal.Sqlite;

/// <summary>One connection and its prepared commands. Callers hold <see cref="Gate"/>: the connection is shared by the threads of a process.</summary>
internal sealed class SqliteDatabase : IDisposable
{
    private readonly Dictionary<string, SqliteCommand> _commands = new(StringComparer.Ordinal);

    public SqliteDatabase(SqliteConnection connection, bool readOnly)
    {
        Connection = connection;
        ReadOnly = readOnly;
    }

    public SqliteConnection Connection { get; }
    public bool ReadOnly { get; }
    public object Gate { get; } = new();

    /// <summary>Runs a statement; parameters are ?1, ?2 … in order.</summary>
    public int Execute(string sql, params ReadOnlySpan<object?> values)
    {
        var command = Command(sql, values);
        return command.ExecuteNonQuery();
    }

    /// <summary>The first column of the first row; null when there is none.</summary>
    public object? Scalar(string sql, params ReadOnlySpan<object?> values)
    {
        var value = Command(sql, values).ExecuteScalar();
        return value is DBNull ? null : value;
    }

    /// <summary>All rows, read before anything else runs.</summary>
    public List<T> Rows<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        using var reader = Command(sql, values).ExecuteReader();
        var rows = new List<T>();
        while (reader.Read()) rows.Add(read(reader));
        return rows;
    }

    /// <summary>Runs a body under the writer's lock of the file, and commits it durably.</summary>
    public T Write<T>(Func<T> body)
    {
        Execute("BEGIN IMMEDIATE");
        T result;
        try { result = body(); }
        catch
        {
            RollBack();
            throw;
        }
        try { Execute("COMMIT"); }
        catch (SqliteException error)
        {
            RollBack();
            throw SqliteErrors.OfCommit(error);
        }
        return result;
    }

    /// <summary>Ends a transaction without effect.</summary>
    public void RollBack()
    {
        // SQLite ends it by itself after some errors
        if (raw.sqlite3_get_autocommit(Connection.Handle) == 0) Execute("ROLLBACK");
    }

    private SqliteCommand Command(string sql, ReadOnlySpan<object?> values)
    {
        if (!_commands.TryGetValue(sql, out var command))
        {
            command = Connection.CreateCommand();
#pragma warning disable CA2100 // only constant texts and names checked against a projection's columns come here
            command.CommandText = sql;
#pragma warning restore CA2100
            for (var index = 1; index <= values.Length; index++) command.Parameters.Add(new SqliteParameter($"?{index}", null));
            _commands.Add(sql, command);
        }
        for (var index = 0; index < values.Length; index++) command.Parameters[index].Value = values[index] ?? DBNull.Value;
        return command;
    }

    public void Dispose()
    {
        foreach (var command in _commands.Values) command.Dispose();
        Connection.Dispose();
    }
}
