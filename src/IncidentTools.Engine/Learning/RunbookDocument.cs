using System.Globalization;
using System.Text;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Runbooks;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Learning;

/// <summary>What an action would do, for somebody who does it by hand.</summary>
public sealed record PlannedByHand(string Summary, IReadOnlyList<string> Commands, string? Undo, StepImpact Impact);

/// <summary>Runbooks as a document that somebody follows with no tool at all: when to use it, what to have at hand, every step with what to type and what to expect, decisions as tables, whom to ask and to call.</summary>
/// <param name="actions">What an action with these arguments does; null when it is no action, or the arguments do not say enough.</param>
/// <param name="templates">Folders of message templates.</param>
public sealed partial class RunbookDocument(Func<LoadedWorkspace> workspace, IExpressionEvaluator? evaluator, Func<string, IReadOnlyDictionary<string, object?>, PlannedByHand?> actions, IReadOnlyList<string> templates)
{
    /// <param name="service">A service to fill in; null = blanks to fill in by hand.</param>
    public string Markdown(IReadOnlyList<RunbookDefinition> books, ServiceDefinition? service, DateOnly today)
    {
        var text = new StringBuilder();
        if (books.Count > 1)
        {
            text.Append("# Runbooks\n\n");
            foreach (var book in books) text.Append(CultureInfo.InvariantCulture, $"- [{MarkdownText.Inline(book.Title)}](#{book.Id}){(book.Summary.Length > 0 ? $": {MarkdownText.Inline(book.Summary)}" : "")}\n");
            text.Append('\n');
        }
        foreach (var book in books) new Writer(text, this, book, books, service, today, books.Count > 1 ? "##" : "#").Write();
        return text.ToString().TrimEnd('\n') + "\n";
    }

    /// <summary>The runbooks as chapters of a larger document.</summary>
    public string Chapters(IReadOnlyList<RunbookDefinition> books, ServiceDefinition? service, DateOnly today)
    {
        var text = new StringBuilder();
        foreach (var book in books) new Writer(text, this, book, books, service, today, "##").Write();
        return text.ToString();
    }

    /// <summary>One runbook of the document.</summary>
    private sealed partial class Writer(StringBuilder text, RunbookDocument document, RunbookDefinition book, IReadOnlyList<RunbookDefinition> books, ServiceDefinition? service, DateOnly today, string level)
    {
        private readonly Dictionary<string, string> _numbers = new(StringComparer.Ordinal);
        private readonly SortedSet<string> _people = new(StringComparer.Ordinal);
        private RunbookWords? _words;
        private RunbookWords Words => _words ??= new RunbookWords(document.Evaluator, service?.Record, _numbers);

        public void Write()
        {
            Number();
            text.Append(CultureInfo.InvariantCulture, $"<a id=\"{book.Id}\"></a>\n\n{level} {MarkdownText.Inline(book.Title)}\n\n");
            Head();
            Symptoms();
            Before();
            Section("Steps");
            Main();
            Apart("If it stops", book.Handlers, book.OnError is null && book.OnCancel is null ? "" : Handled());
            foreach (var every in book.Every) Apart($"Every {Duration.Format(every.Interval)} beside the steps", every.Steps, every.Until is null ? "Until the steps are done." : $"Until {Condition(every.Until)}.");
            foreach (var clock in book.Clocks) Line($"Deadline from the start: {Clock(clock)}");
            Contacts();
            Changes();
        }

        private void Head()
        {
            if (book.Summary.Length > 0) Line(MarkdownText.Block(book.Summary));
            var review = book.ReviewDue is { } due ? $"{book.LastReviewed:yyyy-MM-dd}, due again {due:yyyy-MM-dd}{(book.IsStale(today) ? " (overdue)" : "")}" : book.LastReviewed is { } last ? $"{last:yyyy-MM-dd}" : "never";
            Table(["", ""],
            [
                ["Runbook", $"{MarkdownText.Code(book.Id)} {book.Version}"], ["Owner", MarkdownText.Inline(book.Owner ?? "nobody")], ["Reviewed", review],
                ["For", MarkdownText.Inline($"{(book.Classes.Count == 0 ? "all classes" : string.Join(", ", book.Classes))}; {(book.Severities.Count == 0 ? "all levels" : string.Join(", ", book.Severities))}")],
                .. service is null ? Array.Empty<string[]>() : [["Service", $"{MarkdownText.Inline(service.Name)} ({MarkdownText.Code(service.Id)})"]],
            ]);
            if (book.Visibility == "restricted") Line("**Restricted**: only for those who handle the incident.");
        }

        private void Symptoms()
        {
            if (book.Symptoms.Count == 0) return;
            Section("When to use it");
            foreach (var symptom in book.Symptoms)
                text.Append(CultureInfo.InvariantCulture, $"- {MarkdownText.Inline(symptom.Text)}{(symptom.Words.Count > 0 ? $" ({MarkdownText.Inline(string.Join(", ", symptom.Words))})" : "")}\n");
            text.Append('\n');
        }

        private void Before()
        {
            Section("Before you start");
            if (book.Parameters.Count > 0)
            {
                Line("Have at hand:");
                Table(["What", "Kind", "If you do not know", "About"], book.Parameters.Select(item => (string[])
                [
                    MarkdownText.Code(item.Name), item.Type, item.Required ? "must be known" : MarkdownText.Inline(item.Default is null ? "leave it out" : ValueReader.Text(Words.Text(item.Default))),
                    MarkdownText.Inline((item.Doc.Length > 0 ? item.Doc.TrimEnd('.') + "." : "") + (item.Allowed is null ? "" : $" One of {string.Join(", ", item.Allowed)}.") + Bounds(item)),
                ]));
            }
            if (book.Requires.Os.Count > 0) Line($"- System: {MarkdownText.Inline(string.Join(" or ", book.Requires.Os))}");
            if (book.Requires.Commands.Count > 0) Line($"- Programs: {string.Join(", ", book.Requires.Commands.Select(MarkdownText.Code))}");
            if (book.Requires.Modules.Count > 0) Line($"- PowerShell modules: {string.Join(", ", book.Requires.Modules.Select(MarkdownText.Code))}");
            if (service is null && book.Parameters.Any(item => item.Type == "service")) Line("What stands in `<…>` is filled in for the service that is concerned, from the service catalogue.");
            if (book.Parameters.Count == 0 && book.Requires is { Os.Count: 0, Commands.Count: 0, Modules.Count: 0 }) Line("Nothing is needed.");
        }

        private static string Bounds(RunbookParameterDefinition item) => (item.Min, item.Max) switch
        {
            (null, null) => "",
            ({ } low, null) => $" At least {ValueReader.Text(low)}.",
            (null, { } high) => $" At most {ValueReader.Text(high)}.",
            var (low, high) => $" From {ValueReader.Text(low)} to {ValueReader.Text(high)}.",
        };

        private string Handled() => string.Join(' ', new[]
        {
            book.OnError is { } error ? $"When a step fails that names nothing else, go to {Link(error)}." : "", book.OnCancel is { } cancel ? $"When you stop before the end, go to {Link(cancel)}." : "",
        }.Where(line => line.Length > 0));

        private void Contacts()
        {
            var people = document.Workspace().Contacts.People;
            var teams = document.Workspace().Contacts.Teams;
            if (book.Owner is { } owner) _people.Add(owner);
            var rows = new List<string[]>();
            foreach (var id in _people)
            {
                if (people.TryGetValue(id, out var person)) rows.Add(Row(id, person));
                else if (teams.TryGetValue(id, out var team)) rows.AddRange(team.Members.Where(people.ContainsKey).Select(member => Row(id, people[member])).Prepend([MarkdownText.Inline(id), MarkdownText.Inline(team.Name), MarkdownText.Inline(team.Mailbox ?? "")]));
                else rows.AddRange(people.Values.Where(candidate => candidate.Roles.Contains(id)).Select(candidate => Row(id, candidate)).DefaultIfEmpty([MarkdownText.Inline(id), "nobody named", ""]));
            }
            if (service?.EscalationPolicy is { } name && document.Workspace().Contacts.EscalationPolicies.TryGetValue(name, out var policy))
                rows.AddRange(policy.Rules.Select(rule => (string[])[$"escalation {rule.Level}", MarkdownText.Inline(string.Join(", ", rule.Targets)), $"answer within {Duration.Format(rule.Timeout)}"]));
            if (rows.Count == 0) return;
            Section("Contacts");
            Table(["For", "Who", "How"], rows);
        }

        private static string[] Row(string id, Person person) =>
            [MarkdownText.Inline(id), MarkdownText.Inline(person.Name), MarkdownText.Inline(string.Join("; ", person.Methods.OrderBy(method => method.Priority).Select(method => $"{method.Type} {method.Address}")) + (person.Backup is { } backup ? $"; then {backup}" : ""))];

        private void Changes()
        {
            if (book.Revisions.Count == 0) return;
            Section("Changes");
            Table(["Version", "Date", "By", "What"], book.Revisions.Select(item => (string[])[item.Version, $"{item.Date:yyyy-MM-dd}", MarkdownText.Inline(item.Author), MarkdownText.Inline(item.Change + (item.Source is null ? "" : $" ({item.Source})"))]));
        }

        private void Section(string title) => text.Append(CultureInfo.InvariantCulture, $"{level}# {title}\n\n");
        private void Line(string line) => text.Append(line).Append("\n\n");
        private void Table(string[] heads, IEnumerable<string[]> rows) => text.Append(MarkdownText.Table(heads, rows)).Append('\n');
    }

    private IExpressionEvaluator? Evaluator => evaluator;
    private Func<LoadedWorkspace> Workspace => workspace;
    private IReadOnlyList<string> Templates => templates;
    private PlannedByHand? Plan(string uses, IReadOnlyDictionary<string, object?> with) => actions(uses, with);
}
