using System.Globalization;
using System.IO.Compression;
using IncidentTools.Engine.Probes.Logs;
using NodaTime.TimeZones;

namespace IncidentTools.Engine.Probes.Security;

/// <summary>Brings logons from files, the journal, lastb and the Windows event log into a tally.</summary>
/// <param name="from">Older ones are not counted.</param>
internal sealed class LogonSources(DateTimeOffset from, long maxBytes, TimeSpan timeout, ProbeContext context, LogonTally tally)
{
    private const int Sample = 200;
    public List<Dictionary<string, object?>> Read { get; } = [];

    /// <summary>Rotated files come oldest first, so that a success comes after its failures.</summary>
    public void Files(string pattern, bool rotated, Findings found, CancellationToken cancellation)
    {
        var files = LogFiles.Find(pattern, rotated).OrderBy(File.GetLastWriteTimeUtc).ToList();
        foreach (var path in files)
            try
            {
                // nothing within the window can stand in a file that was last written before it
                if (new DateTimeOffset(File.GetLastWriteTimeUtc(path)) < from && files.Count > 1) continue;
                if (ReadFile(path, cancellation)) found.Warn(ProbeErrors.Truncated, $"{path}: only {Say.Bytes(maxBytes)} of it were read");
            }
            catch (FileNotFoundException) { throw new CannotCheckException(ProbeErrors.NotFound, $"{path}: there is no such file"); }
            catch (UnauthorizedAccessException) { found.Unknown(ProbeErrors.PermissionDenied, $"{path} may not be read"); }
            catch (Exception error) when (error is IOException or InvalidDataException or CannotCheckException) { found.Unknown(ProbeErrors.Unreadable, $"{path}: {error.Message}"); }
    }

    public async Task JournalAsync(CancellationToken cancellation)
    {
        var text = await SystemProgram.AskAsync(context, timeout, cancellation, "journalctl", "--no-pager", "--output=short-iso", "--facility=auth,authpriv", string.Create(CultureInfo.InvariantCulture, $"--since=@{from.ToUnixTimeSeconds()}")).ConfigureAwait(false);
        using var reader = new StringReader(text);
        Lines("journal", LogScan.Lines(reader, cancellation).Where(line => !line.StartsWith("-- ", StringComparison.Ordinal)), text.Length);
    }

    public async Task BtmpAsync(string file, CancellationToken cancellation)
    {
        var text = await SystemProgram.AskAsync(context, timeout, cancellation, "lastb", "-w", "-i", "--time-format", "iso", "-f", file).ConfigureAwait(false);
        var lines = 0L;
        // the newest stands first
        foreach (var item in Enumerable.Reverse(text.Split('\n')).Select(Btmp).OfType<LogonEvent>().Where(item => item.At >= from)) { lines++; tally.Add(item); }
        Report(file, lines, text.Length);
    }

    public async Task EventsAsync(string log, CancellationToken cancellation)
    {
        var text = await SystemProgram.AskAsync(context, timeout, cancellation, "wevtutil.exe", "qe", log, $"/q:{WindowsSecurityLog.Query(from)}", "/f:xml").ConfigureAwait(false);
        var count = 0L;
        foreach (var item in WindowsSecurityLog.Read(text)) { count++; tally.Add(item); }
        Report(log, count, text.Length);
    }

    /// <summary><c>user terminal address time - …</c>; an unknown name leaves its column empty.</summary>
    internal static LogonEvent? Btmp(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var at = Array.FindIndex(words, word => DateTimeOffset.TryParseExact(word, "yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture, DateTimeStyles.None, out _));
        if (at is < 1 or > 3 || line.Contains("begins", StringComparison.Ordinal)) return null;
        var time = DateTimeOffset.ParseExact(words[at], "yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
        var (user, source) = at switch { 3 => (words[0], words[2]), 2 when line[0] == ' ' => ("", words[1]), 2 => (words[0], ""), _ => ("", "") };
        return new LogonEvent(time, LogonKind.Failure, user, source == "0.0.0.0" ? "" : source, "btmp");
    }

    private bool ReadFile(string path, CancellationToken cancellation)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var plain = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
        // the newest part of a large one: what is under way now
        var skip = plain == file && file.Length > maxBytes;
        if (skip) file.Seek(file.Length - maxBytes, SeekOrigin.Begin);
        using var counted = new CountedStream(plain, maxBytes);
        using var reader = new StreamReader(counted);
        var lines = LogScan.Lines(reader, cancellation);
        Lines(path, skip ? lines.Skip(1) : lines, 0);
        return skip || counted.IsCut;
    }

    private void Lines(string name, IEnumerable<string> lines, long bytes)
    {
        var (log, now, count, first) = (new AuthLog(), context.Time.GetUtcNow(), 0L, new List<string>());
        using var reader = lines.GetEnumerator();
        while (first.Count < Sample && reader.MoveNext()) first.Add(reader.Current);
        var clock = LogClock.Detect(first, BclDateTimeZone.FromTimeZoneInfo(context.Time.LocalTimeZone), now);
        if (clock is null && first.Count > 0) throw new CannotCheckException(ProbeErrors.NoTimestamps, "no time was found in its lines");
        foreach (var line in first) One(line);
        while (reader.MoveNext()) One(reader.Current);
        Report(name, count, bytes);

        void One(string line)
        {
            count++;
            // the time is read only of lines that say something
            if (log.Read(line, null) is { } item && clock!.Read(line) is var at && (at is null || at >= from)) tally.Add(item with { At = at });
        }
    }

    private void Report(string name, long lines, long bytes) => Read.Add(new() { ["name"] = name, ["lines"] = lines, ["bytes"] = bytes > 0 ? bytes : null });
}
