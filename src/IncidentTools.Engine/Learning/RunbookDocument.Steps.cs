using System.Globalization;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Learning;

public sealed partial class RunbookDocument
{
    private sealed partial class Writer
    {
        /// <summary>Steps are numbered by phase: 2.3 is the third step of the second stretch of one phase.</summary>
        private void Number()
        {
            var (section, index) = (0, 0);
            StepPhase? phase = null;
            foreach (var step in book.Steps)
            {
                if (step.Phase != phase) (section, index, phase) = (section + 1, 0, step.Phase);
                Number(step, $"{section}.{++index}");
            }
            for (index = 0; index < book.Handlers.Count; index++) Number(book.Handlers[index], $"S{index + 1}");
            foreach (var (every, at) in book.Every.Select((every, at) => (every, at)))
                for (index = 0; index < every.Steps.Count; index++) Number(every.Steps[index], $"E{at + 1}.{index + 1}");
        }

        private void Number(StepDefinition step, string number)
        {
            _numbers[step.Id] = number;
            foreach (var (list, at) in step.Inner.Select((list, at) => (list, at)))
                for (var index = 0; index < list.Count; index++) Number(list[index], step.Parallel is null ? $"{number}.{index + 1}" : $"{number}{Letter(at)}{index + 1}");
        }

        private static string Letter(int at) => at < 26 ? ((char)('a' + at)).ToString() : $".{at + 1}.";

        private void Main()
        {
            StepPhase? phase = null;
            for (var index = 0; index < book.Steps.Count; index++)
            {
                var step = book.Steps[index];
                if (step.Phase != phase) text.Append(CultureInfo.InvariantCulture, $"{level}## {_numbers[step.Id].Split('.')[0]}. {phase = step.Phase}\n\n");
                Step(step, index + 1 < book.Steps.Count ? book.Steps[index + 1].Id : null);
            }
        }

        private void Apart(string title, IReadOnlyList<StepDefinition> steps, string lead)
        {
            if (steps.Count == 0) return;
            Section(title);
            if (lead.Length > 0) Line(lead);
            var handlers = ReferenceEquals(steps, book.Handlers);
            for (var index = 0; index < steps.Count; index++) Step(steps[index], !handlers && index + 1 < steps.Count ? steps[index + 1].Id : null);
        }

        /// <param name="following">The step after it in the document; null at the end of its list.</param>
        private void Step(StepDefinition step, string? following)
        {
            text.Append(CultureInfo.InvariantCulture, $"<a id=\"{Anchor(step.Id)}\"></a>\n\n{level}### {_numbers[step.Id]} {MarkdownText.Inline(step.Title)}\n\n");
            if (step.Purpose.Length > 0) Line(MarkdownText.Block(step.Purpose));
            if (step.When is { } when) Line($"**Only if** {Condition(when)}.{(following is null ? "" : $" Else go on with {Link(step.Next ?? following)}.")}");
            if (step.Needs.Count > 0) Line($"**Not before** {string.Join(" and ", step.Needs.Select(Link))} succeeded.");
            if (step.Target.Count > 0) Line($"**On** {MarkdownText.Code(Words.Text(step.Target))}");
            var with = (IReadOnlyDictionary<string, object?>)Words.Fill(step.Use.With)!;
            var plan = document.Plan(step.Use.Uses, with);
            Approval(step, plan);
            Do(step, step.Use, with, plan);
            Limits(step);
            if (step.Check is { } check) Line($"**If you do not know whether it worked**, look: {Inline(check)}");
            Undo(step, plan);
            Ways(step, following);
            foreach (var guard in step.Guards) Line($"**Meanwhile**, every {Duration.Format(guard.Interval)}: {Inline(guard.Probe)}{(guard.OnTrip == "fail" ? " When it fails, stop this step." : "")}");
            foreach (var clock in step.Clocks) Line($"**Deadline** from here: {Clock(clock)}");
            foreach (var output in step.Outputs) Line($"**Note down** {MarkdownText.Code(output.Name)}: {Condition(output.Value)}");
            Inner(step);
        }

        private void Inner(StepDefinition step)
        {
            foreach (var (list, at) in step.Inner.Select((list, at) => (list, at)))
            {
                if (step.Parallel is { } parallel) Line($"**Branch {Letter(at)}: {MarkdownText.Inline(parallel.Branches[at].Title)}**");
                for (var index = 0; index < list.Count; index++) Step(list[index], index + 1 < list.Count ? list[index + 1].Id : null);
            }
        }

        private void Approval(StepDefinition step, PlannedByHand? plan)
        {
            var impact = plan is { } planned && planned.Impact > step.Impact ? planned.Impact : step.Impact;
            var hasEffect = step.Use.Uses.StartsWith("action.", StringComparison.Ordinal) || step.Use.Uses is "command" or "script";
            var rule = step.Approval is { } own ? (own.By, own.Min, own.NotRequester)
                : hasEffect && document.Workspace().Policy.Approval.ByImpact.TryGetValue(impact.ToString().ToLowerInvariant(), out var usual) ? (usual.By, usual.Min, usual.NotRequester) : ([], 0, false);
            if (rule.Item2 > 0) Line($"**Needs approval**{(hasEffect ? $" ({impact.ToString().ToLowerInvariant()} impact)" : "")}: {Approvers(rule.Item1, rule.Item2, rule.Item3)}.");
            else if (hasEffect && impact > StepImpact.None) Line($"Impact: {impact.ToString().ToLowerInvariant()}. No approval is needed.");
        }

        private string Approvers(IReadOnlyList<string> by, int min, bool notRequester)
        {
            _people.UnionWith(by);
            return $"{min} of {(by.Count == 0 ? "anybody" : MarkdownText.Inline(string.Join(", ", by)))}{(notRequester ? ", not whoever asks for it" : "")}";
        }

        private void Limits(StepDefinition step)
        {
            var limits = new List<string>();
            if (step.Attempts > 1) limits.Add($"Try up to {step.Attempts} times, {Duration.Format(step.Retry.Delay)} apart{(step.Retry.Backoff > 1 ? ", longer each time" : "")}.");
            if (step.Timeout is { } timeout) limits.Add($"Give each try {Duration.Format(timeout)}.");
            if (step.Deadline is { } deadline) limits.Add($"Give it {Duration.Format(deadline)} in all.");
            if (step.MaxVisits is { } visits) limits.Add($"Come here at most {visits} times.");
            if (step.Once) limits.Add("Never do it twice unless you are sure that the first time had no effect.");
            if (limits.Count > 0) Line(string.Join(' ', limits));
        }

        private void Undo(StepDefinition step, PlannedByHand? plan)
        {
            if (step.Undo is { } undo) Line($"**To take it back**: {Inline(undo)}");
            else if (plan?.Undo is { } how) Line($"**To take it back**: {MarkdownText.Inline(how)}");
            else if (step.Impact >= StepImpact.Medium && step.Parallel is null && step.Foreach is null) Line("**It cannot be taken back.**");
        }

        private void Ways(StepDefinition step, string? following)
        {
            var failed = step.OnFailure switch
            {
                { Mode: FailureMode.Goto, Target: { } target } => $"go to {Link(target)}.",
                { Mode: FailureMode.Rollback } => "take back everything done so far, the last first.",
                { Mode: FailureMode.Continue } => (step.Next ?? following) is { } next ? $"go on with {Link(next)} all the same." : "go on all the same.",
                { Written: false } when book.OnError is { } error && !book.Handlers.Contains(step) => $"go to {Link(error)}.",
                _ => "stop here and escalate.",
            };
            if (step.Use.Uses is not ("switch" or "set" or "end")) Line($"**If it fails**, {failed}");
            if (step.Next is { } then) Line($"**Then** go to {Link(then)}.");
        }

        private string Condition(Expression expression) => $"{MarkdownText.Inline(Words.Condition(expression.Text))} ({MarkdownText.Code(expression.Text)})";
        private string Clock(ClockDefinition clock) => $"{MarkdownText.Inline(clock.Title.Length > 0 ? clock.Title : clock.Name)} within {Duration.Format(clock.Within)}{(clock.From is null ? "" : $" of {MarkdownText.Inline(Words.Condition(clock.From.Text))}")}{(clock.Warn.Count > 0 ? $"; a reminder {string.Join(" and ", clock.Warn.Select(Duration.Format))} before" : "")}";
        private string Anchor(string id) => $"{book.Id}-{id}";
        private string Link(string id) => book.AllSteps.FirstOrDefault(step => step.Id == id) is { } step ? $"[{_numbers[id]} {MarkdownText.Inline(step.Title)}](#{Anchor(id)})" : MarkdownText.Code(id);
    }
}
