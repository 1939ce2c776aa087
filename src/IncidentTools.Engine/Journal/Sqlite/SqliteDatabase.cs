using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace IncidentTools.Engine.Journal.Sqlite;

/// <summary>One connection and its prepared statements. Callers hold <see cref="Gate"/>: the connection is shared by the threads of a process.</summary>
internal sealed class SqliteDatabase(sqlite3 connection, WriterQueue? queue) : IDisposable
{
    private readonly Dictionary<string, SqliteStatement> _statements = new(StringComparer.Ordinal);
    private WriteAheadLog? _log;

    /// <summary>There is no queue for writers where nobody can write.</summary>
    public bool ReadOnly => queue is null;
    public object Gate { get; } = new();

    /// <summary>Every statement it was asked for so far: for a look at their plans.</summary>
    public IReadOnlyCollection<string> Prepared => _statements.Keys;

    /// <summary>Looks after the log from now on.</summary>
    public void Keep(string log) => _log = new WriteAheadLog(this, log);

    /// <summary>Runs a statement; parameters are ?1, ?2 … in order.</summary>
    /// <returns>Rows changed by an INSERT, UPDATE or DELETE.</returns>
    public int Execute(string sql, params ReadOnlySpan<object?> values)
    {
        var statement = Statement(sql, values);
        try { while (statement.Step()) { } }
        finally { statement.Reset(); }
        return raw.sqlite3_changes(connection);
    }

    /// <summary>Runs a script of several statements.</summary>
    public void Script(string sql) => SqliteException.ThrowExceptionForRC(raw.sqlite3_exec(connection, sql), connection);

    /// <summary>The first column of the first row; null when there is none.</summary>
    public object? Scalar(string sql, params ReadOnlySpan<object?> values)
    {
        var statement = Statement(sql, values);
        try { return statement.Step() ? statement.GetValue(0) : null; }
        finally { statement.Reset(); }
    }

    /// <summary>All rows, read before anything else runs.</summary>
    public List<T> Rows<T>(string sql, Func<SqliteStatement, T> read, params ReadOnlySpan<object?> values)
    {
        var rows = new List<T>();
        var statement = Statement(sql, values);
        try { while (statement.Step()) rows.Add(read(statement)); }
        finally { statement.Reset(); }
        return rows;
    }

    /// <summary>Runs a body under the writer's lock of the file, in turn with other processes, and commits it durably.</summary>
    public T Write<T>(Func<T> body) => InTurn(() =>
    {
        var used = _log?.Used();
        Execute("BEGIN IMMEDIATE");
        T result;
        try
        {
            if (used is { } bytes) _log!.Grow(bytes);
            result = body();
        }
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
    });

    /// <summary>Runs a body when it is this process's turn to write. Turns do not nest.</summary>
    public T InTurn<T>(Func<T> body)
    {
        var queued = queue?.Enter() ?? false;
        try { return body(); }
        finally { if (queued) queue!.Leave(); }
    }

    /// <summary>Ends a transaction without effect.</summary>
    private void RollBack()
    {
        // SQLite ends it by itself after some errors
        if (raw.sqlite3_get_autocommit(connection) == 0) Execute("ROLLBACK");
    }

    private SqliteStatement Statement(string sql, ReadOnlySpan<object?> values)
    {
        if (!_statements.TryGetValue(sql, out var statement)) _statements.Add(sql, statement = new SqliteStatement(connection, sql));
        statement.Bind(values);
        return statement;
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values) statement.Dispose();
        connection.Dispose();
        queue?.Dispose();
    }
}
