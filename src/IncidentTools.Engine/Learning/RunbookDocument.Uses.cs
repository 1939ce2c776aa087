using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Notifications;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Learning;

public sealed partial class RunbookDocument
{
    private sealed partial class Writer
    {
        private void Do(StepDefinition step, UseDefinition use, IReadOnlyDictionary<string, object?> with, PlannedByHand? plan)
        {
            string Text(string key) => ValueReader.Text(with.GetValueOrDefault(key));
            switch (use.Uses)
            {
                case "manual":
                    Line(MarkdownText.Block(Text("instruction")));
                    if (Text("expected") is { Length: > 0 } expected) Line($"**Expect**: {MarkdownText.Inline(expected)}");
                    Person(with);
                    if (with.GetValueOrDefault("outcomes") is IReadOnlyList<object?> outcomes) Line($"**Note down** how it went: {MarkdownText.Inline(string.Join(", ", outcomes.Select(ValueReader.Text)))}.");
                    Fields(with.GetValueOrDefault("fields"), "And these values:");
                    if (with.GetValueOrDefault("evidence") is true) Line("Keep evidence: a copy, a screenshot, a log.");
                    break;
                case "ask":
                    Person(with);
                    if (Text("question") is { Length: > 0 } question) Line($"**Ask**: {MarkdownText.Block(question)}{(with.GetValueOrDefault("allowed") is IReadOnlyList<object?> answers ? $" ({MarkdownText.Inline(string.Join(", ", answers.Select(ValueReader.Text)))})" : "")}");
                    Fields(with.GetValueOrDefault("questions"), "**Ask** and note down:");
                    break;
                case "approve":
                    var by = with.GetValueOrDefault("by") as IReadOnlyList<object?> ?? [];
                    Line($"**Ask for approval**: {MarkdownText.Block(Text("prompt"))}");
                    Line($"From {Approvers([.. by.Select(ValueReader.Text)], new Arguments(with).Int("min", 1), with.GetValueOrDefault("notRequester") is true)}. One denial is a no.");
                    break;
                case "switch":
                    Table(["If", "Exactly", "Go to"],
                    [
                        .. step.Cases.Select(item => (string[])[MarkdownText.Inline(Words.Condition(item.When.Text)), MarkdownText.CodeCell(item.When.Text), Link(item.Goto)]),
                        ["nothing of this", "", step.Default is { } usual ? Link(usual) : "the next step"],
                    ]);
                    break;
                case "wait":
                    Line(step.Until is { } until ? $"Wait until {Condition(until)}." : step.UntilProbe is { } probe ? $"Wait until this is good: {Inline(probe)}" : Text("at") is { Length: > 0 } at ? $"Wait until {MarkdownText.Inline(at)}." : $"Wait {MarkdownText.Inline(Text("for"))}.");
                    break;
                case "notify": Notify(with); break;
                case "set": Table(["Note down", "What"], step.Set.Select(pair => (string[])[MarkdownText.Code(pair.Key), MarkdownText.Inline(pair.Value is Template { IsSingleExpression: true } whole && Words.Text(whole) is ['<', ..] ? Words.Condition(whole.Parts[0].Text) : Words.Text(pair.Value))])); break;
                case "assert": Line($"Make sure that {Condition(step.Assert!)}.{(Text("message") is { Length: > 0 } message ? $" If not: {MarkdownText.Inline(message)}" : "")}"); break;
                case "end": Line($"**This is the end**{(Text("result") is { Length: > 0 } result ? $": {MarkdownText.Inline(result)}" : "")}.{(Text("message") is { Length: > 0 } said ? $" {MarkdownText.Inline(said)}" : "")}"); break;
                case "script": Script(with); break;
                case "parallel": Line($"Do these side by side, one person for each if you can. {(step.Parallel!.Join is { } join ? $"It is enough when {join} of {step.Parallel.Branches.Count} succeed." : "All must succeed.")}"); break;
                case "foreach":
                    var each = step.Foreach!;
                    Line($"Do the steps below for every {MarkdownText.Inline(each.As)} of {(each.Items is Expression items ? Condition(items) : MarkdownText.Inline(Words.Text(each.Items)))}{(each.Concurrency > 1 ? $", up to {each.Concurrency} at once" : "")}. Stop when more than {each.Threshold} failed.");
                    break;
                case "runbook": Child(step.Child!); break;
                default: Effect(use, with, plan); break;
            }
        }

        /// <summary>A probe, action or command: what to type, what to expect.</summary>
        private void Effect(UseDefinition use, IReadOnlyDictionary<string, object?> with, PlannedByHand? plan)
        {
            var lines = Lines(use.Uses, with, plan);
            if (plan is not null) Line(MarkdownText.Inline(plan.Summary) + ".");
            if (lines.Count > 0) Line("Type:\n\n" + MarkdownText.Fence(string.Join('\n', lines), "sh"));
            else if (plan is null) Line($"This needs the tool: {MarkdownText.Code(use.Uses)} with {MarkdownText.Inline(Arguments(with))}.");
            if (Expected(use.Uses, with) is { Length: > 0 } expected) Line($"**Expect**: {MarkdownText.Inline(expected)}");
        }

        private static IReadOnlyList<string> Lines(string uses, IReadOnlyDictionary<string, object?> with, PlannedByHand? plan) => plan is { Commands.Count: > 0 } ? plan.Commands : OperatorCommands.Of(uses, new Arguments(with));

        private static string Expected(string uses, IReadOnlyDictionary<string, object?> with) => uses switch
        {
            "command" => $"exit code {ValueReader.Text(with.GetValueOrDefault("expectExit") is IReadOnlyList<object?> codes ? string.Join(" or ", codes.Select(ValueReader.Text)) : "0")}.",
            "probe.http" => $"status {(with.GetValueOrDefault("expectStatus") is IReadOnlyList<object?> statuses ? string.Join(" or ", statuses.Select(ValueReader.Text)) : "200-399")}{Within(with, "maxLatency", "; slower than {0} is a failure")}{Within(with, "warnLatency", "; slower than {0} is worth noting")}{Within(with, "contains", "; the page has {0}")}.",
            "probe.tcp" => "the connection is accepted. Refused: nothing listens there. Timed out: the host is down or a rule drops it.",
            "probe.dns" => with.GetValueOrDefault("expect") is IReadOnlyList<object?> names ? $"{string.Join(" or ", names.Select(ValueReader.Text))}." : "an answer.",
            "probe.tls" => $"a certificate for the name, not expired; fewer than {ValueReader.Text(with.GetValueOrDefault("failDays"))} days left is a failure.",
            "probe.service" => $"{ValueReader.Text(with.GetValueOrDefault("expectState") ?? "running")}.",
            "probe.disk" => $"at least {ValueReader.Text(with.GetValueOrDefault("minFreePercent"))} % free, of space and of inodes.",
            "probe.log" => $"no such line{Within(with, "window", " in the last {0}")}.",
            "probe.access-log" => $"at most {ValueReader.Text(with.GetValueOrDefault("maxErrorPercent"))} % of the answers are 5xx.",
            "probe.process" => "the process is there.",
            "probe.clock" => $"an offset of less than {ValueReader.Text(with.GetValueOrDefault("warnOffset"))}.",
            "probe.certificates" => $"none expired; fewer than {ValueReader.Text(with.GetValueOrDefault("failDays"))} days left is a failure.",
            "probe.container" => "as many ready as should be, none that waits, none ended for want of memory.",
            "probe.vendor-status" => "no open incident; a green page proves little.",
            "probe.change-window" => "what was changed last, above all shortly before it began.",
            "probe.backup-freshness" => $"a backup that is young and large enough{Within(with, "maxAge", ", not older than {0}")}. Nothing there is a failure; a place that cannot be reached is not known.",
            "probe.backup-verify" => "the backup is what its manifest says and reads to its last byte. Only a restore proves that it can be restored.",
            "probe.offsite" => "= for every file. + is missing there, * has other content, ! was not compared.",
            "probe.restore-test" => "restored into the scratch place, and every check good.",
            "probe.hash-compare" => "nothing added, removed or changed.",
            "probe.ping" => "answers; a firewall may drop them all the same.",
            _ => "",
        };

        private static string Within(IReadOnlyDictionary<string, object?> with, string key, string words) => with.GetValueOrDefault(key) is { } value ? string.Format(System.Globalization.CultureInfo.InvariantCulture, words, ValueReader.Text(value)) : "";

        private static string Arguments(IReadOnlyDictionary<string, object?> with) => string.Join(", ", with.Where(pair => pair.Value is not null).Select(pair => $"{pair.Key} {PlainText.Format(pair.Value) ?? "…"}"));

        private void Script(IReadOnlyDictionary<string, object?> with)
        {
            var values = (with.GetValueOrDefault("parameters") as IReadOnlyDictionary<string, object?>)?.Select(pair => $"-{pair.Key} {PasteText.Word(PlainText.Format(pair.Value) ?? "…")}") ?? [];
            if (with.GetValueOrDefault("file") is string file) Line("Type in PowerShell:\n\n" + MarkdownText.Fence(string.Join(' ', values.Prepend($"& {PasteText.Word(file)}")), "powershell"));
            else Line("Run in PowerShell:\n\n" + MarkdownText.Fence($"& {{\n{ValueReader.Text(with.GetValueOrDefault("text")).TrimEnd('\n')}\n}} {string.Join(' ', values)}".TrimEnd(), "powershell"));
        }

        private void Notify(IReadOnlyDictionary<string, object?> with)
        {
            var to = with.GetValueOrDefault("audience") is { } audience ? $"the audience {ValueReader.Text(audience)}" : PlainText.Format(with.GetValueOrDefault("contacts")) ?? "";
            foreach (var contact in (with.GetValueOrDefault("contacts") as IReadOnlyList<object?> ?? []).OfType<string>()) _people.Add(contact);
            Line($"**Tell** {MarkdownText.Inline(to)}:");
            var (subject, body) = (ValueReader.Text(with.GetValueOrDefault("subject")), ValueReader.Text(with.GetValueOrDefault("body")));
            if (with.GetValueOrDefault("template") is string template)
            {
                try { (subject, body) = ($"message '{template}'", File.ReadAllText(MessageTemplate.Find(template, [.. document.Templates]))); }
                catch (Exception error) when (error is IncidentToolsException or IOException or UnauthorizedAccessException) { (subject, body) = ($"message '{template}'", ""); }
            }
            Line(MarkdownText.Fence(body.Length > 0 ? $"{subject}\n\n{body}" : subject));
        }

        private void Child(ChildDefinition child)
        {
            var title = books.FirstOrDefault(other => other.Id == child.Name) is { } here ? $"[{MarkdownText.Inline(here.Title)}](#{here.Id})" : MarkdownText.Code(child.Name);
            Line($"Follow the runbook {title}, version {child.Version}, and come back here.{(child.Parameters.Count > 0 ? $" Give it {MarkdownText.Inline(string.Join(", ", child.Parameters.Select(pair => $"{pair.Key} = {Words.Text(pair.Value)}")))}." : "")}");
        }

        private void Person(IReadOnlyDictionary<string, object?> with)
        {
            if (with.GetValueOrDefault("to") is not string to) return;
            _people.Add(to);
            Line($"**Who**: {MarkdownText.Inline(to)}");
        }

        private void Fields(object? fields, string lead)
        {
            if (fields is not IReadOnlyDictionary<string, object?> { Count: > 0 } map) return;
            Line(lead);
            Table(["Name", "Question", "Answer"], map.Select(pair => (string[])
            [
                MarkdownText.Code(pair.Key), MarkdownText.Inline(ValueReader.Text((pair.Value as IReadOnlyDictionary<string, object?>)?.GetValueOrDefault("doc"))),
                MarkdownText.Inline((pair.Value as IReadOnlyDictionary<string, object?>) is { } field ? field.GetValueOrDefault("allowed") is IReadOnlyList<object?> allowed ? string.Join(", ", allowed.Select(ValueReader.Text)) : ValueReader.Text(field.GetValueOrDefault("type")) : ""),
            ]));
        }

        /// <summary>A check, undo or guard, in a line.</summary>
        private string Inline(UseDefinition use)
        {
            var with = (IReadOnlyDictionary<string, object?>)Words.Fill(use.With)!;
            if (use.Uses == "manual") return MarkdownText.Inline(ValueReader.Text(with.GetValueOrDefault("instruction")));
            var lines = Lines(use.Uses, with, document.Plan(use.Uses, with));
            var expected = Expected(use.Uses, with);
            return lines.Count > 0 ? $"{string.Join(", then ", lines.Select(MarkdownText.Code))}{(expected.Length > 0 ? $" (expect {MarkdownText.Inline(expected.TrimEnd('.'))})" : "")}" : MarkdownText.Code(use.Uses) + " with " + MarkdownText.Inline(Arguments(with));
        }
    }
}
