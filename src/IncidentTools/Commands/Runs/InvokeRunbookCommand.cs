using System.Collections;
using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Completion;

namespace IncidentTools.Commands.Runs;

/// <summary>Starts a run of a runbook and drives it until it ends or waits. With -WhatIf: the plan, and nothing is started or written.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "Runbook", SupportsShouldProcess = true)]
[OutputType(typeof(RunbookRun), typeof(RunbookStep))]
public sealed class InvokeRunbookCommand : RunDrivingCmdlet
{
    [Parameter(Position = 0, HelpMessage = "Id of the runbook, or the path of its file; else the incident's own, else the first of its service.")]
    [ArgumentCompleter(typeof(RunbookCompleter))]
    public string? Name { get; set; }

    [Parameter(ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "INC-12 or 12; else the current incident when typed, else a run on its own.")]
    [Alias("Id")]
    [ArgumentCompleter(typeof(IncidentCompleter))]
    public string? Incident { get; set; }

    [Parameter(HelpMessage = "The service it is about; else the incident's main one.")]
    [ArgumentCompleter(typeof(ServiceCompleter))]
    public string? Service { get; set; }

    [Parameter(HelpMessage = "Values for the runbook's parameters: @{ window = '30m' }.")]
    public IDictionary? Parameter { get; set; }

    [Parameter(HelpMessage = "The same key starts one run, however often the command runs; later calls go on with it.")]
    [Alias("Key")]
    public string? IdempotencyKey { get; set; }

    protected override void Execute()
    {
        var request = RunbookRequests.Of(this, Engine, Name, Incident, Service, Parameter, IdempotencyKey);
        var what = $"{request.Runbook}{(request.Incident is null ? "" : $" for {request.Incident}")}";
        var runs = Engine.Runs;
        if (ShouldProcess($"Run {what}", $"Run {what}?", "Invoke-Runbook", out var reason)) Report(Drive((options, token) => runs.StartAsync(request, options, token)));
        else if (reason.HasFlag(ShouldProcessReason.WhatIf)) WriteObject(RunViews.Planned(runs.Plan(request)), enumerateCollection: true);
    }
}
