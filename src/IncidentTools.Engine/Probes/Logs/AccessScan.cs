using System.Text;
using IncidentTools.Engine.Foundation;
using NodaTime;

namespace IncidentTools.Engine.Probes.Logs;

/// <summary>Puts the lines of access logs through format and window into the statistics.</summary>
internal sealed class AccessScan(Arguments with, LogWindow window, DateTimeOffset now)
{
    private const int DetectLines = 20, HeadBytes = 64 * 1024;
    private readonly LogScan _places = new([], window);

    public AccessStatistics Statistics { get; } = new();
    public long Unparsable { get; private set; }
    public string? Format { get; private set; }

    public LogSource Read(string path, LogFileReader reader, CancellationToken cancellation)
    {
        // what the columns are stands at the beginning, also when reading begins further on
        var first = Head(path, cancellation);
        var format = Choose(first);
        Format ??= format.Name;
        foreach (var line in first) format.IsRemark(line);
        return reader.Read(path, (stream, encoding, skipFirst, _, source) => Take(stream, encoding, skipFirst, format, source, cancellation), cancellation);
    }

    private void Take(Stream stream, Encoding encoding, bool skipFirst, IAccessFormat format, LogSource source, CancellationToken cancellation)
    {
        using var text = new StreamReader(stream, encoding, !skipFirst, HeadBytes, leaveOpen: true);
        DateTimeOffset? last = null;
        var lines = LogScan.Lines(text, cancellation);
        foreach (var line in skipFirst ? lines.Skip(1) : lines)
        {
            if (format.IsRemark(line)) continue;
            if (format.Read(line) is not { } entry)
            {
                source.Lines++;
                Unparsable++;
                continue;
            }
            if (!window.IsOpen)
            {
                var place = _places.Place(entry.Time, source, ref last);
                if (place == LinePlace.Over) return;
                if (place == LinePlace.Outside) continue;
            }
            else (source.Lines, source.LinesInWindow) = (source.Lines + 1, source.LinesInWindow + 1);
            Statistics.Add(entry, entry.Time ?? last);
        }
    }

    private static List<string> Head(string path, CancellationToken cancellation)
    {
        var lines = new List<string>();
        new LogFileReader(new LogWindow(null, DateTimeOffset.MaxValue), new UTF8Encoding(false), HeadBytes, null, _ => null).Read(path, (stream, encoding, _, _, _) =>
        {
            using var text = new StreamReader(stream, encoding, true, HeadBytes, leaveOpen: true);
            lines.AddRange(LogScan.Lines(text, cancellation).Take(DetectLines));
        }, cancellation);
        return lines;
    }

    private IAccessFormat Choose(List<string> first)
    {
        double? unit = with.TextOrNull("latencyUnit") switch { "s" => 1, "ms" => 1e-3, "us" => 1e-6, "ns" => 1e-9, _ => null };
        var (common, iso) = (LogClock.Named("common", DateTimeZone.Utc, now), LogClock.Named("iso", DateTimeZone.Utc, now));
        return with.TextOrNull("format") switch
        {
            "combined" => new CombinedFormat(common, unit),
            "json" => new JsonFormat(iso, with.Map("fields"), unit),
            "w3c" => new W3cFormat(),
            _ when first.Any(line => line.StartsWith("#Fields:", StringComparison.Ordinal)) => new W3cFormat(),
            _ when first.Any(line => line.StartsWith('{')) => new JsonFormat(iso, with.Map("fields"), unit),
            _ => new CombinedFormat(common, unit),
        };
    }
}
