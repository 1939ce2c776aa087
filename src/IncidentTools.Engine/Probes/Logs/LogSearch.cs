using System.Text;

namespace IncidentTools.Engine.Probes.Logs;

/// <summary>Finds by halving where a moment stands in a big log, so that the last ten minutes of forty gigabytes cost a few reads.</summary>
internal static class LogSearch
{
    private const int Near = 256 * 1024, Look = 64 * 1024;

    /// <summary>A place before the first line at or after the moment: within <see cref="Near"/> bytes of it where lines are in order. 0, or the middle of a line.</summary>
    public static long Start(FileStream file, long length, LogClock clock, Encoding encoding, DateTimeOffset moment, CancellationToken cancellation)
    {
        var (low, high) = (0L, length);
        while (high - low > Near)
        {
            cancellation.ThrowIfCancellationRequested();
            var middle = low + ((high - low) / 2);
            // a stretch without any time (a huge dump) says nothing: what is before it stays in
            if (TimeAfter(file, middle, clock, encoding) is not { } time || time >= moment) high = middle;
            else low = middle;
        }
        // neighbours written by several threads change places
        return Math.Max(0, low - Look);
    }

    private static DateTimeOffset? TimeAfter(FileStream file, long place, LogClock clock, Encoding encoding)
    {
        file.Seek(place, SeekOrigin.Begin);
        var buffer = new byte[Look];
        var count = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        // the first and the last line may be parts
        foreach (var line in encoding.GetString(buffer, 0, count).Split('\n').Skip(1).SkipLast(1))
            if (clock.Read(line.TrimEnd('\r')) is { } time) return time;
        return null;
    }
}
