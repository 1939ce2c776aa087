using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace IncidentTools.Engine.Journal.Sqlite;

/// <summary>SQLite's result codes as errors of the catalogue.</summary>
internal static class SqliteErrors
{
    public static IncidentToolsException From(SqliteException error, string path) => error.SqliteErrorCode switch
    {
        raw.SQLITE_NOTADB => Errors.StoreForeign(path, error),
        raw.SQLITE_CORRUPT => Errors.StoreCorrupt(path, error.Message, error),
        raw.SQLITE_FULL => Errors.StoreFull(path, error),
        raw.SQLITE_READONLY or raw.SQLITE_PERM => Errors.StoreReadOnly(path, error),
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => Errors.StoreBusy(path, error),
        _ => Errors.StoreUnreadable(path, error.Message, error),
    };

    /// <summary>Full and busy certainly did not commit; after any other failure nobody knows.</summary>
    public static Exception OfCommit(SqliteException error) =>
        error.SqliteErrorCode is raw.SQLITE_FULL or raw.SQLITE_BUSY or raw.SQLITE_READONLY ? error : new CommitUnknownException(error);
}

/// <summary>A commit failed in a way that leaves open whether it took place.</summary>
internal sealed class CommitUnknownException(Exception cause) : Exception(cause.Message, cause);
