using System.Globalization;

namespace IncidentTools.Engine.Journal.Sqlite;

/// <summary>
/// Keeps a store's log at a length where commits overwrite what is there: one that makes the log longer flushes the file's metadata too
/// and takes two to three times as long.
/// </summary>
internal sealed class WriteAheadLog
{
    // 8 MB of 2 KiB pages: a checkpoint flushes the log and the store, so it should be rare
    private const int CheckpointFrames = 4000;
    private const int Chunk = 256 * 1024, Margin = 128 * 1024;
    // within the margin; a process that writes once does not wait for what it does not need
    private const int Every = 8, First = 2;
    private static readonly byte[] Zeros = new byte[64 * 1024];
    private readonly SqliteDatabase _database;
    private readonly string _file;
    private readonly long _frame;
    private int _writes;

    public WriteAheadLog(SqliteDatabase database, string file)
    {
        _database = database;
        _file = file;
        _frame = Number(database.Scalar("PRAGMA page_size")) + 24;
        database.Execute($"PRAGMA wal_autocheckpoint = {CheckpointFrames}");
    }

    /// <summary>How much of the log is in use; null when it is not time to look. Called before a write transaction begins.</summary>
    public long? Used()
    {
        if (_writes++ % Every != First - 1) return null;
        return _database.Rows("PRAGMA wal_checkpoint(NOOP)", row => row.GetInt64(1)) is [> 0 and var frames] ? 32 + (frames * _frame) : null;
    }

    /// <summary>Writes zeros behind the log's end when little is left before it. Called within a write transaction: nobody else makes the log longer then, and no reader looks behind its end.</summary>
    public void Grow(long used)
    {
        try
        {
            using var file = new FileStream(_file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            var length = file.Seek(0, SeekOrigin.End);
            if (length - used >= Margin || length >= CheckpointFrames * _frame) return;
            for (var written = 0; written < Chunk; written += Zeros.Length) file.Write(Zeros);
        }
        // a disk that is nearly full: SQLite itself says so where it matters
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { }
    }

    private static long Number(object? value) => Convert.ToInt64(value, CultureInfo.InvariantCulture);
}
