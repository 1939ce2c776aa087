using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Engine.Journal;

namespace IncidentTools.Commands.Journal;

/// <summary>Entries of the journal as stored, oldest first.</summary>
[Cmdlet(VerbsCommon.Get, "IncidentJournal")]
[OutputType(typeof(JournalEntry))]
public sealed class GetIncidentJournalCommand : IncidentCmdlet
{
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "Only this incident's entries; also $store and other streams.")]
    public string? Incident { get; set; }

    [Parameter(HelpMessage = "Only entries of these types; wildcards allowed.")]
    [SupportsWildcards]
    public string[]? Type { get; set; }

    [Parameter(HelpMessage = "Only entries from this position in the store on.")]
    public long FromPos { get; set; }

    protected override void Execute()
    {
        var store = Engine.Journal.Store;
        var patterns = Type?.Select(text => new WildcardPattern(text, WildcardOptions.IgnoreCase)).ToList();
        foreach (var entry in Incident is null ? store.ReadAll(FromPos) : store.Read(Incident))
        {
            StopToken.ThrowIfCancellationRequested();
            if (entry.Pos >= FromPos && (patterns is null || patterns.Exists(pattern => pattern.IsMatch(entry.Type)))) WriteObject(ToPublic(entry));
        }
    }

    private static JournalEntry ToPublic(Entry entry) => new()
    {
        Pos = entry.Pos,
        Incident = entry.Stream,
        Seq = entry.Seq,
        Id = entry.Id,
        Key = entry.Key,
        Type = entry.Type,
        Version = entry.Version,
        OccurredAt = entry.OccurredAt,
        RecordedAt = entry.RecordedAt,
        Actor = entry.Actor.Id,
        Assurance = entry.Actor.Assurance,
        Host = entry.Host,
        Summary = entry.Data.Describe(),
        Data = entry.DataJson,
        Prev = entry.Prev,
        Hash = entry.Hash,
    };
}
