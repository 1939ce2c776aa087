using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Completion;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Incidents;

namespace IncidentTools.Commands.Incidents;

/// <summary>Grades an incident anew or corrects a fact about it.</summary>
[Cmdlet(VerbsCommon.Set, "Incident", SupportsShouldProcess = true)]
[OutputType(typeof(Incident))]
public sealed class SetIncidentCommand : IncidentTargetCmdlet
{
    [Parameter(HelpMessage = "1 extensive, 2 significant, 3 minor.")]
    public int? Impact { get; set; }

    [Parameter(HelpMessage = "1 grows by the minute, 2 worsens today, 3 stable.")]
    public int? Urgency { get; set; }

    [Parameter(HelpMessage = "All conditions that apply from now on.")]
    [ArgumentCompleter(typeof(ConditionCompleter))]
    [AllowEmptyCollection]
    public string[]? Condition { get; set; }

    [Parameter(HelpMessage = "A level other than the policy gives; needs -Reason.")]
    [ValidateSet("P0", "P1", "P2", "P3", "P4")]
    public string? Severity { get; set; }

    [Parameter(HelpMessage = "Why; owed for a downgrade and for -Severity.")]
    public string? Reason { get; set; }

    [Parameter(HelpMessage = "What is wrong, in one line.")]
    public string? Title { get; set; }

    [Parameter(HelpMessage = "availability, security, data or compliance.")]
    [ValidateSet("availability", "security", "data", "compliance")]
    public string? Class { get; set; }

    [Parameter(HelpMessage = "All services it concerns, the main one first.")]
    [ArgumentCompleter(typeof(ServiceCompleter))]
    public string[]? Service { get; set; }

    [Parameter(HelpMessage = "The incident this one belongs to.")]
    [ArgumentCompleter(typeof(IncidentCompleter))]
    public string? Parent { get; set; }

    [Parameter(HelpMessage = "When the impact began.")]
    public DateTimeOffset? OnsetAt { get; set; }

    [Parameter(HelpMessage = "When users stopped being affected.")]
    public DateTimeOffset? MitigatedAt { get; set; }

    [Parameter(HelpMessage = "A statutory clock that begins; -OccurredAt says from when it counts.")]
    [ArgumentCompleter(typeof(StatutoryClockCompleter))]
    public string? ClockStart { get; set; }

    [Parameter(HelpMessage = "A clock of clocks.yaml or of a runbook whose demand was met; -Reason is kept as its note.")]
    [ArgumentCompleter(typeof(StatutoryClockCompleter))]
    public string? ClockMet { get; set; }

    [Parameter(HelpMessage = "A clock whose demand is not required; needs -Reason and -ApprovedBy.")]
    [ArgumentCompleter(typeof(StatutoryClockCompleter))]
    public string? ClockNotRequired { get; set; }

    [Parameter(HelpMessage = "Who approved that a clock is not required.")]
    [ArgumentCompleter(typeof(ContactCompleter))]
    public string? ApprovedBy { get; set; }

    [Parameter(HelpMessage = "What shows that a clock was met: a message, a ticket, a receipt.")]
    public string? Evidence { get; set; }

    [Parameter(HelpMessage = "Lower the level before symptoms have been gone for the policy's time.")]
    public SwitchParameter Force { get; set; }

    protected override void Execute()
    {
        var services = Service is null ? null : Engine.Workspace.Services;
        foreach (var id in Service ?? [])
            if (services!.Count > 0 && !services.ContainsKey(id)) throw Errors.ServiceNotFound(id, Nearest.Hint(id, services.Keys));
        var grades = Impact is not null || Urgency is not null || Condition is not null || Severity is not null;
        var change = new IncidentChanged(Title, Class, Service, Parent is null ? null : IncidentId.Parse(Parent), OnsetAt, MitigatedAt);
        var changes = change != new IncidentChanged(null, null, null, null, null, null);
        if (ClockStart is { } begun) Change("Start clock", (incidents, id) => incidents.StartClock(id, begun, Reason, Tags));
        if (ClockMet is { } met) Change("Meet clock", (incidents, id) => incidents.MeetClock(id, met, Reason, Evidence, Tags));
        if (ClockNotRequired is { } waived) Change("Clock not required", (incidents, id) => incidents.WaiveClock(id, waived, Reason, ApprovedBy, Tags));
        if ((ClockStart ?? ClockMet ?? ClockNotRequired) is not null && !grades && !changes) return;
        if (!grades && !changes) throw Errors.ValueNotGiven("Impact", "Set-Incident 12 -Impact 2 -Reason 'only half the users'");
        var grade = new GradeRequest(Impact, Urgency, Condition, Severity, Reason, Force);
        Change("Change", (incidents, id) => incidents.Set(id, grades ? grade : null, changes ? change : null, Tags));
    }
}
