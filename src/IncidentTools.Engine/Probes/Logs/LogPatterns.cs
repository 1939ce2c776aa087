using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Probes.Logs;

/// <summary>A line that was found, with the lines around it where they were asked for.</summary>
internal sealed class LogSample(string line)
{
    public string Line => line;
    public IReadOnlyList<string> Before { get; set; } = [];
    public List<string> After { get; } = [];
}

/// <summary>One pattern and what it found.</summary>
internal sealed partial class LogPattern
{
    private const int MaxSample = 500, MaxKey = 200;
    private readonly Regex _form;
    private readonly Func<string, DateTimeOffset?, string?>? _key;
    private readonly TopCounter _groups = new();
    private readonly List<LogSample> _first = [];
    private readonly Queue<LogSample> _last = new();
    private readonly int _samples;

    public LogPattern(string name, string pattern, bool ignoreCase, bool fails, long most, int samples, string? groupBy = null)
    {
        (Name, Fails, Most, _samples) = (name, fails, most, samples);
        _form = BoundedRegex.Compile(pattern, ignoreCase);
        Filter = ByteFilter.Of(pattern, ignoreCase);
        if (!ignoreCase && Filter is not null && LiteralFinder.Whole(pattern) is { } text) (IsLiteral, Length) = (true, text.Length);
        GroupBy = groupBy;
        _key = groupBy is null ? null : Key(groupBy);
    }

    public string Name { get; }
    public bool Fails { get; }
    public long Most { get; }
    public string? GroupBy { get; }
    /// <summary>What a line must hold to be tried; null = every line is.</summary>
    public ByteFilter? Filter { get; }
    /// <summary>The pattern is a text and nothing else: where it stands, the line matches.</summary>
    public bool IsLiteral { get; }
    public int Length { get; }
    public bool WantsText => _key is not null || _samples > 0;
    public long Count { get; private set; }
    public DateTimeOffset? First { get; private set; }
    public DateTimeOffset? Last { get; private set; }
    /// <summary>The first and the last lines found: how it began and how it is now.</summary>
    public IReadOnlyList<LogSample> Samples => [.. _first, .. _last];
    public TopCounter Groups => _groups;

    public static List<LogPattern> Read(Arguments with) => [.. with.List("patterns").Select((item, index) =>
    {
        var pattern = new Arguments(item as IReadOnlyDictionary<string, object?> ?? throw new CannotCheckException(ProbeErrors.InvalidArgument, $"patterns[{index}] is not a map"));
        return new LogPattern(pattern.TextOrNull("name") ?? $"pattern{index + 1}", pattern.Text("pattern"), pattern.Flag("ignoreCase"), pattern.TextOrNull("severity") != "warn", pattern.Int("max"), with.Int("samples", 5), pattern.TextOrNull("groupBy"));
    })];

    public bool IsMatch(string line) => _form.IsMatch(line);

    /// <param name="line">Null where it is not wanted.</param>
    /// <returns>The sample it became.</returns>
    public LogSample? Add(string? line, DateTimeOffset? time)
    {
        Count++;
        if (First is null || time < First) First = time ?? First;
        if (Last is null || time > Last) Last = time ?? Last;
        if (line is null) return null;
        if (_key?.Invoke(line, time) is { } key) _groups.Add(Say.Cut(key, MaxKey));
        if (_samples == 0) return null;
        var sample = new LogSample(line);
        if (_first.Count < (_samples + 1) / 2) _first.Add(sample);
        else if (_samples > 1)
        {
            if (_last.Count == _samples / 2) _last.Dequeue();
            _last.Enqueue(sample);
        }
        return sample;
    }

    /// <summary>As it may be shown: samples go into the journal, which forgets nothing.</summary>
    public static string Shown(string line) => Redact().Replace(Say.Cut(line.Trim(), MaxSample), "$1***");

    private Func<string, DateTimeOffset?, string?> Key(string groupBy)
    {
        // a group of the pattern's own goes before the words
        if (_form.GroupNumberFromName(groupBy) is >= 0 and var number) return (line, _) => _form.Match(line).Groups[number] is { Success: true } group ? Shown(group.Value) : null;
        return groupBy switch
        {
            "ip" => (line, _) => Address(line),
            "user" => (line, _) => User().Match(line) is { Success: true } match ? match.Groups["user"].Value : null,
            "minute" => (_, time) => time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm'Z'", CultureInfo.InvariantCulture),
            _ => throw new CannotCheckException(ProbeErrors.InvalidArgument, $"groupBy '{groupBy}' is none of ip, user, minute, and the pattern {Name} has no such group"),
        };
    }

    private static string? Address(string line) => Version4().Match(line) is { Success: true } match ? match.Value
        : Version6().Matches(line).Select(item => item.Value).FirstOrDefault(text => text.Count(letter => letter == ':') > 1 && IPAddress.TryParse(text, out _));

    [GeneratedRegex(@"((?:password|passwd|pwd|secret|token|api[_-]?key|authorization)[""']?\s*[=:]\s*[""']?(?:(?:bearer|basic)\s+)?)[^\s""'&;,]+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)] private static partial Regex Redact();
    [GeneratedRegex(@"(?<![0-9.])([0-9]{1,3}\.){3}[0-9]{1,3}(?![0-9.]*[0-9])", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)] private static partial Regex Version4();
    [GeneratedRegex(@"(?<![0-9A-Za-z.:])[0-9A-Fa-f:]{2,39}(?![0-9A-Za-z:])", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)] private static partial Regex Version6();
    // sshd: "Failed password for invalid user x from", "for x from"; sudo, su, PAM: "user=x", "user x"
    [GeneratedRegex(@"\b(for (invalid user |user )?|invalid user |user[= ]""?)(?<user>[A-Za-z0-9_.@\\-]+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)] private static partial Regex User();
}
