using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Completion;

namespace IncidentTools.Commands.Runs;

/// <summary>Cancels a run, cleanup included: its runner is asked to, or this session does it when there is none. What was done is taken back only with -Rollback.</summary>
[Cmdlet(VerbsLifecycle.Stop, "RunbookRun", SupportsShouldProcess = true)]
[OutputType(typeof(RunbookRun))]
public sealed class StopRunbookRunCommand : IncidentCmdlet
{
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "R-7KQ2M9XD.")]
    [ArgumentCompleter(typeof(RunCompleter))]
    public string? Run { get; set; }

    [Parameter(HelpMessage = "Why; it is kept in the journal.")]
    public string? Reason { get; set; }

    [Parameter(HelpMessage = "Takes back what the run did once it is at rest, the last first.")]
    public SwitchParameter Rollback { get; set; }

    protected override void Execute()
    {
        // what ends things never falls back on the current incident
        var run = RunTarget.Resolve(this, () => Engine, Run, mayUseCurrent: false);
        var runs = Engine.Runs;
        if (!ShouldProcess(run, Rollback ? "Cancel and take back" : "Cancel")) return;
        var ended = Await(token => runs.CancelAsync(run, Reason, Rollback, token));
        WriteObject(ended);
        if (ended.Holder is { } holder) WriteWarning($"{run} is to end, and {holder} has not ended it yet: Wait-RunbookRun {run}.");
    }
}
