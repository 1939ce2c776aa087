using System.Globalization;
using System.Text;
using System.Xml;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using NodaTime;

namespace IncidentTools.Engine.Probes.Logs;

/// <summary>Events of a Windows event log, one line each, by <c>wevtutil</c>.</summary>
internal static class EventLog
{
    private static readonly string[] Levels = ["critical", "error", "warning", "information", "verbose"];

    public static async Task<LogSource> ReadAsync(Arguments with, LogWindow window, LogScan scan, IProcessRunner processes, int maxBytes, TimeSpan timeout, DateTimeOffset now, CancellationToken cancellation)
    {
        var log = with.Text("eventLog");
        if (processes.Find("wevtutil") is null) throw new CannotCheckException(ProbeErrors.ManagerMissing, "there is no wevtutil on this machine");
        var result = await processes.RunAsync(new ProcessRequest("wevtutil", ["qe", log, $"/q:{Query(with, window)}", "/f:RenderedXml", "/rd:false"]) { Timeout = timeout, MaxLines = int.MaxValue, MaxBytes = maxBytes }, cancellation).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        if (result.NotStarted is { } why) throw new CannotCheckException(ProbeErrors.NotStarted, $"wevtutil could not be started: {why}");
        if (result.TimedOut) throw new CannotCheckException(ProbeErrors.Timeout, $"wevtutil did not end in {Duration.Format(timeout)}");
        // Win32's own numbers, since the words are translated: 5 = access denied, 15007 = no such log
        if (result.ExitCode != 0) throw new CannotCheckException(result.ExitCode switch { 5 => ProbeErrors.PermissionDenied, 15007 => ProbeErrors.NotFound, _ => ProbeErrors.ExitCode }, $"wevtutil ended with {result.ExitCode?.ToString(CultureInfo.InvariantCulture) ?? "a signal"} over {log}: {Say.Cut((result.ErrorOutput + result.Output).Trim())}");
        var source = new LogSource($"event log {log}") { Bytes = result.Output.Length, Truncated = result.Truncated };
        scan.Read(Lines(result.Output, result.Truncated), LogClock.Named("iso", DateTimeZone.Utc, now), _ => null, source);
        return source;
    }

    /// <summary>What Windows itself filters by: numbers, levels, provider and time.</summary>
    public static string Query(Arguments with, LogWindow window)
    {
        List<string> conditions = [];
        if (with.Texts("eventIds") is { Count: > 0 } ids) conditions.Add($"({string.Join(" or ", ids.Select(id => $"EventID={id}"))})");
        if (with.Texts("levels") is { Count: > 0 } levels) conditions.Add($"({string.Join(" or ", levels.Select(level => $"Level={Array.IndexOf(Levels, level) + 1}"))})");
        if (with.TextOrNull("provider") is { } provider) conditions.Add($"Provider[@Name='{provider}']");
        if (window.From is { } from) conditions.Add($"TimeCreated[@SystemTime>='{Time(from)}']");
        if (window.To is { } to) conditions.Add($"TimeCreated[@SystemTime<='{Time(to)}']");
        return conditions.Count == 0 ? "*" : $"*[System[{string.Join(" and ", conditions)}]]";
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary><c>2026-11-01T08:00:00Z Error Application Error 1000 HOST: Faulting application …</c></summary>
    /// <param name="cut">The text ends somewhere: the last event may be a part.</param>
    /// <exception cref="CannotCheckException">It is no XML of events.</exception>
    public static IEnumerable<string> Lines(string xml, bool cut)
    {
        using var reader = XmlReader.Create(new StringReader(xml), new XmlReaderSettings { ConformanceLevel = ConformanceLevel.Fragment, DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreWhitespace = true, CheckCharacters = false });
        while (true)
        {
            string? line;
            try
            {
                if (!reader.EOF && reader.NodeType != XmlNodeType.Element) reader.Read();
                while (!reader.EOF && !(reader.NodeType == XmlNodeType.Element && reader.LocalName == "Event")) reader.Read();
                line = reader.EOF ? null : Event(reader);
            }
            catch (XmlException error)
            {
                if (cut) yield break;
                throw new CannotCheckException(ProbeErrors.InvalidResponse, $"wevtutil's answer is not understood: {error.Message}");
            }
            if (line is null) yield break;
            yield return line;
        }
    }

    private static string Event(XmlReader reader)
    {
        var (system, data, message, level) = (new Dictionary<string, string>(StringComparer.Ordinal), new List<string>(), "", "");
        using (var inside = reader.ReadSubtree())
        {
            string? name = null;
            while (inside.Read())
                if (inside.NodeType == XmlNodeType.Element)
                {
                    name = inside.LocalName;
                    if (name == "TimeCreated") system["time"] = inside.GetAttribute("SystemTime") ?? "";
                    else if (name == "Provider") system["provider"] = inside.GetAttribute("Name") ?? "";
                    else if (name == "Data" && inside.GetAttribute("Name") is { } field) name = "Data:" + field;
                }
                else if (inside.NodeType is XmlNodeType.Text or XmlNodeType.CDATA)
                {
                    if (name is "EventID" or "Computer") system[name] = inside.Value;
                    else if (name == "Level" && level.Length == 0) level = inside.Value;
                    else if (name == "Message") message = inside.Value;
                    else if (name?.StartsWith("Data", StringComparison.Ordinal) == true) data.Add(name.Length > 5 ? $"{name[5..]}={inside.Value}" : inside.Value);
                }
        }
        reader.Read(); // its end
        // the level's number comes first; its word, further down, is in the language of the machine
        var word = int.TryParse(level, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number is >= 1 and <= 5 ? Levels[number - 1] : number == 0 ? "audit" : level : level;
        return OneLine($"{Stamp(system.GetValueOrDefault("time", ""))} {word} {system.GetValueOrDefault("provider")} {system.GetValueOrDefault("EventID")} {system.GetValueOrDefault("Computer")}: {(message.Length > 0 ? message : string.Join("; ", data))}");
    }

    /// <summary>Windows writes up to nine digits of a second, and seven are a tick.</summary>
    private static string Stamp(string time) => DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var known) ? known.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture) : time;

    private static string OneLine(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (var letter in text)
            if (!char.IsControl(letter)) line.Append(letter);
            else if (line.Length > 0 && line[^1] != ' ') line.Append(' ');
        return line.ToString();
    }
}
