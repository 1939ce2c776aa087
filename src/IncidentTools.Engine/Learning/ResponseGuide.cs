using System.Globalization;
using System.Text;
using IncidentTools.Engine.Runbooks;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Learning;

/// <summary>What else the guide tells.</summary>
/// <param name="Templates">Message templates with the values they need.</param>
public sealed record GuideParts(Checklist Checklist, ClockTable Clocks, IReadOnlyList<(string Name, IReadOnlyList<string> Needs)> Templates);

/// <summary>All of it in one document for the binder: levels and targets, roles, the process, every runbook, checklist, deadlines, messages, contacts, history.</summary>
public sealed class ResponseGuide(RunbookDocument runbooks, Func<LoadedWorkspace> workspace, Func<GuideParts> parts)
{
    private const string Process = "incident-process";

    public string Markdown(IReadOnlyList<RunbookDefinition> books, ServiceDefinition? service, DateOnly today)
    {
        var (policy, contacts, more) = (workspace().Policy, workspace().Contacts, parts());
        RunbookDefinition[] ordered = [.. books.OrderBy(book => book.Id != Process)];
        var text = new StringBuilder("# Incident response guide\n\n");
        text.Append("What to do when something is wrong, with no tool but this. Generated from the runbooks and the workspace; change those, not this text.\n\n");
        foreach (var (id, title) in new[] { ("levels", "Levels and targets"), ("roles", "Roles") }.Concat(ordered.Select(book => (book.Id, book.Title))).Concat([("checklist", more.Checklist.Name), ("deadlines", "Deadlines of laws and contracts"), ("messages", "Messages"), ("contacts", "Contacts"), ("history", "Revision history")]))
            text.Append(CultureInfo.InvariantCulture, $"- [{MarkdownText.Inline(title)}](#{id})\n");
        text.Append('\n');

        Heading(text, "levels", "Levels and targets");
        Table(text, ["Level", "Means", "Acknowledge", "Update every", "Tell clients", "Restore", "Review"], policy.Targets.Values.OrderBy(level => level.Level, StringComparer.Ordinal).Select(level => (string[])
            [$"{level.Level} {level.Label}", level.Meaning, Say(level.Acknowledge), Say(level.Update), Say(level.ClientNotice), Say(level.Resolve), $"{Say(level.Review)}{(level.Review is null ? "" : $", {level.ReviewDuty}")}"]));
        Table(text, ["Impact", "Grows by the minute", "Worsens today", "Stable"], new[] { "extensive", "significant", "minor" }.Select((impact, index) => (string[])[$"{index + 1} {impact}", .. Enumerable.Range(1, 3).Select(urgency => policy.Matrix[$"{index + 1},{urgency}"])]));
        Table(text, ["If", "Then"], policy.Floors.Select(floor => (string[])[floor.Text, floor.Effect switch { "cap" => $"at most {floor.Level}", "raise" => $"one level up, at least {floor.Level}", _ => $"at least {floor.Level}" }]));

        Heading(text, "roles", "Roles");
        Table(text, ["Role", "Does", "Owed at"], policy.Roles.Select(role => (string[])[role.Title, role.Duties, string.Join(", ", role.RequiredFor)]));

        text.Append(runbooks.Chapters(ordered, service, today)).Append('\n');

        Heading(text, "checklist", more.Checklist.Name);
        Table(text, ["", "Phase", "What", "Who", "What shows it", "By"], more.Checklist.Lines.Select(line => (string[])["☐", line.Phase, line.Text + When(line.Applies), line.Role, line.Evidence, Say(line.Due)]));

        Heading(text, "deadlines", "Deadlines of laws and contracts");
        text.Append(CultureInfo.InvariantCulture, $"Not legal advice: counsel decides what applies and from when. Reviewed {more.Clocks.LastReviewed:yyyy-MM-dd}.\n\n");
        Table(text, ["Rule", "What", "Who is told", "Counts from", "Within"], more.Clocks.Rules.Where(rule => rule.Enabled).Select(rule => (string[])[rule.Law, rule.Title, rule.Recipient, rule.Event, rule.Limit.Within is { } within ? Duration.Format(within) : $"{rule.Limit.BusinessDays} business days"]));

        Heading(text, "messages", "Messages");
        Table(text, ["Template", "Fill in"], more.Templates.Select(template => (string[])[template.Name, string.Join(", ", template.Needs)]));

        Heading(text, "contacts", "Contacts");
        if (contacts.People.Count == 0) text.Append("Nobody is named yet: contacts.yaml of your workspace holds people, teams and who is called next.\n\n");
        Table(text, ["Who", "Takes", "How"], contacts.People.Values.Select(person => (string[])[person.Name, string.Join(", ", person.Roles), string.Join("; ", person.Methods.OrderBy(method => method.Priority).Select(method => $"{method.Type} {method.Address}")) + (person.Backup is { } backup ? $"; then {backup}" : "")]));
        Table(text, ["Team", "Members", "Mail"], contacts.Teams.Values.Select(team => (string[])[team.Name, string.Join(", ", team.Members), team.Mailbox ?? ""]));
        Table(text, ["Escalation", "Level", "Who is called", "Answers within"], contacts.EscalationPolicies.Values.SelectMany(ladder => ladder.Rules.Select(rule => (string[])[ladder.Name, rule.Level.ToString(CultureInfo.InvariantCulture), string.Join(", ", rule.Targets), Duration.Format(rule.Timeout)])));

        Heading(text, "history", "Revision history");
        Table(text, ["Date", "Runbook", "Version", "By", "What"], ordered.SelectMany(book => book.Revisions.Select(item => (book, item))).OrderByDescending(pair => pair.item.Date).ThenBy(pair => pair.book.Id, StringComparer.Ordinal)
            .Select(pair => (string[])[$"{pair.item.Date:yyyy-MM-dd}", pair.book.Id, pair.item.Version, pair.item.Author, pair.item.Change]));
        return text.ToString().TrimEnd('\n') + "\n";
    }

    private static void Heading(StringBuilder text, string id, string title) => text.Append(CultureInfo.InvariantCulture, $"<a id=\"{id}\"></a>\n\n## {MarkdownText.Inline(title)}\n\n");

    private static void Table(StringBuilder text, string[] heads, IEnumerable<string[]> rows)
    {
        string[][] all = [.. rows.Select(row => row.Select(MarkdownText.Inline).ToArray())];
        if (all.Length > 0) text.Append(MarkdownText.Table(heads, all)).Append('\n');
    }

    private static string Say(Target? target) => target switch
    {
        null => "",
        { BusinessDays: { } days } => days == 1 ? "1 business day" : $"{days} business days",
        { Business: true } => $"{Duration.Format(target.Amount)} of business",
        _ => Duration.Format(target.Amount),
    };

    private static string Say(ChecklistDue? due) => due switch { null => "", { Clock: { } clock } => $"the clock {clock}", _ => $"{Duration.Format(due.Within)} after {due.From}" };

    private static string When(IReadOnlyList<AppliesWhen> applies) => applies.Count == 0 ? "" : $" ({string.Join(" or ", applies.Select(one => string.Join(" and ", new[] { one.Severities, one.Classes, one.Conditions }.Where(list => list.Count > 0).Select(list => string.Join(", ", list)))))})";
}
