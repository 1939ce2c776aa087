using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Completion;
using IncidentTools.Engine.Detection;

namespace IncidentTools.Commands.Detection;

/// <summary>One tick of detection: looks at every service, opens and updates incidents, notes recovery. For scheduled tasks.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "IncidentDetection", SupportsShouldProcess = true)]
[OutputType(typeof(IncidentDetection))]
public sealed class InvokeIncidentDetectionCommand : IncidentCmdlet
{
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "Only these services of the catalogue; else all.")]
    [ArgumentCompleter(typeof(ServiceCompleter))]
    public string[] Service { get; set; } = [];

    [Parameter(HelpMessage = "How many checks at once.")]
    [ValidateRange(1, 1024)]
    public int Concurrency { get; set; } = 64;

    [Parameter(HelpMessage = "Open incidents without paging anybody.")]
    public SwitchParameter NoPage { get; set; }

    protected override void Execute()
    {
        var what = Service.Length == 0 ? "all services" : string.Join(", ", Service);
        var write = ShouldProcess($"Look at {what}, and open and update incidents", $"Look at {what}, and open and update incidents?", "Invoke-IncidentDetection", out var reason);
        if (!write && !reason.HasFlag(ShouldProcessReason.WhatIf)) return;
        var result = Await((token, post) => Engine.DetectAsync(new DetectionRequest(Service, Concurrency, !write, !NoPage), check => post(() => WriteVerbose($"{check.Status} {check.Service} {check.Probe}: {check.Message}")), token));
        // what would be done, in the words of every -WhatIf
        if (!write)
            foreach (var change in result.Change.Where(change => change.Change != "Held")) ShouldProcess($"{change.Incident ?? string.Join(", ", change.Service)}: {change.Text}", change.Change);
        WriteObject(result);
        foreach (var warning in write ? result.Change.Where(change => change.Change is "Opened" or "Reopened").Select(change => change.Incident!).Distinct().SelectMany(id => Delivery.Warnings([.. Engine.Notifications(id)], "page")).Distinct() : []) WriteWarning(warning);
    }
}
