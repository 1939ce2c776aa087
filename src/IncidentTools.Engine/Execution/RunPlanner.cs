using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Execution.Remote;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>What a run would do, as far as it can be known: every step with its exact command lines, impact, approval and undo. Starts nothing and writes nothing.</summary>
internal sealed class RunPlanner(RunParts parts)
{
    /// <summary>A runbook, what its expressions can read before the first step, and what its steps do.</summary>
    private sealed record Scope(BookIndex Book, RunRoots Roots, IReadOnlySet<string> Known, StepEffects Effects);

    // everything else is known only when a step is reached; a child's parameters are made by the step that runs it
    private static readonly HashSet<string> Known = new(["params", "service", "incident"], StringComparer.OrdinalIgnoreCase), KnownToChildren = new(["service", "incident"], StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<RunbookStep> Plan(RunStart start)
    {
        var state = new RunState(start.Started.Run);
        state.Apply(start.Started, parts.Time.GetUtcNow(), parts.Time.GetUtcNow(), parts.Actor.Id);
        var plans = new List<RunbookStep>();
        foreach (var definition in new RunStarter(parts).WithChildren(start.Book))
        {
            var book = new BookIndex(definition);
            var scope = new Scope(
                book, RunRoots.Of(state, state.Root, new RunBooks(book, _ => definition), null, parts.Incident, parts.Time.GetUtcNow(), parts.Evidence), definition == start.Book ? Known : KnownToChildren,
                new StepEffects(parts, file => File.ReadAllText(Path.GetFullPath(file, Path.GetDirectoryName(definition.Path) ?? "."))));
            plans.AddRange(book.All.Select(step => Plan(step, scope, start)));
        }
        return plans;
    }

    private RunbookStep Plan(StepDefinition step, Scope scope, RunStart start)
    {
        var effects = scope.Effects;
        var unknown = new List<string>();
        var view = StepView.Plain(scope.Book, step) with { Incident = start.Started.Incident };
        var impact = step.Impact;
        // a condition over what is known already decides the plan; over anything else it stays open
        if (step.When is { } condition)
        {
            if (Holds(condition, scope) is not { } holds) unknown.Add($"whether {condition.Text}");
            else if (!holds) return view with { Plan = [$"left out: {condition.Text} does not hold"] };
        }
        var with = (IReadOnlyDictionary<string, object?>)Fill(step.Use.With, scope, unknown)!;
        if (effects.Find(step) is { } effect)
        {
            var given = new Arguments(Read(with, effect.Parameters));
            var arguments = Try(() => StepTarget.Add(step, given, null, value => Fill(value, scope, unknown)), given);
            impact = Try(() => StepEffects.Impact(step, effect, arguments), step.Impact);
            var plan = Try<ActionPlan?>(() => effect.Plan(arguments), null);
            view = view with
            {
                Target = plan?.Target, Plan = plan is null ? [] : plan.Commands.Count > 0 ? [.. plan.Commands] : [plan.Summary], Undo = plan?.Undo, Impact = impact.ToString().ToLowerInvariant(), ImpactReason = Try(() => StepEffects.Reasons(step, effect, arguments), []),
                NoUndo = StepEffects.Looks(effect) || step.Undo is not null || plan?.Undo is not null ? null : $"{effect.Name} knows no way back, and the runbook has no undo for it",
            };
            if (plan is null && unknown.Count == 0) unknown.Add("its arguments do not fit: Test-Runbook says why");
        }
        else view = view with { Plan = Words(step, with), NoUndo = step is { Undo: null, Impact: > StepImpact.None } ? "the runbook has no undo for it" : null };
        if (step.Undo is { } undo) view = undo.Uses == "manual"
            ? view with { Undo = $"by hand: {ValueReader.Text(undo.With.GetValueOrDefault("instruction"))}" }
            : view with { Undo = Undo(undo, scope) };
        if (step.Target.Count > 0 && effects.Find(step) is null) view = view with { Target = string.Join(", ", step.Target.Select(target => ValueReader.Text(Fill(target, scope, unknown)))) };
        if (step.Check is { } check) view = view with { Plan = [.. view.Plan, $"a lost result is settled by {check.Uses}"] };
        return view with { Approval = Approver(step, effects.Find(step), with, impact, start), Unknown = unknown };
    }

    /// <summary>Who would be asked, and whether that can come about here; null when nobody.</summary>
    private string? Approver(StepDefinition step, IAction? effect, IReadOnlyDictionary<string, object?> with, StepImpact impact, RunStart start)
    {
        var policy = start.Started.Approvals;
        var rule = step.Use.Uses == "approve" ? new RunApproval(new Arguments(with).Texts("by"), Math.Max(1, new Arguments(with).Int("min", 1)), new Arguments(with).Flag("notRequester"), null, new Arguments(with).TextOrNull("assurance"))
            : effect is null && (step.Approval is null || step.Use.Uses != "manual") ? null : effect is not null && StepEffects.Looks(effect) && step.Approval is null ? null : ApprovalGate.Rule(step, impact, policy);
        if (rule is null)
            return effect is not null && !StepEffects.Looks(effect) && step.Approval is not null && ApprovalGate.Rule(step with { Approval = null }, impact, policy) is { } waived ? $"nobody: the runbook waives the policy's ({ApprovalGate.Describe(waived)})" : null;
        var says = ApprovalGate.Describe(rule);
        if (rule.Assurance is { } least && !RunAnswers.IsAssured(parts.Actor.Assurance, least)) return $"{says}; identities are known only by '{parts.Actor.Assurance}' here, so nobody can";
        // whoever can write the file can write any name into it
        return rule.NotRequester && !RunAnswers.IsAssured(parts.Actor.Assurance, "db") ? $"{says}; in this store that is a record, not a control" : says;
    }

    private string Undo(UseDefinition undo, Scope scope)
    {
        var with = (IReadOnlyDictionary<string, object?>)Fill(undo.With, scope, [])!;
        return scope.Effects.Find(undo.Uses) is { } effect && Try<ActionPlan?>(() => effect.Plan(new Arguments(Read(with, effect.Parameters))), null) is { } plan ? string.Join("; ", plan.Commands) : undo.Uses;
    }

    /// <summary>Null when it reads what only the run can know.</summary>
    private bool? Holds(Expression condition, Scope scope)
    {
        var evaluator = parts.Expressions();
        if (evaluator.Inspect(condition.Text).References.Any(reference => !scope.Known.Contains(reference.Path.Split('.')[0]))) return null;
        return Try<bool?>(() => StepArguments.Condition(condition, evaluator, scope.Roots), null);
    }

    /// <summary>Templates that read only what is known become values; others stay as written and are listed.</summary>
    private object? Fill(object? value, Scope scope, List<string> unknown) => value switch
    {
        Template template => Fill(template, scope, unknown),
        IReadOnlyDictionary<string, object?> map => map.ToDictionary(pair => pair.Key, pair => Fill(pair.Value, scope, unknown), StringComparer.Ordinal),
        IReadOnlyList<object?> list => list.Select(item => Fill(item, scope, unknown)).ToList(),
        _ => value,
    };

    private object? Fill(Template template, Scope scope, List<string> unknown)
    {
        var evaluator = parts.Expressions();
        foreach (var part in template.Parts.Where(part => part.IsExpression))
            if (evaluator.Inspect(part.Text).References.Any(reference => !scope.Known.Contains(reference.Path.Split('.')[0]))) return Leave(part.Text);
        try { return StepArguments.Resolve(template, evaluator, scope.Roots); }
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
        "parallel" => [.. step.Parallel!.Branches.Select(branch => $"{branch.Id}: {string.Join(", ", branch.Steps.Select(inner => inner.Id))}"), $"goes on when {(step.Parallel.Join is { } join ? $"{join} of {step.Parallel.Branches.Count}" : "all")} succeeded"],
        "foreach" => [$"for each of {(step.Foreach!.Items is Expression items ? items.Text : $"{(step.Foreach.Items as IReadOnlyList<object?>)?.Count} items")}, {step.Foreach.Concurrency} at a time: {string.Join(", ", step.Foreach.Steps.Select(inner => inner.Id))}"],
        "runbook" => [$"{step.Child!.Name} {step.Child.Version}"],
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
