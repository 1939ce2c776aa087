using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>Holds a step until what it would do, exactly as planned now, is approved by whom the rule names.</summary>
internal sealed class ApprovalGate(RunSession session, StepDefinition step)
{
    /// <summary>Null when the step may go on.</summary>
    public StepProgress? Hold(StepInstance instance, ActionPlan plan, string hash, StepImpact impact, IReadOnlyList<string> reasons)
    {
        if (instance.ApprovedPlan == hash || Rule(step, impact, session.State.Started!.Approvals) is not { } rule) return null;
        var stale = instance.ApprovedPlan is not null;
        if (instance.Wait is { Opened.Kind: "Approval" } wait)
        {
            if (wait.Opened.PlanHash == hash)
            {
                if (wait.Approved) return null;
                return WaitStep.Expire(session, instance, wait) ?? StepProgress.Parked;
            }
            stale = true;
        }
        var due = rule.Expires is { } time ? session.Now + time : (DateTimeOffset?)null;
        if (step.Deadline is { } limit && instance.EnteredAt + limit is var end && (due is null || end < due)) due = end;
        session.Open(instance, "Approval", $"{(stale ? "what would be done has changed; " : "")}{step.Title}: {plan.Summary} ({impact.ToString().ToLowerInvariant()} impact{(reasons.Count == 0 ? "" : $", raised from {step.Impact.ToString().ToLowerInvariant()}: {string.Join("; ", reasons)}")}). {string.Join("; ", plan.Commands)}", ["Approve", "Deny"], due, hash, rule);
        return StepProgress.Parked;
    }

    /// <summary>The step's own rule, else the policy's for the impact; null when nobody is asked.</summary>
    public static RunApproval? Rule(StepDefinition step, StepImpact impact, IReadOnlyDictionary<string, RunApproval> policy)
    {
        var rule = step.Approval is { } own ? new RunApproval(own.By, own.Min, own.NotRequester, own.Expires, own.Assurance) : policy.GetValueOrDefault(impact.ToString().ToLowerInvariant());
        return rule is { Min: > 0 } ? rule : null;
    }

    /// <summary>A rule in words.</summary>
    public static string Describe(RunApproval rule) =>
        $"{(rule.Min == 1 ? "" : $"{rule.Min} of ")}{(rule.By.Count == 0 ? "anybody" : string.Join(" or ", rule.By))}{(rule.NotRequester ? ", not whoever runs it" : "")}{(rule.Expires is { } time ? $", within {Duration.Format(time)}" : "")}{(rule.Assurance is { } least ? $", known by {least} or better" : "")}";
}
