using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Completion;

namespace IncidentTools.Commands.Runs;

/// <summary>Waits as long as somebody drives the run, and gives it as it is then: ended, waiting for a person or a time, or left by its runner.</summary>
[Cmdlet(VerbsLifecycle.Wait, "RunbookRun")]
[OutputType(typeof(RunbookRun))]
public sealed class WaitRunbookRunCommand : RunReportingCmdlet
{
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "R-7KQ2M9XD; else the only open run of the current incident.")]
    [ArgumentCompleter(typeof(RunCompleter))]
    public string? Run { get; set; }

    [Parameter(HelpMessage = "Seconds to wait at most; else as long as it takes.")]
    [ValidateRange(0, int.MaxValue)]
    public int? TimeoutSec { get; set; }

    protected override void Execute()
    {
        var run = RunTarget.Resolve(this, () => Engine, Run);
        var runs = Engine.Runs;
        Report(Await(token => runs.WaitAsync(run, TimeoutSec is { } seconds ? TimeSpan.FromSeconds(seconds) : null, token)));
    }
}
