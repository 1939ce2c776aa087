using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace IncidentTools.Engine.Journal.Sqlite;

/// <summary>Text that is UTF-8 already.</summary>
internal readonly record struct Utf8Text(byte[] Bytes);

/// <summary>A prepared statement. The provider's commands and readers cost more than the short statements of an append, so these go to SQLite directly.</summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly sqlite3 _connection;
    private readonly sqlite3_stmt _statement;

    public SqliteStatement(sqlite3 connection, string sql)
    {
        _connection = connection;
        Check(raw.sqlite3_prepare_v3(connection, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement, out var rest));
        if (!string.IsNullOrWhiteSpace(rest)) throw new ArgumentException("one statement at a time", nameof(sql));
    }

    /// <summary>Values of ?1, ?2 …</summary>
    public void Bind(ReadOnlySpan<object?> values)
    {
        for (var index = 0; index < values.Length; index++) Check(Bind(index + 1, values[index]));
    }

    /// <summary>True when there is a row.</summary>
    public bool Step()
    {
        var result = raw.sqlite3_step(_statement);
        if (result == raw.SQLITE_ROW) return true;
        if (result != raw.SQLITE_DONE) Check(result);
        return false;
    }

    /// <summary>Ends the statement; its error, if it had one, was thrown by <see cref="Step"/>.</summary>
    public void Reset() => raw.sqlite3_reset(_statement);

    public bool IsNull(int column) => raw.sqlite3_column_type(_statement, column) == raw.SQLITE_NULL;
    public long GetInt64(int column) => raw.sqlite3_column_int64(_statement, column);
    public string GetString(int column) => raw.sqlite3_column_text(_statement, column).utf8_to_string();
    public byte[] GetBlob(int column) => raw.sqlite3_column_blob(_statement, column).ToArray();

    /// <summary>The value as SQLite keeps it: long, double, string, byte[] or null.</summary>
    public object? GetValue(int column) => raw.sqlite3_column_type(_statement, column) switch
    {
        raw.SQLITE_INTEGER => GetInt64(column),
        raw.SQLITE_FLOAT => raw.sqlite3_column_double(_statement, column),
        raw.SQLITE_TEXT => GetString(column),
        raw.SQLITE_BLOB => GetBlob(column),
        _ => null,
    };

    private int Bind(int index, object? value) => value switch
    {
        null => raw.sqlite3_bind_null(_statement, index),
        // an empty span has no address, and SQLite takes that for NULL
        "" => raw.sqlite3_bind_text(_statement, index, ""),
        byte[] { Length: 0 } => raw.sqlite3_bind_zeroblob(_statement, index, 0),
        string text => raw.sqlite3_bind_text(_statement, index, Encoding.UTF8.GetBytes(text).AsSpan()),
        Utf8Text text => raw.sqlite3_bind_text(_statement, index, text.Bytes.AsSpan()),
        long number => raw.sqlite3_bind_int64(_statement, index, number),
        int number => raw.sqlite3_bind_int64(_statement, index, number),
        byte[] bytes => raw.sqlite3_bind_blob(_statement, index, bytes),
        _ => throw new ArgumentException($"{value.GetType().Name} cannot be bound"),
    };

    private void Check(int result) => SqliteException.ThrowExceptionForRC(result, _connection);

    public void Dispose() => _statement.Dispose();
}
