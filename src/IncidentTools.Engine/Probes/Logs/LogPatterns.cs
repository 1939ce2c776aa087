using System.Text.RegularExpressions;
using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Probes.Logs;

/// <summary>One pattern and what it found.</summary>
internal sealed partial class LogPattern(string name, Regex form, bool fails, long most, int samples)
{
    private const int MaxSample = 500;
    private readonly List<string> _first = [];
    private readonly Queue<string> _last = new();

    public string Name => name;
    public bool Fails => fails;
    public long Most => most;
    public long Count { get; private set; }
    public DateTimeOffset? First { get; private set; }
    public DateTimeOffset? Last { get; private set; }
    /// <summary>The first and the last lines found: how it began and how it is now.</summary>
    public IReadOnlyList<string> Samples => [.. _first, .. _last];

    public static List<LogPattern> Read(Arguments with) => [.. with.List("patterns").Select((item, index) =>
    {
        var pattern = new Arguments(item as IReadOnlyDictionary<string, object?> ?? throw new CannotCheckException(ProbeErrors.InvalidArgument, $"patterns[{index}] is not a map"));
        return new LogPattern(pattern.TextOrNull("name") ?? $"pattern{index + 1}", BoundedRegex.Compile(pattern.Text("pattern"), pattern.Flag("ignoreCase")), pattern.TextOrNull("severity") != "warn", pattern.Int("max"), with.Int("samples", 5));
    })];

    public bool IsMatch(string line) => form.IsMatch(line);

    public void Add(string line, DateTimeOffset? time)
    {
        Count++;
        if (time < First || First is null) First = time ?? First;
        if (time > Last || Last is null) Last = time ?? Last;
        var shown = Redact().Replace(Say.Cut(line.Trim(), MaxSample), "$1***");
        if (_first.Count < (samples + 1) / 2) _first.Add(shown);
        else if (samples > 1)
        {
            if (_last.Count == samples / 2) _last.Dequeue();
            _last.Enqueue(shown);
        }
    }

    /// <summary>What looks like a secret of somebody else: samples go into the journal, which forgets nothing.</summary>
    [GeneratedRegex(@"((?:password|passwd|pwd|secret|token|api[_-]?key|authorization)[""']?\s*[=:]\s*[""']?(?:(?:bearer|basic)\s+)?)[^\s""'&;,]+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)] private static partial Regex Redact();
}
