using System.Security.Cryptography;
using System.Text;
using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>PowerShell as a step. Its impact is high unless the runbook declares another, and what its text is seen to do may only raise that.</summary>
/// <param name="file">Text of a script file the run is bound to.</param>
internal sealed class ScriptEffect(ObjectShape parameters, Func<string, string> file, IScriptInspector? inspector) : IAction
{
    private const int MostLines = 200, MostReasons = 10;
    private readonly Dictionary<string, IReadOnlyList<ImpactReason>> _seen = new(StringComparer.Ordinal);

    public string Name => "script";
    public string Summary => "Runs PowerShell text";
    public ObjectShape Parameters => parameters;
    public StepImpact Impact(Arguments with) => Seen(with) is [var gravest, ..] ? gravest.Impact : StepImpact.None;
    public IReadOnlyList<string> ImpactReasons(Arguments with) => Seen(with) is var all && all.Count <= MostReasons ? [.. all.Select(reason => reason.ToString())] : [.. all.Take(MostReasons).Select(reason => reason.ToString()), $"and {all.Count - MostReasons} more"];
    public bool CanUndo(Arguments with) => false;
    public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation) => null;
    public Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Task.FromResult(new CheckResult(CheckState.Unknown, "nobody can tell what a script did before its result was lost"));

    public ActionPlan Plan(Arguments with)
    {
        var text = Text(with);
        var hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text))).ToLowerInvariant();
        var lines = text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
        // the hash stands among what an approval binds to: it covers the lines that are not shown
        return new ActionPlan(with.TextOrNull("file") ?? "script text", $"runs PowerShell, SHA-256 {hash}",
        [
            .. lines.Take(MostLines), .. lines.Length > MostLines ? [$"… and {lines.Length - MostLines} more lines"] : Array.Empty<string>(), $"# SHA-256 {hash}",
            .. with.Map("parameters").Select(pair => $"  -{pair.Key} {ValueReader.Text(pair.Value)}"),
        ], null);
    }

    public Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation) =>
        Task.FromResult(context.Scripts is null ? "there is no PowerShell in this host to run it" : context.Scripts.WhyNot(Text(with)));

    public async Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        var result = await context.Scripts!.RunAsync(
            new ScriptRequest(with.TextOrNull("file") ?? "script", Text(with), with.Map("parameters"), null, with.TextOrNull("isolation") == "process", context.MaxLines, context.MaxBytes) { OnStarted = context.OnProcessStarted, Remote = context.Remote }, cancellation).ConfigureAwait(false);
        var output = string.Join('\n', result.Output.Select(ValueReader.Text).Concat(result.Log));
        var (outcome, error) = result switch
        {
            { Succeeded: true } => (ActionOutcome.Succeeded, null),
            { Ended: false } => (ActionOutcome.InDoubt, result.Error ?? (result.TimedOut ? "Timeout" : "Unknown")),
            { TimedOut: true } => (ActionOutcome.InDoubt, "Timeout"),
            { Error: { } known } => (ActionOutcome.Failed, known),
            _ when cancellation.IsCancellationRequested => (ActionOutcome.InDoubt, "Cancelled"),
            _ => (ActionOutcome.Failed, "ScriptFailed"),
        };
        // what it went on doing matters as much as what went wrong first
        var message = result switch { { Ended: false, Errors: [var first, .., var last] } => $"{first}; {last}", { Errors: [var only, ..] } => only, { Ended: false } => "nobody knows how it ended", _ => "" };
        return new ActionResult(outcome, context.Mask.Apply(message))
        {
            Value = result.Output is [var single] ? single : result.Output, Error = error, Output = context.Mask.Apply(output), Truncated = result.Truncated,
        };
    }

    private IReadOnlyList<ImpactReason> Seen(Arguments with)
    {
        if (inspector is null) return [];
        var text = Text(with);
        return _seen.TryGetValue(text, out var known) ? known : _seen[text] = inspector.ImpactOf(text);
    }

    private string Text(Arguments with) => with.TextOrNull("text") ?? file(with.Text("file"));
}
