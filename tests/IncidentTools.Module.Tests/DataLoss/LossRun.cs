namespace IncidentTools.Module.Tests.DataLoss;

/// <summary>One incident of the shop and its run, driven as a person does.</summary>
internal sealed class LossRun : IDisposable
{
    public LossRun(string? workspace = null)
    {
        Host = new ModuleHost();
        if (workspace is not null) Open(workspace);
    }

    public ModuleHost Host { get; }
    public void Dispose() => Host.Dispose();

    public void Open(string workspace) => Host.Run($"$PSDefaultParameterValues['*-*:Workspace'] = '{workspace}'");

    /// <summary>As far as the report of what is lost.</summary>
    public RunbookRun Declare(int backup = 0)
    {
        Host.Run("$null = Start-Incident 'Pictures are gone' -Service shop -Class data -Impact 2 -Urgency 1 -Runbook data-loss -NoPage; $null = Confirm-Incident 1; $null = Set-IncidentRole 1 -Role incident-commander -Contact ana");
        var run = Host.Run<RunbookRun>($"Invoke-Runbook data-loss -Incident 1 -Parameter @{{ backup = {backup} }} -Patience 1m");
        Host.Run($"$run = '{run.Run}'");
        return run;
    }

    public RunbookRun Report(string more = "") => Answer("report", $"-Value @{{ lost = 'pictures'; ongoing = 'no'; intruder = 'no'; personal = 'no'{more} }}");

    public RunbookRun Answer(string step, string with = "")
    {
        Host.Run($"Complete-RunbookStep -Run $run -Step {step} {with}");
        return Resume();
    }

    public RunbookRun Approve(string step)
    {
        Host.Run($"Approve-RunbookStep -Run $run -Step {step} -SoleOperatorReason 'nobody else is awake'");
        return Resume();
    }

    // a run that ended badly is an error, too
    public RunbookRun Resume() => Assert.IsType<RunbookRun>(Assert.Single(Host.Try("Resume-RunbookRun $run -Patience 1m").Output).BaseObject);

    public RunbookStep Step(string id) => (RunbookStep)Host.Run($"Get-RunbookStep $run -Step {id}")[^1].BaseObject;
    public object? Value(string step, string key) => Assert.IsType<IReadOnlyDictionary<string, object?>>(Step(step).Value, exactMatch: false)[key];

    /// <summary>Where it stands, and why: for a test that fails.</summary>
    public string Where(RunbookRun run) => $"{run.State} {run.Step} {run.WaitReason} {run.Message}: " + string.Join("; ", Host.Run("Get-RunbookStep $run").Select(item => (RunbookStep)item.BaseObject).Where(step => step.Visit > 0).Select(step => $"{step.Step}#{step.Visit} {step.State} {step.Error} {step.Message}"));

    public void At(RunbookRun run, string step) => Assert.True(run.Step == step, Where(run));
}
