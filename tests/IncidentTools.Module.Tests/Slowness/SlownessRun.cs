namespace IncidentTools.Module.Tests.Slowness;

/// <summary>The shipped runbook over a slow shop, driven through the packaged module as people would.</summary>
internal sealed class SlownessRun : IDisposable
{
    private const string Quick = "-Parameter @{ settle = '1s'; sample = '500ms'; samples = 3 } -Patience 2m";
    private readonly ModuleHost _host = new();
    private SlowShop? _shop;

    public static string Usual => "@{ intruder = 'no'; changed = 'no'; job = 'no'; traffic = 'usual' }";
    public ModuleHost Host => _host;

    public SlowShop Given(string? redis = null, string processes = "['*']", int? postgres = null)
    {
        _shop = new SlowShop(Path.Combine(_host.Folder, "slow"), redis, processes, postgres);
        _host.Run($"$PSDefaultParameterValues['*-*:Workspace'] = '{_shop.Workspace}'");
        return _shop;
    }

    /// <summary>The incident, its commander, and the run up to its first question.</summary>
    public RunbookRun Declare()
    {
        _host.Run("$null = Start-Incident 'Shop is slow' -Service web -Impact 2 -Urgency 2; $null = Confirm-Incident 1; $null = Set-IncidentRole 1 -Role incident-commander -Contact ana");
        // a run that ended badly is an error, too
        var run = Assert.IsType<RunbookRun>(Assert.Single(_host.Try($"Invoke-Runbook -Incident 1 {Quick}").Output).BaseObject);
        _host.Run($"$run = '{run.Run}'");
        return run;
    }

    public RunbookRun Answer(string step, string with = "")
    {
        _host.Run($"Complete-RunbookStep -Run $run -Step {step} {with}");
        return Resume();
    }

    public RunbookRun Findings(string values) => Answer("findings", $"-Value {values}");

    public RunbookRun Approve(string step)
    {
        _host.Run($"Approve-RunbookStep -Run $run -Step {step}");
        return Resume();
    }

    public RunbookRun Resume() => Assert.IsType<RunbookRun>(Assert.Single(_host.Try("Resume-RunbookRun $run -Patience 2m").Output).BaseObject);

    public RunbookStep Step(string id) => (RunbookStep)_host.Run($"Get-RunbookStep $run -Step {id}")[^1].BaseObject;
    public object? Value(string step, string key) => Assert.IsType<IReadOnlyDictionary<string, object?>>(Step(step).Value, exactMatch: false)[key];

    public void Dispose()
    {
        _shop?.Dispose();
        _host.Dispose();
    }
}
