using System.Collections;
using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Completion;

namespace IncidentTools.Commands.Runs;

/// <summary>What a run would do, step by step: exact command lines, impact, who would approve, undo, and what cannot be known yet. Nothing is started or written.</summary>
[Cmdlet(VerbsCommon.Get, "RunbookPlan")]
[OutputType(typeof(RunbookStep))]
public sealed class GetRunbookPlanCommand : IncidentCmdlet
{
    [Parameter(Position = 0, HelpMessage = "Id of the runbook, or the path of its file; else the incident's own, else the first of its service.")]
    [ArgumentCompleter(typeof(RunbookCompleter))]
    public string? Name { get; set; }

    [Parameter(ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "INC-12 or 12; else the current incident when typed.")]
    [Alias("Id")]
    [ArgumentCompleter(typeof(IncidentCompleter))]
    public string? Incident { get; set; }

    [Parameter(HelpMessage = "The service it is about; else the incident's main one.")]
    [ArgumentCompleter(typeof(ServiceCompleter))]
    public string? Service { get; set; }

    [Parameter(HelpMessage = "Values for the runbook's parameters: @{ window = '30m' }.")]
    public IDictionary? Parameter { get; set; }

    protected override void Execute() =>
        WriteObject(RunViews.Planned(Engine.Runs.Plan(RunbookRequests.Of(this, Engine, Name, Incident, Service, Parameter, null))), enumerateCollection: true);
}
