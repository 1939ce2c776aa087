using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Completion;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Commands.Runbooks;

/// <summary>Runbooks of the workspace and those that ship, by name.</summary>
[Cmdlet(VerbsCommon.Get, "Runbook")]
[OutputType(typeof(Runbook))]
public sealed class GetRunbookCommand : IncidentCmdlet
{
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "Ids of runbooks, wildcards allowed, or paths of files.")]
    [Alias("Runbook")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(RunbookCompleter))]
    public string[] Name { get; set; } = ["*"];

    [Parameter(HelpMessage = "Only those whose review is overdue.")]
    public SwitchParameter Stale { get; set; }

    protected override void Execute()
    {
        var today = DateOnly.FromDateTime(Engine.Time.GetUtcNow().UtcDateTime);
        foreach (var name in Name)
        {
            try
            {
                foreach (var file in RunbookChoice.Of(Engine.Library, name))
                {
                    // asked for by its name it is an error, among others a warning
                    if (file.Book is null && RunbookChoice.IsPattern(name)) WriteWarning(RunbookLoader.Invalid(file.Path, file.Findings).Message);
                    else if (!Stale || file.Require().IsStale(today)) WriteObject(file.ToRunbook(today));
                }
            }
            catch (IncidentToolsException error) { WriteError(error); } // the other names still count
        }
    }
}
