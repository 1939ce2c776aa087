using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using NodaTime;

namespace IncidentTools.Engine.Probes.Logs;

/// <summary>Reads the time of a line. The form is found once from the first lines of a file; a line without a time belongs to the one before it.</summary>
internal sealed partial class LogClock
{
    /// <summary>How far into a line a time is looked for: after an address, a level, a request id.</summary>
    private const int Head = 256, LongestZone = 8;
    private static readonly (string Name, Regex Form)[] Known = [("iso", Iso()), ("nginx", Slashes()), ("common", Common()), ("apache", Apache()), ("syslog", Syslog()), ("epoch", Epoch())];
    private static readonly string[] Months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

    private readonly Regex _form;
    private readonly string? _format;
    private readonly byte[] _same = new byte[128];
    private int _sameLength;
    private DateTimeOffset? _sameTime;
    private readonly DateTimeZone _zone;
    private readonly DateTimeOffset _now;

    private LogClock(string name, Regex form, string? format, DateTimeZone zone, DateTimeOffset now) => (Name, _form, _format, _zone, _now) = (name, form, format, zone, now);

    public string Name { get; }
    public static IReadOnlyList<string> Names => [.. Known.Select(item => item.Name)];

    /// <param name="zone">For times without an offset.</param>
    public static LogClock Named(string name, DateTimeZone zone, DateTimeOffset now) => new(name, Array.Find(Known, item => item.Name == name).Form, null, zone, now);

    /// <param name="pattern">Finds the time's text: group <c>time</c>, else the whole match.</param>
    /// <param name="format">A .NET format of date and time.</param>
    public static LogClock Custom(string pattern, string format, DateTimeZone zone, DateTimeOffset now) => new(format, BoundedRegex.Compile(pattern), format, zone, now);

    /// <summary>The known form that most of these lines have; null: none.</summary>
    public static LogClock? Detect(IReadOnlyList<string> lines, DateTimeZone zone, DateTimeOffset now)
    {
        var best = Known.Select(item => Named(item.Name, zone, now)).Select(clock => (clock, Count: lines.Count(line => clock.Read(line) is not null))).MaxBy(item => item.Count);
        return best.Count > 0 ? best.clock : null;
    }

    public DateTimeOffset? Read(string line) => Read(line, out _);

    /// <summary>Of a line as bytes. Lines of the same second begin alike, and what is alike is read once.</summary>
    /// <param name="most">Bytes that are enough for the part of a line in which a time is looked for.</param>
    public DateTimeOffset? Read(ReadOnlySpan<byte> line, Encoding encoding, int most)
    {
        if (_sameLength > 0 && line.StartsWith(_same.AsSpan(0, _sameLength))) return _sameTime;
        if (line.Length > 0 && line[^1] == '\r') line = line[..^1];
        var time = Read(encoding.GetString(line[..Math.Min(line.Length, most)]), out var end);
        // a zone may follow: what stands behind that changes nothing any more
        var length = end + LongestZone;
        if (time is null || _format is not null || length > Math.Min(line.Length, _same.Length) || line[..length].ContainsAnyExceptInRange((byte)0, (byte)127)) return time;
        line[..length].CopyTo(_same);
        (_sameLength, _sameTime) = (length, time);
        return time;
    }

    private DateTimeOffset? Read(string line, out int end)
    {
        var head = line.Length > Head ? line[..Head] : line;
        var match = _form.Match(head);
        end = match.Index + match.Length;
        if (!match.Success) return null;
        if (_format is null) return Read(match);
        var text = match.Groups["time"] is { Success: true } group ? group.Value : match.Value;
        if (_format.Contains('z', StringComparison.Ordinal) || _format.Contains('K', StringComparison.Ordinal))
            return DateTimeOffset.TryParseExact(text, _format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowWhiteSpaces, out var time) ? time.ToUniversalTime() : null;
        return DateTime.TryParseExact(text, _format, CultureInfo.InvariantCulture, DateTimeStyles.AllowWhiteSpaces, out var local) ? InZone(local) : null;
    }

    /// <summary>Null for what only looks like a time (30 February); without exceptions, since a log can be full of it.</summary>
    private DateTimeOffset? Read(Match match)
    {
        string Part(string name) => match.Groups[name].Value;
        int Number(string name) => int.Parse(Part(name), NumberStyles.None, CultureInfo.InvariantCulture);
        if (match.Groups["epoch"].Success)
        {
            var ticks = long.Parse(Part("epoch"), NumberStyles.None, CultureInfo.InvariantCulture);
            return DateTimeOffset.FromUnixTimeMilliseconds(Part("epoch").Length == 13 ? ticks : ticks * 1000) + Fraction(Part("f"));
        }
        var month = char.IsAsciiDigit(Part("mon")[0]) ? Number("mon") : Array.IndexOf(Months, Part("mon")) + 1;
        if (month is < 1 or > 12 || Clock(Part("t")) is not { } clock) return null;
        clock += Fraction(Part("f"));
        if (!match.Groups["y"].Success) return WithoutYear(month, Number("d"), clock);
        if (Day(Number("y"), month, Number("d")) is not { } day || Offset(Part("z")) is not { } offset) return null;
        return Part("z").Length == 0 ? InZone(day + clock) : new DateTimeOffset(day + clock, TimeSpan.Zero) - offset;
    }

    private static DateTime? Day(int year, int month, int day) => year is > 1 and < 9999 && day >= 1 && day <= DateTime.DaysInMonth(year, month) ? new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Unspecified) : null;

    /// <summary><c>hh:mm:ss</c>; a leap second counts as the one after.</summary>
    private static TimeSpan? Clock(string text)
    {
        int Two(int at) => ((text[at] - '0') * 10) + text[at + 1] - '0';
        return Two(0) < 24 && Two(3) < 60 && Two(6) <= 60 ? new TimeSpan(Two(0), Two(3), Two(6)) : null;
    }

    /// <summary>Syslog gives no year: the latest one that does not lie in the future (a day's grace for clocks that differ).</summary>
    private DateTimeOffset? WithoutYear(int month, int day, TimeSpan clock)
    {
        for (var year = _now.Year + 1; year >= _now.Year - 4; year--)
            if (Day(year, month, day) is { } date && InZone(date + clock) is var time && time <= _now.AddDays(1)) return time;
        return null;
    }

    private DateTimeOffset InZone(DateTime local) => LocalDateTime.FromDateTime(local).InZoneLeniently(_zone).ToDateTimeOffset().ToUniversalTime();

    private static TimeSpan Fraction(string digits) => digits.Length == 0 ? TimeSpan.Zero : TimeSpan.FromTicks(long.Parse(digits.PadRight(7, '0')[..7], CultureInfo.InvariantCulture));

    private static TimeSpan? Offset(string text)
    {
        if (text is "" or "Z" or "UTC" or "GMT") return TimeSpan.Zero;
        var digits = text[1..].Replace(":", "", StringComparison.Ordinal);
        var offset = new TimeSpan(int.Parse(digits[..2], NumberStyles.None, CultureInfo.InvariantCulture), digits.Length > 2 ? int.Parse(digits[2..], NumberStyles.None, CultureInfo.InvariantCulture) : 0, 0);
        return offset > TimeSpan.FromHours(18) ? null : text[0] == '-' ? -offset : offset;
    }

    private const RegexOptions Plain = RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;
    [GeneratedRegex(@"(?<![0-9])(?<y>[0-9]{4})-(?<mon>[0-9]{2})-(?<d>[0-9]{2})[T ](?<t>[0-9]{2}:[0-9]{2}:[0-9]{2})([.,](?<f>[0-9]{1,9}))?( ?(?<z>Z|UTC|GMT|[+-][0-9]{2}(:?[0-9]{2})?)(?![0-9A-Za-z]))?", Plain)] private static partial Regex Iso();
    [GeneratedRegex(@"^\[?(?<y>[0-9]{4})/(?<mon>[0-9]{2})/(?<d>[0-9]{2}) (?<t>[0-9]{2}:[0-9]{2}:[0-9]{2})(\.(?<f>[0-9]{1,9}))?", Plain)] private static partial Regex Slashes();
    [GeneratedRegex(@"\[(?<d>[0-9]{2})/(?<mon>[A-Z][a-z]{2})/(?<y>[0-9]{4}):(?<t>[0-9]{2}:[0-9]{2}:[0-9]{2}) (?<z>[+-][0-9]{4})\]", Plain)] private static partial Regex Common();
    [GeneratedRegex(@"^\[[A-Z][a-z]{2} (?<mon>[A-Z][a-z]{2}) (?<d>[0-9]{2}) (?<t>[0-9]{2}:[0-9]{2}:[0-9]{2})(\.(?<f>[0-9]{1,9}))? (?<y>[0-9]{4})\]", Plain)] private static partial Regex Apache();
    [GeneratedRegex(@"^(<[0-9]+>)?(?<mon>[A-Z][a-z]{2}) {1,2}(?<d>[0-9]{1,2}) (?<t>[0-9]{2}:[0-9]{2}:[0-9]{2})", Plain)] private static partial Regex Syslog();
    [GeneratedRegex(@"^\[?(?<epoch>[0-9]{13}|[0-9]{10})(\.(?<f>[0-9]{1,9}))?(?![0-9])", Plain)] private static partial Regex Epoch();
}
