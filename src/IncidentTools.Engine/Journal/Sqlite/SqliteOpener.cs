using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace IncidentTools.Engine.Journal.Sqlite;

/// <summary>Opens a store file: private, checked to be ours, at the newest schema, durable.</summary>
internal static class SqliteOpener
{
    /// <summary>"INCT", in the file's header: tells our stores from other SQLite files.</summary>
    public const int ApplicationId = 0x494E4354;

    // earlier versions can corrupt a write-ahead log that several connections write
    private static readonly Version Oldest = new(3, 51, 3);
    private static readonly Lazy<Version> Native = new(() =>
    {
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        return Version.Parse(raw.sqlite3_libversion().utf8_to_string());
    });

    public static string EngineVersion => $"SQLite {Native.Value}";

    /// <exception cref="IncidentToolsException">StoreForeign, StoreNewer, StoreUnreadable, StoreCorrupt, SqliteTooOld.</exception>
    public static SqliteDatabase Open(string path)
    {
        if (Native.Value < Oldest) throw Errors.SqliteTooOld(Native.Value.ToString(), Oldest.ToString());
        var readOnly = StoreFile.Prepare(path);
        SqliteDatabase? database = null;
        try
        {
            database = new SqliteDatabase(Connect(path, readOnly), readOnly ? null : new WriterQueue(path + "-lock"));
            Check(database, path);
            if (!readOnly)
            {
                // an append changes a little in four or five pages and flushes them all; large pages are large flushes. New files only
                database.Execute("PRAGMA page_size = 2048");
                // only one process at a time can turn a new file into one with a log
                database.InTurn(() => database.Execute("PRAGMA journal_mode = WAL"));
                database.Execute("PRAGMA synchronous = FULL");
                database.Keep(path + "-wal");
                SqliteMigrations.Run(database, path);
            }
            else if (SqliteMigrations.Version(database) != SqliteMigrations.Newest) throw Errors.StoreReadOnly(path);
            return database;
        }
        catch (SqliteException error)
        {
            database?.Dispose();
            throw SqliteErrors.From(error, path);
        }
        catch
        {
            database?.Dispose();
            throw;
        }
    }

    private static sqlite3 Connect(string path, bool readOnly)
    {
        // a file nobody can write needs no log beside it, and a folder we cannot write would refuse one
        var source = readOnly && !File.Exists(path + "-wal") ? $"{new Uri(path).AbsoluteUri}?immutable=1" : path;
        var mode = readOnly ? raw.SQLITE_OPEN_READONLY : raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE;
        var result = raw.sqlite3_open_v2(source, out var connection, mode | raw.SQLITE_OPEN_URI, vfs: null);
        try { SqliteException.ThrowExceptionForRC(result, connection); }
        catch
        {
            connection.Dispose();
            throw;
        }
        raw.sqlite3_busy_timeout(connection, 30_000);
        return connection;
    }

    private static void Check(SqliteDatabase database, string path)
    {
        // in this order: another process may make the store between the two, and what makes it full also makes it ours
        var empty = Convert.ToInt64(database.Scalar("SELECT count(*) FROM sqlite_schema"), null) == 0;
        var application = Convert.ToInt64(database.Scalar("PRAGMA application_id"), null);
        if (application != ApplicationId && !(application == 0 && empty)) throw Errors.StoreForeign(path);
        var version = SqliteMigrations.Version(database);
        if (version > SqliteMigrations.Newest) throw Errors.StoreNewer(path, version, SqliteMigrations.Newest);
    }
}
