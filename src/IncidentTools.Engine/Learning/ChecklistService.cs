using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Incidents;
using IncidentTools.Engine.Journal;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Learning;

/// <summary>The response checklist of an incident: ticked by what the journal shows, else by people. A tick is an entry; undoing it is another.</summary>
public sealed class ChecklistService(IncidentJournal journal, IncidentService incidents, Func<Checklist> checklist, TimeProvider time)
{
    /// <summary>The lines that apply, in order.</summary>
    public IReadOnlyList<IncidentChecklistItem> Of(string incident)
    {
        var row = incidents.Get(incident);
        return Of(checklist(), row, [.. journal.Store.Read(row.Id)], incidents.Clocks(row), time.GetUtcNow());
    }

    /// <summary>Pure. A line that somebody ticked stays in view though it does not apply any more.</summary>
    public static IReadOnlyList<IncidentChecklistItem> Of(Checklist checklist, IncidentRow row, IReadOnlyList<Entry> entries, IReadOnlyList<IncidentClock> clocks, DateTimeOffset now)
    {
        var facts = new ChecklistFacts(row, entries, clocks);
        var marks = entries.Where(entry => entry.Data is ChecklistMarked).GroupBy(entry => ((ChecklistMarked)entry.Data).Item, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Last(), StringComparer.Ordinal);
        var items = new List<IncidentChecklistItem>();
        foreach (var line in checklist.Lines)
        {
            var mark = marks.GetValueOrDefault(line.Id);
            if (mark is null && line.Applies.Count > 0 && !line.Applies.Any(applies => applies.Fits(row.Class, row.Severity.Conditions, row.Severity.Level))) continue;
            // open again by hand: from then on only what the journal shows counts
            var said = mark is { Data: ChecklistMarked { State: not "Open" } } ? mark : null;
            var proof = said ?? (line.Proof is { } fact ? facts.Proof(fact) : null);
            var state = (said?.Data as ChecklistMarked)?.State ?? (proof is null ? "Open" : "Done");
            var due = line.Due is null ? null : Due(line.Due, row, clocks);
            items.Add(new IncidentChecklistItem
            {
                Incident = row.Id, Item = line.Id, Number = items.Count + 1, Phase = line.Phase, Text = line.Text, Role = line.Role, Evidence = line.Evidence, State = state, DueAt = due, Overdue = state == "Open" && due < now,
                Seq = proof?.Seq, Proof = proof?.Data.Describe() ?? "", By = proof?.Actor.Id, At = proof?.OccurredAt, ByHand = said is not null,
                Command = state == "Open" ? $"Complete-IncidentChecklistItem {row.Id} -Item {line.Id} -Note '…'" : null,
            });
        }
        return items;
    }

    /// <summary>Ticks a line, says that it does not apply, or opens it again. The same said twice is one entry.</summary>
    /// <param name="state">Done, NotApplicable or Open.</param>
    /// <exception cref="IncidentToolsException">IncidentNotFound, ChecklistItemUnknown, ChecklistReasonMissing, TimeInFuture.</exception>
    public IncidentChecklistItem Mark(string incident, string item, string state, string? note, string? evidence, EntryTags tags)
    {
        incidents.NotInFuture("OccurredAt", tags.OccurredAt);
        var row = incidents.Get(incident);
        var lines = checklist().Lines;
        var line = lines.FirstOrDefault(known => known.Id == item) ?? throw Errors.ChecklistItemUnknown(item, Nearest.Hint(item, lines.Select(known => known.Id)));
        if (state != "Done" && string.IsNullOrWhiteSpace(note)) throw Errors.ChecklistReasonMissing(row.Id, item, state);
        if (tags.Key is null || journal.Store.FindKey(row.Id, tags.Key) is null) journal.Update(row.Id, _ => IsSaid(row, line, state, note, evidence) ? [] : [new EntryDraft(new ChecklistMarked(item, state, note, evidence)) { OccurredAt = tags.OccurredAt, Key = tags.Key }]);
        return Of(row.Id).FirstOrDefault(now => now.Item == item) ?? throw Errors.ChecklistItemUnknown(item, null);
    }

    private bool IsSaid(IncidentRow row, ChecklistLine line, string state, string? note, string? evidence)
    {
        var last = journal.Store.Read(row.Id).Select(entry => entry.Data).OfType<ChecklistMarked>().LastOrDefault(mark => mark.Item == line.Id);
        if (last is null or { State: "Open" }) return state == "Open" || (state == "Done" && note is null && evidence is null && Of(row.Id).Any(now => now.Item == line.Id && now.State == "Done"));
        return last.State == state && (note is null || note == last.Note) && (evidence is null || evidence == last.Evidence);
    }

    private static DateTimeOffset? Due(ChecklistDue due, IncidentRow row, IReadOnlyList<IncidentClock> clocks) => due.Clock is { } name
        ? clocks.FirstOrDefault(clock => clock.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.DueAt
        : due.From switch { "acknowledged" => row.AcknowledgedAt, "mitigated" => row.MitigatedAt, "resolved" => row.ResolvedAt, _ => row.DeclaredAt } + due.Within;
}
