using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>A probe as a step: no impact, no approval, and an attempt whose result is lost is simply made again.</summary>
internal sealed class ProbeEffect(IProbe probe) : IAction
{
    public string Name => probe.Name;
    public string Summary => probe.Summary;
    public ObjectShape Parameters => probe.Parameters;
    public StepImpact Impact(Arguments with) => StepImpact.None;
    public bool CanUndo(Arguments with) => false;
    public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation) => null;
    public Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Task.FromResult<string?>(null);
    public Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Task.FromResult(new CheckResult(CheckState.NotDone, "a probe changes nothing: it is made again"));

    public ActionPlan Plan(Arguments with) => new(
        Target(with), probe.Summary, [$"{probe.Name} {string.Join(' ', with.Values.Where(pair => pair.Value is not null && !IsDefault(pair.Key, pair.Value)).Select(pair => $"{pair.Key}={Short(pair.Value)}"))}"], null);

    public async Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        var result = await probe.CheckAsync(with, context.ForProbe(), cancellation).ConfigureAwait(false);
        return From(result);
    }

    /// <summary>Warn is a pass with a word of warning; Error is a failure, since nothing was checked.</summary>
    public static ActionResult From(ProbeResult result) => new(result.Status is ProbeStatus.Pass or ProbeStatus.Warn or ProbeStatus.Skipped ? ActionOutcome.Succeeded : ActionOutcome.Failed, result.Message)
    {
        Value = result.Value,
        Error = result.Error ?? (result.Status == ProbeStatus.Error ? "NotChecked" : result.Status == ProbeStatus.Fail ? "Failed" : null),
        Status = result.Status.ToString(),
        Detail = new Dictionary<string, object?>
        {
            ["observations"] = result.Observations, ["thresholds"] = result.Thresholds, ["unit"] = result.Unit, ["took"] = result.Took,
        },
    };

    // a plan shows what the runbook chose
    private bool IsDefault(string name, object value) => Array.Find(probe.Parameters.Fields, field => field.Name == name) is { Default: { } usual } && ValueReader.Text(usual) == ValueReader.Text(value);

    private static string Target(Arguments with) => new[] { "url", "host", "name", "unit", "pidFile", "path", "paths", "files", "program" }.Select(key => with.Has(key) ? Short(with[key]) : null).FirstOrDefault(text => text is not null) ?? "";

    private static string Short(object? value) => value switch
    {
        IReadOnlyList<object?> list => string.Join(',', list.Select(Short)),
        IReadOnlyDictionary<string, object?> map => $"{{{string.Join(',', map.Keys)}}}",
        _ => ValueReader.Text(value) is { Length: > 80 } text ? text[..80] + "…" : ValueReader.Text(value),
    };
}
