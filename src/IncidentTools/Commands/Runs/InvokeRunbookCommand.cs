using System.Collections;
using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Completion;
using IncidentTools.Engine.Execution.Simulation;

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

    [Parameter(HelpMessage = "An exercise: nothing is executed, results are simulated, people answer for real; it belongs to no incident.")]
    public SwitchParameter Exercise { get; set; }

    [Parameter(HelpMessage = "A rehearsal file whose results the exercise takes; without one -Interactive asks for those of probes.")]
    public string? Inject { get; set; }

    [Parameter(HelpMessage = "Which case of the -Inject file; else its only one.")]
    public string? Case { get; set; }

    protected override void Execute()
    {
        // what is typed while an incident is entered is an exercise beside it
        var request = RunbookRequests.Of(this, Engine, Name, Incident, Service, Parameter, IdempotencyKey, alone: Exercise && Incident is null);
        if (Exercise) request = request with { Exercise = new ExerciseRequest(Inject is null ? null : SessionState.Path.GetUnresolvedProviderPathFromPSPath(Inject), Case) };
        else if (Inject is not null || Case is not null) throw Errors.ValueNotGiven(nameof(Exercise), "Invoke-Runbook service-outage -Exercise -Inject ./drill.yaml");
        var what = $"{request.Runbook}{(request.Incident is null ? "" : $" for {request.Incident}")}";
        var runs = Engine.Runs;
        if (ShouldProcess($"Run {what}", $"Run {what}?", "Invoke-Runbook", out var reason)) Report(Drive((options, token) => runs.StartAsync(request, options, token)));
        else if (reason.HasFlag(ShouldProcessReason.WhatIf)) WriteObject(RunViews.Planned(runs.Plan(request)), enumerateCollection: true);
    }
}
