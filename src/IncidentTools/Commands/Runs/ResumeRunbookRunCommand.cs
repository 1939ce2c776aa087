using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Completion;

namespace IncidentTools.Commands.Runs;

/// <summary>Takes runs up where the journal left them, from any session or machine; what waits for somebody stays as it is.</summary>
[Cmdlet(VerbsLifecycle.Resume, "RunbookRun", SupportsShouldProcess = true)]
[OutputType(typeof(RunbookRun))]
public sealed class ResumeRunbookRunCommand : RunDrivingCmdlet
{
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "R-7KQ2M9XD; else the only open run of the current incident.")]
    [ArgumentCompleter(typeof(RunCompleter))]
    public string? Run { get; set; }

    [Parameter(HelpMessage = "Follow the runbook as it is now, when only steps not visited yet were changed.")]
    public SwitchParameter AcceptChange { get; set; }

    [Parameter(HelpMessage = "Try again the items that failed of the foreach at which the run failed; what succeeded stays.")]
    public SwitchParameter RetryFailed { get; set; }

    protected override void Execute()
    {
        var run = RunTarget.Resolve(this, () => Engine, Run);
        var runs = Engine.Runs;
        if (ShouldProcess(run, "Resume")) Report(Drive((options, token) => runs.ContinueAsync(run, options, token), new() { AcceptChange = AcceptChange, RetryFailed = RetryFailed }));
    }
}
