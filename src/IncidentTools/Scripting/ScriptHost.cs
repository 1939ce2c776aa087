using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Runbooks;
using IncidentTools.Scripting.Impacts;

namespace IncidentTools.Scripting;

/// <summary>All that needs PowerShell, for the engine.</summary>
internal sealed class ScriptHost(LanguageLimit language, ScriptPlace place, SessionCommands commands) : IScriptHost, IDisposable
{
    private readonly ScriptInspector _inspector = new(commands);
    private readonly ExpressionEvaluator _expressions = new();
    private readonly ScriptRunner _scripts = new(language, place);

    public void Dispose() => _scripts.Dispose();
    public ExpressionCheck Inspect(string text) => _expressions.Inspect(text);
    public ExpressionKind Kind(string text, Func<string, string?> known) => _expressions.Kind(text, known);
    public int FindEnd(string text, int start) => _expressions.FindEnd(text, start);
    public object? Evaluate(string text, IReadOnlyDictionary<string, object?> roots) => _expressions.Evaluate(text, roots);
    public IReadOnlyList<ImpactReason> ImpactOf(string text) => _inspector.ImpactOf(text);
    public string? WhyNot(string text) => _scripts.WhyNot(text);
    public Task<ScriptResult> RunAsync(ScriptRequest request, CancellationToken cancellation) => _scripts.RunAsync(request, cancellation);
}
