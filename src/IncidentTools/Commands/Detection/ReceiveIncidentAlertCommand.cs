using System.Management.Automation;
using System.Text;
using IncidentTools.Base;
using IncidentTools.Completion;
using IncidentTools.Engine.Detection.Alerts;

namespace IncidentTools.Commands.Detection;

/// <summary>Takes in what a monitoring tool posts: opens, updates and notes recovery, once for each alert however often it is delivered.</summary>
[Cmdlet(VerbsCommunications.Receive, "IncidentAlert", SupportsShouldProcess = true)]
[OutputType(typeof(IncidentAlert))]
public sealed class ReceiveIncidentAlertCommand : IncidentCmdlet
{
    private readonly StringBuilder _lines = new();

    [Parameter(Position = 0, ValueFromPipeline = true, HelpMessage = "The body as it was posted: JSON, whole or line by line.")]
    public string? Body { get; set; }

    [Parameter(HelpMessage = "Alertmanager, Grafana, PagerDuty or Generic; else by what is in it.")]
    [ValidateSet("Alertmanager", "Grafana", "PagerDuty", "Generic")]
    public string? Format { get; set; }

    [Parameter(HelpMessage = "The service of alerts whose labels name none of the catalogue.")]
    [ArgumentCompleter(typeof(ServiceCompleter))]
    public string? Service { get; set; }

    [Parameter(HelpMessage = "Open incidents without paging anybody.")]
    public SwitchParameter NoPage { get; set; }

    protected override void Execute()
    {
        if (Body is null) return;
        // a file comes line by line, and several bodies one after the other
        if (_lines.Length == 0 && IsWhole(Body)) Receive(Body);
        else if (_lines.Length <= AlertLimits.MostCharacters) _lines.Append(Body).Append('\n');
    }

    protected override void Finish()
    {
        if (_lines.Length > 0) Receive(_lines.ToString());
        else if (Body is null) throw Errors.ValueNotGiven(nameof(Body), "[IO.File]::ReadAllText('alert.json') | Receive-IncidentAlert");
    }

    private void Receive(string body)
    {
        var write = ShouldProcess("Take the alerts of the body in", "Take the alerts of the body in?", "Receive-IncidentAlert", out var reason);
        if (!write && !reason.HasFlag(ShouldProcessReason.WhatIf)) return;
        var alerts = Await(token => Engine.Alerts.ReceiveAsync(new AlertRequest(body, Format, Service, !write, !NoPage), token));
        foreach (var alert in alerts)
        {
            if (!write && alert.Action is not ("Ignored" or "Suppressed")) ShouldProcess($"{alert.Incident ?? alert.Service ?? alert.Key}: {alert.Title}", alert.Action);
            WriteObject(alert);
        }
        foreach (var warning in write ? alerts.Where(alert => alert.Action is "Opened" or "Reopened").Select(alert => alert.Incident!).Distinct().SelectMany(id => Delivery.Warnings([.. Engine.Notifications(id)], "page")).Distinct() : []) WriteWarning(warning);
    }

    private static bool IsWhole(string text) => text.AsSpan().Trim() is { Length: > 0 } body && body[0] is '{' or '[' && AlertLimits.IsJson(text);
}
