namespace IncidentTools.Module.Tests.Breach;

/// <summary>Drives the runbook as its people would: approves, answers, and does by hand what the manual steps say.</summary>
internal sealed class BreachRun(ModuleHost host, BreachScene scene)
{
    private const int Most = 80;
    private string _run = "";

    /// <summary>Answers by step; others are Done.</summary>
    public Dictionary<string, string> Answers { get; } = new()
    {
        ["first_look"] = "-Value @{ verdict = 'confirmed'; kind = 'intrusion'; active = 'yes' }",
        ["scope"] = "-Value @{ verdict = 'confirmed'; personal = 'no'; payment = 'no'; health = 'no'; tenants = 'no'; backups = 'no' }",
        ["law_enforcement"] = "-Outcome later", ["containment"] = "-Outcome contained", ["rotate"] = "-Value @{ open_rows = 0 }", ["choose"] = "-Outcome again",
    };

    /// <summary>What is done at the machine before a step is answered.</summary>
    public Dictionary<string, Action> Hands { get; } = [];

    public void Declare()
    {
        host.Run($"$PSDefaultParameterValues['*-*:Workspace'] = '{scene.Workspace}'");
        host.Run("$null = Start-Incident 'A strange file' -Service web -Class security -Impact 1 -Urgency 1 -NoPage; $null = Confirm-Incident 1; $null = Set-IncidentRole 1 -Role incident-commander -Contact ana");
    }

    /// <summary>Up to the end, or to where this step waits.</summary>
    public RunbookRun To(string? step = null)
    {
        var run = One("Invoke-Runbook security-breach -Incident 1 -Parameter @{ watch = '1s' } -IdempotencyKey breach -Patience 1m");
        _run = run.Run;
        for (var turn = 0; run.State == "Waiting" && run.Step != step && turn < Most; turn++)
        {
            if (run.WaitReason == "Approval") host.Run($"$null = Approve-RunbookStep -Run {_run} -SoleOperatorReason 'alone on shift'");
            else
            {
                if (Hands.Remove(run.Step!, out var hand)) hand();
                host.Run($"$null = Complete-RunbookStep -Run {_run} -Step {run.Step} {Answers.GetValueOrDefault(run.Step!, "")}");
            }
            run = One($"Resume-RunbookRun {_run} -Patience 1m");
        }
        return run;
    }

    public RunbookStep Step(string id) => (RunbookStep)host.Run($"Get-RunbookStep {_run} -Step {id}")[^1].BaseObject;
    public object? Value(string step, string key) => Assert.IsType<IReadOnlyDictionary<string, object?>>(Step(step).Value, exactMatch: false)[key];

    // a run that ended badly is an error, too
    private RunbookRun One(string script)
    {
        var result = host.Try(script);
        return Assert.IsType<RunbookRun>(result.Output.Count > 0 ? result.Output[^1].BaseObject : throw new InvalidOperationException(string.Join("; ", result.Errors)));
    }
}
