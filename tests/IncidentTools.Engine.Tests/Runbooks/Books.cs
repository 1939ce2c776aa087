using System.Text;
using System.Text.RegularExpressions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Tests.Runbooks;

/// <summary>A loader over a small catalogue, and the sample files.</summary>
internal static class Books
{
    public static IUseCatalog Uses { get; } = new UseCatalog(new UseInfo[]
    {
        new("probe.http", "Asks a URL", new("probe.http", Required("url", Url, "the URL"), Optional("maxLatency", Shapes_Duration, "slower is a warning")), UseRole.Probe),
        new("probe.tcp", "Connects", new("probe.tcp", Required("host", Text, "the host"), Required("port", Int with { Min = 1, Max = 65535 }, "the port")), UseRole.Probe),
        new("probe.service", "Looks at a service", new("probe.service", Required("name", Text, "its unit"), Optional("startedAfter", Engine.Foundation.Shapes.Shapes.DateTime, "it must have started later")), UseRole.Probe),
        new("action.service-control", "Starts and stops services", new("action.service-control", Required("name", Text, "its unit"), Required("operation", OneOf("start", "stop", "restart"), "what to do")), UseRole.Action),
    });

    private static Engine.Foundation.Shapes.ScalarShape Shapes_Duration => Engine.Foundation.Shapes.Shapes.Duration;

    public static RunbookLoader Loader { get; } = new(Uses, new PlainExpressions());

    public static byte[] Sample(string name)
    {
        using var stream = typeof(Books).Assembly.GetManifestResourceStream(name.Replace('/', '.')) ?? throw new FileNotFoundException(name);
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }

    public static IEnumerable<string> Samples(string folder) => typeof(Books).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(folder + ".", StringComparison.Ordinal));

    /// <summary>A runbook around these steps.</summary>
    public static (RunbookDefinition? Book, IReadOnlyList<Diagnostic> Findings) Inspect(string steps, string head = "") =>
        Loader.Inspect("book.yaml", Encoding.UTF8.GetBytes($"schema: incidenttools/runbook/v1\nid: book\nversion: 1.0.0\ntitle: Book\n{head}steps:\n{steps}"));
}

/// <summary>The parts of expressions that the loader asks about: where one ends, what it reads, what is refused. Stands in for PowerShell's parser, which the engine's tests do not have.</summary>
internal sealed partial class PlainExpressions : IExpressionEvaluator
{
    public ExpressionCheck Inspect(string text)
    {
        var bare = Quoted().Replace(text, match => new string('_', match.Length));
        return new ExpressionCheck(
            [.. Refused().Matches(bare).Select(match => new ExpressionError(match.Index, match.Length, $"'{match.Value}' is not allowed in an expression", null))],
            [.. Path().Matches(bare).Where(match => match.Value is not ("$true" or "$false" or "$null")).Select(match => new ExpressionReference(match.Value[1..], match.Index, bare[(match.Index + match.Length)..].TrimStart().StartsWith("??", StringComparison.Ordinal)))]);
    }

    public int FindEnd(string text, int start)
    {
        for (var (at, quote, depth) = (start, '\0', 0); at < text.Length; at++)
        {
            if (quote != '\0') quote = text[at] == quote ? '\0' : quote;
            else if (text[at] is '\'' or '"') quote = text[at];
            else if (text[at] == '{') depth++;
            else if (text[at] == '}' && depth > 0) depth--;
            else if (text[at] == '}' && at + 1 < text.Length && text[at + 1] == '}') return at;
        }
        return -1;
    }

    /// <summary>Of a single path what is known, of a comparison a truth; an order of a text against a number is wrong.</summary>
    public ExpressionKind Kind(string text, Func<string, string?> known)
    {
        if (Path().Match(text) is { Success: true, Index: 0 } path && path.Length == text.Length) return new(known(text[1..]), []);
        if (Order().Match(text) is not { Success: true } order) return new(text.Contains(" -eq ", StringComparison.Ordinal) ? "bool" : null, []);
        return new("bool", known(order.Groups[1].Value) == "string" ? [new ExpressionError(order.Groups[2].Index, 3, "a text and a number have no order", null)] : []);
    }

    public object? Evaluate(string text, IReadOnlyDictionary<string, object?> roots) => throw new NotSupportedException("the loader evaluates nothing");

    [GeneratedRegex("'[^']*'|\"[^\"]*\"")] private static partial Regex Quoted();
    [GeneratedRegex(@"[&|;]|\bGet-\w+")] private static partial Regex Refused();
    [GeneratedRegex(@"^\$([\w.]+) (-gt) \d+$")] private static partial Regex Order();
    [GeneratedRegex(@"\$[A-Za-z]\w*(\.\w+)*")] private static partial Regex Path();
}
