using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>What a run would do, as far as it can be known: every step with its exact command lines, impact, approval and undo. Starts nothing and writes nothing.</summary>
internal sealed class RunPlanner(RunParts parts)
{
    // known before the first step; everything else only when a step is reached
    private static readonly HashSet<string> Known = new(["params", "service", "incident"], StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<RunbookStep> Plan(RunStart start)
    {
        var state = new RunState(start.Started.Run);
        state.Apply(start.Started, parts.Time.GetUtcNow(), parts.Time.GetUtcNow(), parts.Actor.Id);
        var book = new BookIndex(start.Book);
        var roots = RunRoots.Of(state, state.Root, new RunBooks(book, _ => start.Book), null, parts.Incident, parts.Time.GetUtcNow(), parts.Evidence);
        var effects = new StepEffects(parts, file => File.ReadAllText(Path.GetFullPath(file, Path.GetDirectoryName(start.Book.Path) ?? ".")));
        return [.. book.All.Select(step => Plan(step, book, start, roots, effects))];
    }

    private RunbookStep Plan(StepDefinition step, BookIndex book, RunStart start, RunRoots roots, StepEffects effects)
    {
        var unknown = new List<string>();
        var view = StepView.Plain(book, step) with { Incident = start.Started.Incident };
        var impact = step.Impact;
        // a condition over what is known already decides the plan; over anything else it stays open
        if (step.When is { } condition)
        {
            if (Holds(condition, roots) is not { } holds) unknown.Add($"whether {condition.Text}");
            else if (!holds) return view with { Plan = [$"left out: {condition.Text} does not hold"] };
        }
        var with = (IReadOnlyDictionary<string, object?>)Fill(step.Use.With, roots, unknown)!;
        if (effects.Find(step.Use.Uses) is { } effect)
        {
            var arguments = new Arguments(Read(with, effect.Parameters));
            impact = Try(() => StepEffects.Impact(step, effect, arguments), step.Impact);
            var plan = Try<ActionPlan?>(() => effect.Plan(arguments), null);
            view = view with
            {
                Target = plan?.Target, Plan = plan is null ? [] : [.. plan.Commands], Undo = plan?.Undo, Impact = impact.ToString().ToLowerInvariant(), ImpactReason = Try(() => StepEffects.Reasons(step, effect, arguments), []),
                NoUndo = effect is ProbeEffect || step.Undo is not null || plan?.Undo is not null ? null : $"{effect.Name} knows no way back, and the runbook has no undo for it",
            };
            if (plan is null && unknown.Count == 0) unknown.Add("its arguments do not fit: Test-Runbook says why");
        }
        else view = view with { Plan = Words(step, with), NoUndo = step is { Undo: null, Impact: > StepImpact.None } ? "the runbook has no undo for it" : null };
        if (step.Undo is { } undo) view = undo.Uses == "manual"
            ? view with { Undo = $"by hand: {ValueReader.Text(undo.With.GetValueOrDefault("instruction"))}" }
            : view with { Undo = Undo(undo, effects, roots) };
        if (step.Check is { } check) view = view with { Plan = [.. view.Plan, $"a lost result is settled by {check.Uses}"] };
        return view with { Approval = Approver(step, effects.Find(step.Use.Uses), with, impact, start), Unknown = unknown };
    }

    /// <summary>Who would be asked, and whether that can come about here; null when nobody.</summary>
    private string? Approver(StepDefinition step, IAction? effect, IReadOnlyDictionary<string, object?> with, StepImpact impact, RunStart start)
    {
        var policy = start.Started.Approvals;
        var rule = step.Use.Uses == "approve" ? new RunApproval(new Arguments(with).Texts("by"), Math.Max(1, new Arguments(with).Int("min", 1)), new Arguments(with).Flag("notRequester"), null, new Arguments(with).TextOrNull("assurance"))
            : effect is null && (step.Approval is null || step.Use.Uses != "manual") ? null : effect is ProbeEffect && step.Approval is null ? null : ApprovalGate.Rule(step, impact, policy);
        if (rule is null)
            return effect is not null and not ProbeEffect && step.Approval is not null && ApprovalGate.Rule(step with { Approval = null }, impact, policy) is { } waived ? $"nobody: the runbook waives the policy's ({ApprovalGate.Describe(waived)})" : null;
        var says = ApprovalGate.Describe(rule);
        if (rule.Assurance is { } least && !RunAnswers.IsAssured(parts.Actor.Assurance, least)) return $"{says}; identities are known only by '{parts.Actor.Assurance}' here, so nobody can";
        // whoever can write the file can write any name into it
        return rule.NotRequester && !RunAnswers.IsAssured(parts.Actor.Assurance, "db") ? $"{says}; in this store that is a record, not a control" : says;
    }

    private string Undo(UseDefinition undo, StepEffects effects, RunRoots roots)
    {
        var with = (IReadOnlyDictionary<string, object?>)Fill(undo.With, roots, [])!;
        return effects.Find(undo.Uses) is { } effect && Try<ActionPlan?>(() => effect.Plan(new Arguments(Read(with, effect.Parameters))), null) is { } plan ? string.Join("; ", plan.Commands) : undo.Uses;
    }

    /// <summary>Null when it reads what only the run can know.</summary>
    private bool? Holds(Expression condition, RunRoots roots)
    {
        var evaluator = parts.Expressions();
        if (evaluator.Inspect(condition.Text).References.Any(reference => !Known.Contains(reference.Path.Split('.')[0]))) return null;
        return Try<bool?>(() => StepArguments.Condition(condition, evaluator, roots), null);
    }

    /// <summary>Templates that read only what is known become values; others stay as written and are listed.</summary>
    private object? Fill(object? value, RunRoots roots, List<string> unknown) => value switch
    {
        Template template => Fill(template, roots, unknown),
        IReadOnlyDictionary<string, object?> map => map.ToDictionary(pair => pair.Key, pair => Fill(pair.Value, roots, unknown), StringComparer.Ordinal),
        IReadOnlyList<object?> list => list.Select(item => Fill(item, roots, unknown)).ToList(),
        _ => value,
    };

    private object? Fill(Template template, RunRoots roots, List<string> unknown)
    {
        var evaluator = parts.Expressions();
        foreach (var part in template.Parts.Where(part => part.IsExpression))
            if (evaluator.Inspect(part.Text).References.Any(reference => !Known.Contains(reference.Path.Split('.')[0]))) return Leave(part.Text);
        try { return StepArguments.Resolve(template, evaluator, roots); }
        catch (IncidentToolsException error) { return Leave($"{error.Message}"); }

        string Leave(string what)
        {
            unknown.Add(what);
            return string.Concat(template.Parts.Select(part => part.IsExpression ? $"${{{{{part.Text}}}}}" : part.Text));
        }
    }

    /// <summary>Converted as far as it goes; what is not known yet stays text.</summary>
    private static IReadOnlyDictionary<string, object?> Read(IReadOnlyDictionary<string, object?> with, ObjectShape shape)
    {
        var bag = new DiagnosticBag();
        var read = (IReadOnlyDictionary<string, object?>)ValueReader.Read(with, shape, "", bag)!;
        return read.ToDictionary(pair => pair.Key, pair => pair.Value ?? with.GetValueOrDefault(pair.Key), StringComparer.Ordinal);
    }

    private static List<string> Words(StepDefinition step, IReadOnlyDictionary<string, object?> with) => step.Use.Uses switch
    {
        "switch" => [.. step.Cases.Select(item => $"{item.When.Text} → {item.Goto}"), $"else → {step.Default ?? "the next step"}"],
        "manual" => [ValueReader.Text(with.GetValueOrDefault("instruction"))],
        "ask" => [.. StepFields.Describe(with).Select(field => $"{field.Key}: {field.Value}")],
        "approve" => [ValueReader.Text(with.GetValueOrDefault("prompt"))],
        "notify" => [$"to {ValueReader.Text(with.GetValueOrDefault("audience"))}: {ValueReader.Text(with.GetValueOrDefault("template") ?? with.GetValueOrDefault("subject"))}"],
        "wait" when step.Until is { } until => [$"until {until.Text}"],
        "wait" when step.UntilProbe is { } probe => [$"until {probe.Uses} passes"],
        "wait" => [$"for {ValueReader.Text(with.GetValueOrDefault("for") ?? with.GetValueOrDefault("at"))}"],
        "assert" => [step.Assert!.Text],
        "set" => [.. step.Set.Keys.Select(name => $"$vars.{name}")],
        _ => [],
    };

    // a plan made of words that are not known yet may not fit the effect; then it says so instead of failing
    private static T Try<T>(Func<T> make, T otherwise)
    {
        try { return make(); }
        catch (Exception error) when (error is not OutOfMemoryException) { return otherwise; }
    }
}
