using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Completion;
using IncidentTools.Engine;
using IncidentTools.Engine.Incidents;
using IncidentTools.Engine.Journal;

namespace IncidentTools.Commands.Incidents;

/// <summary>What to do now, most urgent first, each with a command to paste. Without an incident: over all that are not closed, then over runs that belong to none.</summary>
[Cmdlet(VerbsCommon.Get, "IncidentNextStep")]
[OutputType(typeof(IncidentNextStep))]
public sealed class GetIncidentNextStepCommand : IncidentCmdlet
{
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "INC-12 or 12; else every incident that is not closed, and every run without one.")]
    [Alias("Id")]
    [ArgumentCompleter(typeof(IncidentCompleter))]
    public string? Incident { get; set; }

    protected override void Execute()
    {
        var (now, engine) = (Engine.Time.GetUtcNow(), Engine);
        IEnumerable<IncidentRow> rows = Incident is not null ? [engine.Incidents.Get(Incident)]
            : engine.Incidents.Query(new ProjectionQuery().Where("state", Compare.In, IncidentStates.All.Where(state => state != IncidentStates.Closed))).OrderBy(row => row.Severity.Level, StringComparer.Ordinal).ThenBy(row => row.Number);
        foreach (var row in rows) WriteObject(NextSteps.Of(row, engine.Workspace.Policy, now, engine.Options.Actor.Id, Facts(engine, row.Id, null), engine.Checklists.Of(row.Id)), enumerateCollection: true);
        if (Incident is null) WriteObject(NextSteps.Of([.. Facts(engine, null, "Open").Where(fact => fact.Run.Incident is null)], now), enumerateCollection: true);
    }

    private static List<RunFact> Facts(IncidentEngine engine, string? incident, string? state) =>
        [.. engine.Runs.List(incident, state, null).Select(run => new RunFact(run, run.EndedAt is null ? At(engine, run) : null))];

    // a run whose runbook the store has lost is listed all the same
    private static RunbookStep? At(IncidentEngine engine, RunbookRun run)
    {
        try { return engine.Runs.Steps(run.Run).LastOrDefault(step => step.Visit > 0); }
        catch (IncidentToolsException) { return null; }
    }
}
