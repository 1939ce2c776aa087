using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Completion;

namespace IncidentTools.Commands.Incidents;

/// <summary>What happened in an incident, in the order it happened.</summary>
[Cmdlet(VerbsCommon.Get, "IncidentTimeline")]
[OutputType(typeof(TimelineEntry))]
public sealed class GetIncidentTimelineCommand : IncidentCmdlet
{
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "INC-12 or 12; else the current incident.")]
    [Alias("Id")]
    [ArgumentCompleter(typeof(IncidentCompleter))]
    public string? Incident { get; set; }

    [Parameter(HelpMessage = "Only entries of these types; wildcards allowed.")]
    [SupportsWildcards]
    public string[]? Type { get; set; }

    [Parameter(HelpMessage = "Also what only serves the machinery: intents, attempts, who drives a run.")]
    public SwitchParameter All { get; set; }

    protected override void Execute()
    {
        var patterns = Type?.Select(text => new WildcardPattern(text, WildcardOptions.IgnoreCase)).ToArray();
        foreach (var line in Engine.Incidents.Timeline(CurrentIncident.Resolve(this, Incident, mayUseCurrent: true), All || patterns is not null).OrderBy(line => line.OccurredAt).ThenBy(line => line.Seq))
            if (patterns is null || Array.Exists(patterns, pattern => pattern.IsMatch(line.Type))) WriteObject(line);
    }
}
