using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using IncidentTools.Engine.Incidents;
using IncidentTools.Engine.Journal;
using IncidentTools.Engine.Notifications;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Learning;

/// <summary>An incident as a document: summary, severity history, clocks, roles, runs of runbooks, timeline, notifications, journal head. The same journal gives the same text.</summary>
public sealed partial class IncidentReport(IncidentJournal journal, IncidentService incidents, Func<Policy> policy)
{
    /// <summary>The checklist of an incident.</summary>
    public Func<string, IReadOnlyList<IncidentChecklistItem>> Checklist { get; init; } = _ => [];

    private sealed record Facts(IncidentRow Row, IReadOnlyList<Entry> Entries, IReadOnlyList<IncidentClock> Clocks, IReadOnlyList<NotificationRow> Notifications, IReadOnlyList<RunRecord> Runs, string Head);

    /// <summary>Markdown (CommonMark with tables).</summary>
    public string Markdown(string id)
    {
        var facts = Read(id);
        var restricted = new RestrictedText(facts.Runs, facts.Entries);
        var row = facts.Row;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {row.Id}: {Escape(row.Title)}\n\n");
        Table(text, ["", ""],
        [
            ["Severity", $"{row.Severity.Level} ({policy().Targets[row.Severity.Level].Label}); highest {row.Highest}"], ["State", row.State + (row.Resolution is null ? "" : $" as {row.Resolution}")], ["Class", row.Class], ["Services", string.Join(", ", row.Services)],
            ["Reported by", row.Reporter], ["Impact began", Time(row.OnsetAt)], ["Declared", Time(row.DeclaredAt)], ["Acknowledged", Time(row.AcknowledgedAt) + (row.AcknowledgedBy is null ? "" : $" by {row.AcknowledgedBy}")],
            ["Mitigated", Time(row.MitigatedAt)], ["Resolved", Time(row.ResolvedAt)], ["Closed", Time(row.ClosedAt)], ["Reopened", row.Reopened.ToString(CultureInfo.InvariantCulture)],
        ]);
        foreach (var entry in facts.Entries.Where(entry => entry.Data is IncidentDeclared { Description: not null })) text.Append(CultureInfo.InvariantCulture, $"{Escape(((IncidentDeclared)entry.Data).Description!)}\n\n");
        Section(text, "Severity", ["Time (UTC)", "Level", "Why", "By"], facts.Entries.Select(entry => (entry, Severity: (entry.Data as IncidentDeclared)?.Severity ?? (entry.Data as SeverityChanged)?.Severity)).Where(pair => pair.Severity is not null)
            .Select(pair => (string[])[Time(pair.entry.OccurredAt), pair.Severity!.Level, string.Join(" ", pair.Severity.Reasons) + ((pair.entry.Data as SeverityChanged)?.Reason is { } reason ? $" {reason}" : ""), pair.entry.Actor.Id]));
        Section(text, "Clocks", ["Clock", "Due (UTC)", "Met (UTC)", "State"], facts.Clocks.Select(clock => (string[])[clock.Name, Time(clock.DueAt), Time(clock.MetAt), clock.State]));
        Checks(text, Checklist(row.Id));
        Section(text, "Roles", ["Role", "Contact"], row.Roles.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (string[])[pair.Key, pair.Value]));
        Runbooks(text, facts.Runs);
        Section(text, "Timeline", ["Time (UTC)", "Who", "What"], facts.Entries.Where(entry => !entry.Data.IsDetail).OrderBy(entry => entry.OccurredAt).ThenBy(entry => entry.Seq).Select(entry => (string[])[Time(entry.OccurredAt), entry.Actor.Id, restricted.Of(entry)]));
        Section(text, "Notifications", ["Intended (UTC)", "Purpose", "To", "Channel", "State", "Detail"], facts.Notifications.Select(item => (string[])[Time(item.IntendedAt), item.Purpose, item.Contact ?? item.Audience ?? "", item.Channel, item.State, item.Detail ?? ""]));
        Section(text, "Reviews", ["Time (UTC)", "Review"], facts.Entries.Where(entry => entry.Data is ReviewRecorded).Select(entry => (string[])[Time(entry.OccurredAt), ((ReviewRecorded)entry.Data).Text]));
        text.Append(CultureInfo.InvariantCulture, $"---\nJournal: `{facts.Head}`\n");
        return text.ToString();
    }

    /// <summary>JSON, format <c>incidenttools/report/v1</c>; times as ISO 8601 text in UTC.</summary>
    public string Json(string id)
    {
        var facts = Read(id);
        var restricted = new RestrictedText(facts.Runs, facts.Entries);
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteString("format", "incidenttools/report/v1");
            writer.WritePropertyName("incident");
            JsonSerializer.Serialize(writer, facts.Row, IncidentJson.Default.IncidentRow);
            Array(writer, "severity", facts.Entries.Where(entry => entry.Data is IncidentDeclared or SeverityChanged), entry =>
            {
                writer.WriteString("at", UtcStamp.Format(entry.OccurredAt));
                writer.WriteString("by", entry.Actor.Id);
                writer.WriteString("level", ((entry.Data as IncidentDeclared)?.Severity ?? ((SeverityChanged)entry.Data).Severity).Level);
                writer.WriteString("reason", (entry.Data as SeverityChanged)?.Reason);
            });
            Array(writer, "clocks", facts.Clocks, clock =>
            {
                writer.WriteString("name", clock.Name);
                writer.WriteString("state", clock.State);
                writer.WriteString("dueAt", Stamp(clock.DueAt));
                writer.WriteString("metAt", clock.MetAt is { } met ? UtcStamp.Format(met) : null);
            });
            Checks(writer, Checklist(facts.Row.Id));
            Runs(writer, facts.Runs);
            Array(writer, "timeline", facts.Entries.OrderBy(entry => entry.OccurredAt).ThenBy(entry => entry.Seq), entry =>
            {
                writer.WriteNumber("seq", entry.Seq);
                writer.WriteString("at", UtcStamp.Format(entry.OccurredAt));
                writer.WriteString("recordedAt", UtcStamp.Format(entry.RecordedAt));
                writer.WriteString("by", entry.Actor.Id);
                writer.WriteString("type", entry.Type);
                writer.WriteString("text", restricted.Of(entry));
            });
            Array(writer, "notifications", facts.Notifications, item =>
            {
                writer.WriteString("id", item.Id);
                writer.WriteString("purpose", item.Purpose);
                writer.WriteString("to", item.Contact ?? item.Audience);
                writer.WriteString("channel", item.Channel);
                writer.WriteString("state", item.State);
                writer.WriteString("detail", item.Detail);
                writer.WriteNumber("attempts", item.Attempts);
                writer.WriteString("intendedAt", UtcStamp.Format(item.IntendedAt));
            });
            writer.WriteString("journal", facts.Head);
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.ToArray()).ReplaceLineEndings("\n") + "\n";
    }

    private Facts Read(string id)
    {
        var row = incidents.Get(id);
        var entries = journal.Store.Read(row.Id).ToArray();
        var notifications = journal.Store.Query(NotificationProjection.Instance, new ProjectionQuery().Where("stream", row.Id).Order("intended"));
        return new Facts(row, entries, incidents.Clocks(row), notifications, RunRecord.Of(entries), $"{journal.Store.Info.Origin} {row.Id} {entries[^1].Seq} {entries[^1].Hash}");
    }

    private static void Array<T>(Utf8JsonWriter writer, string name, IEnumerable<T> items, Action<T> write)
    {
        writer.WriteStartArray(name);
        foreach (var item in items)
        {
            writer.WriteStartObject();
            write(item);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void Section(StringBuilder text, string title, string[] heads, IEnumerable<string[]> rows)
    {
        var all = rows.ToArray();
        text.Append(CultureInfo.InvariantCulture, $"## {title}\n\n");
        if (all.Length == 0) text.Append("None.\n\n");
        else Table(text, heads, all);
    }

    private static void Table(StringBuilder text, string[] heads, IEnumerable<string[]> rows)
    {
        text.Append("| ").AppendJoin(" | ", heads).Append(" |\n|").Append(string.Concat(heads.Select(_ => "---|"))).Append('\n');
        foreach (var row in rows) text.Append("| ").AppendJoin(" | ", row.Select(Escape)).Append(" |\n");
        text.Append('\n');
    }

    private static string Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "–";

    private static string Escape(string text) => MarkdownText.Inline(text);
}
