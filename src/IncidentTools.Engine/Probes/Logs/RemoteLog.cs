using System.Globalization;
using NodaTime;

namespace IncidentTools.Engine.Probes.Logs;

/// <summary>The end of a log file on another Unix machine.</summary>
internal static class RemoteLog
{
    /// <summary>All of what is read comes over the wire and is held at once.</summary>
    public const int MostBytes = 16 * 1024 * 1024;
    private const string Script = Elsewhere.There + "[ -f \"$1\" ] || exit 44; [ -r \"$1\" ] || exit 45; n=$(wc -c <\"$1\") || exit 1; printf '%s\\n' \"$n\"; tail -c \"$2\" \"$1\"";

    public static async Task<LogSource> ReadAsync(string path, LogScan scan, LogWindow window, LogClock? given, Func<IReadOnlyList<string>, LogClock?> detect, int maxBytes, ProbeContext context, TimeSpan timeout, CancellationToken cancellation)
    {
        if (path.Length == 0 || path[0] != '/') throw new CannotCheckException(ProbeErrors.InvalidArgument, $"'{path}' is not a full path of {context.Remote}");
        if (path.AsSpan().ContainsAny('*', '?')) throw Elsewhere.NotSupported("files are named in full", context);
        if (path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)) throw Elsewhere.NotSupported("compressed files are not read", context);
        var most = Math.Min(maxBytes, MostBytes);
        var result = await Elsewhere.AskAsync(context, timeout, (2 * most) + 4096, cancellation, Script, path, most.ToString(CultureInfo.InvariantCulture)).ConfigureAwait(false);
        Elsewhere.Check(result, path, context);
        var end = result.Output.IndexOf('\n', StringComparison.Ordinal);
        if (end < 0 || !long.TryParse(result.Output[..end].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var size)) throw new CannotCheckException(ProbeErrors.InvalidResponse, $"{context.Remote} did not say how long {path} is");
        using var reader = new StringReader(result.Output[(end + 1)..]);
        var source = new LogSource(path) { Bytes = Math.Min(size, most) };
        var lines = LogScan.Lines(reader, cancellation);
        // of a longer file the first line is the rest of one
        scan.Read(size > most ? lines.Skip(1) : lines, given, detect, source);
        // a line from before the window shows that all of the window was read
        source.Truncated = size > most && (window.From is null || source.Lines - source.LinesInWindow <= source.LinesWithoutTime);
        return source;
    }

    /// <summary>The other machine's zone as it is now.</summary>
    public static async Task<DateTimeZone> ZoneAsync(ProbeContext context, TimeSpan timeout, CancellationToken cancellation)
    {
        var result = await Elsewhere.AskAsync(context, timeout, 4096, cancellation, "date +%z").ConfigureAwait(false);
        var text = result.Output.Trim();
        if (text.Length != 5 || text[0] is not ('+' or '-') || !int.TryParse(text[1..3], NumberStyles.None, CultureInfo.InvariantCulture, out var hours) || !int.TryParse(text[3..], NumberStyles.None, CultureInfo.InvariantCulture, out var minutes))
            throw new CannotCheckException(ProbeErrors.InvalidResponse, $"{context.Remote} does not say its time zone: give timeZone");
        return DateTimeZone.ForOffset(Offset.FromSeconds((text[0] == '-' ? -1 : 1) * ((hours * 3600) + (minutes * 60))));
    }
}
