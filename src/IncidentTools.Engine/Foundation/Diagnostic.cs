namespace IncidentTools.Engine.Foundation;

public enum DiagnosticSeverity { Error, Warning, Information }

/// <summary>One finding in a text: a stable code, where, what, what was expected and what to do.</summary>
/// <param name="Code">IT1xxx syntax, IT2xxx shape, IT3xxx names and references, IT4xxx flow, IT5xxx environment; never reused.</param>
/// <param name="Path">Where in the document's structure: <c>steps[3].retry.delay</c>.</param>
/// <param name="Fix">What to do, e.g. "Did you mean 'timeout'?"; null when the message says all.</param>
public sealed record Diagnostic(string Code, DiagnosticSeverity Severity, SourceSpan Span, string Path, string Message, string? Fix = null)
{
    public override string ToString() => $"{Span}: {Code} {Path}: {Message}{(Fix is null ? "" : " " + Fix)}";
}

/// <summary>Collects findings; a stage reports all it can before the next is refused.</summary>
public sealed class DiagnosticBag
{
    private readonly List<Diagnostic> _items = [];

    public IReadOnlyList<Diagnostic> Items => _items;
    public bool HasErrors => _items.Exists(item => item.Severity == DiagnosticSeverity.Error);

    public void Add(Diagnostic item) => _items.Add(item);
    public void Error(string code, SourceSpan span, string path, string message, string? fix = null) => Add(new(code, DiagnosticSeverity.Error, span, path, message, fix));
    public void Warning(string code, SourceSpan span, string path, string message, string? fix = null) => Add(new(code, DiagnosticSeverity.Warning, span, path, message, fix));
}
