using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Completion;

namespace IncidentTools.Commands.Detection;

/// <summary>Looks at services now: every check of the catalogue and of the runbooks that fit; changes nothing.</summary>
[Cmdlet(VerbsDiagnostic.Test, "IncidentService")]
[OutputType(typeof(IncidentServiceCheck), typeof(bool))]
public sealed class TestIncidentServiceCommand : IncidentCmdlet
{
    private bool _good = true;

    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "Ids of services of the catalogue.")]
    [Alias("Id")]
    [ArgumentCompleter(typeof(ServiceCompleter))]
    public string[] Service { get; set; } = [];

    [Parameter(HelpMessage = "Also say what this runbook reads of the service and its entry does not have.")]
    [ArgumentCompleter(typeof(RunbookCompleter))]
    public string? Runbook { get; set; }

    [Parameter(HelpMessage = "How many checks at once.")]
    [ValidateRange(1, 1024)]
    public int Concurrency { get; set; } = 64;

    [Parameter(HelpMessage = "Only true or false; true only when everything was checked and good.")]
    public SwitchParameter Quiet { get; set; }

    protected override void Execute()
    {
        if (Service.Length == 0) throw Errors.ValueNotGiven(nameof(Service), "Test-IncidentService shop");
        foreach (var id in Service)
        {
            try
            {
                var checks = Await((token, post) => Engine.ServiceTests.RunAsync(id, Runbook, Concurrency, Quiet ? null : check => post(() => WriteObject(check)), token));
                var overall = checks[^1];
                _good &= checks.All(check => check.Error != "KeyMissing") && overall.Status is "Pass" or "Warn";
                if (!Quiet && overall.Status is not ("Pass" or "Warn")) WriteError(Errors.ServiceNotWell(id, overall.Message));
            }
            catch (IncidentToolsException) when (Quiet) { _good = false; }
        }
    }

    protected override void Finish()
    {
        if (Quiet && Service.Length > 0) WriteObject(_good);
    }
}
