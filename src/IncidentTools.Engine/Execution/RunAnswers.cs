using IncidentTools.Engine.Journal;

namespace IncidentTools.Engine.Execution;

/// <summary>Who answers: the actor, and every contact id that is the same person.</summary>
/// <param name="Roles">Role → who has it in the incident; empty for runs without one.</param>
public sealed record Answerer(Actor Actor, IReadOnlySet<string> Ids, IReadOnlyDictionary<string, string> Roles)
{
    /// <summary>Roles that somebody has and contacts there are: where none of a rule's is among them, nobody could ever approve.</summary>
    public IReadOnlySet<string> Known { get; init; } = new HashSet<string>();
    public bool Is(string roleOrContact) => Ids.Contains(roleOrContact) || (Roles.TryGetValue(roleOrContact, out var holder) && Ids.Contains(holder));
}

/// <summary>Whether a person's answer to a wait counts. Pure; refusals say why, so that the right person can be asked.</summary>
public static class RunAnswers
{
    private static readonly string[] Assurances = ["claimed", "os", "db", "token"];

    /// <param name="sole">Why somebody approves what they asked for themselves, where the policy allows that to a sole operator.</param>
    /// <exception cref="IncidentToolsException">WaitNotOpen, AnswerInvalid, ApproverRefused.</exception>
    public static WaitAnswered Decide(RunState state, string wait, string answer, object? value, string? note, string? sole, Answerer who, DateTimeOffset now)
    {
        var asked = state.Waiting(wait);
        var step = asked?.Step ?? state.Current?.Step ?? "";
        if (state.Ended is { } ended) throw Errors.WaitNotOpen(step, $"the run ended {ended.Result}");
        if (asked?.Wait is not { } open) throw Errors.WaitNotOpen(step, "the run does not wait for it");
        if (open.IsSettled) throw Errors.WaitNotOpen(step, "it was answered before");
        if (open.IsLate(now)) throw Errors.WaitNotOpen(step, $"it ended {UtcStamp.Format(open.Opened.DueAt!.Value)}");
        if (open.Opened.Kind == "Timer") throw Errors.WaitNotOpen(step, "it waits for time to pass, not for a person");
        if (open.Opened.Choices is { Count: > 0 } choices && !choices.Contains(answer, StringComparer.Ordinal)) throw Errors.AnswerInvalid(step, answer, string.Join(", ", choices));
        var exception = open.Opened.Rule is { } rule ? Approver(state, step, open, rule, answer, sole, who) : null;
        return new WaitAnswered(state.Run, wait, answer, value, note, exception);
    }

    /// <summary>The sole operator's reason when it was needed, else null.</summary>
    private static string? Approver(RunState state, string step, WaitState open, RunApproval rule, string answer, string? sole, Answerer who)
    {
        var actor = who.Actor.Id;
        var requester = state.Drivers.Contains(actor) || state.Drivers.Overlaps(who.Ids);
        // whoever asked for it may take it back
        if (answer == "Deny" && requester) return null;
        var alone = state.Started!.SoleOperator && (state.Started.SoleWithoutReason || !string.IsNullOrWhiteSpace(sole));
        if (rule.By.Count > 0 && !rule.By.Any(who.Is))
        {
            if (rule.By.Any(who.Known.Contains)) throw Errors.ApproverRefused(step, actor, $"the rule asks for {string.Join(" or ", rule.By)}");
            if (!alone) throw Errors.ApproverRefused(step, actor, $"the rule asks for {string.Join(" or ", rule.By)}, and nobody is that; name somebody{(state.Started.SoleOperator ? ", or approve as the only operator with a reason" : "")}");
        }
        if (rule.Assurance is { } least && !IsAssured(who.Actor.Assurance, least)) throw Errors.ApproverRefused(step, actor, $"the rule asks for an identity known by '{least}', this one is '{who.Actor.Assurance}'");
        if (open.Answers.Any(given => who.Ids.Contains(given.Actor) || given.Actor == actor)) throw Errors.ApproverRefused(step, actor, "they have answered before");
        if (answer == "Deny") return null;
        var missing = rule.By.Count > 0 && !rule.By.Any(who.Is);
        if (!missing && !(rule.NotRequester && requester)) return null;
        if (!state.Started.SoleOperator) throw Errors.ApproverRefused(step, actor, "they started or drove this run, and the rule asks for another pair of eyes");
        return !alone ? throw Errors.ApproverRefused(step, actor, "they started or drove this run; a sole operator may approve only with a reason") : string.IsNullOrWhiteSpace(sole) ? "the policy asks for no reason" : sole;
    }

    /// <summary>Whether an identity is known at least that well.</summary>
    public static bool IsAssured(string assurance, string least) => Rank(assurance) >= Rank(least);

    private static int Rank(string assurance) => Array.IndexOf(Assurances, assurance);
}
