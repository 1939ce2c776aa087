using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Execution.Remote;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>What a step does to the world, by its <c>uses</c>: an action, or a probe, program or script seen as one.</summary>
internal sealed class StepEffects(RunParts parts, Func<string, string> file)
{
    private readonly Dictionary<string, IAction?> _found = new(StringComparer.Ordinal);

    /// <summary>Null for kinds that only decide or wait.</summary>
    public IAction? Find(string uses)
    {
        if (_found.TryGetValue(uses, out var known)) return known;
        IAction? found = uses switch
        {
            "command" => new CommandEffect(),
            "script" => new ScriptEffect(parts.Uses.Find("script")!.With, file, parts.Inspector),
            _ when parts.Actions.TryGetValue(uses, out var action) => action,
            _ when parts.Probes.TryGetValue(uses, out var probe) => new ProbeEffect(probe),
            _ => null,
        };
        return _found[uses] = found is null or ProbeEffect || parts.StandIn is not { } standIn ? found : standIn(found);
    }

    /// <summary>What a step does, where it does it. What stands in for an effect does nothing anywhere.</summary>
    public IAction? Find(StepDefinition step) => Find(step.Use.Uses) is not { } effect || step.Target.Count == 0 || parts.StandIn is not null ? Find(step.Use.Uses) : new TargetedEffect(effect, step, () => SshSettings.Find(parts.Workspace() is { Trusted: true } workspace ? workspace.Path : null));

    /// <summary>Whether it changes nothing, so that what was lost is simply looked at again.</summary>
    public static bool Looks(IAction? effect) => effect is ProbeEffect or TargetedEffect { Inner: ProbeEffect };

    /// <summary>The greater of what the runbook declares and what the effect itself knows.</summary>
    public static StepImpact Impact(StepDefinition step, IAction effect, Foundation.Arguments with) => effect.Impact(with) is var least && least > step.Impact ? least : step.Impact;

    /// <summary>Why it is more than the runbook declares; empty when it is not.</summary>
    public static IReadOnlyList<string> Reasons(StepDefinition step, IAction effect, Foundation.Arguments with) =>
        effect.Impact(with) <= step.Impact ? [] : effect.ImpactReasons(with) is { Count: > 0 } known ? known : [$"{effect.Name} with these arguments is never less"];
}
