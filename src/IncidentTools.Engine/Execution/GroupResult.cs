using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>How a group and its members end: their outputs, its value, its state.</summary>
internal sealed class GroupResult(RunSession session, StepDefinition step)
{
    /// <summary>The end of a branch, item or child. An output that is missing makes it fail.</summary>
    public static FrameEnded EndOf(RunSession session, FrameState frame, RunRoute route)
    {
        var book = session.Books.Of(frame);
        var outputs = frame.IsBook ? book.Book.Outputs : !frame.IsLane && frame.Member!.Key is not null ? session.Books.StepOf(session.State, session.State.Instance(frame.Group!)).Outputs : [];
        var end = new FrameEnded(session.State.Run, frame.Path, route.Result!, route.Message);
        if (!end.IsGood || outputs.Count == 0) return end;
        try { return end with { Outputs = OutputValues.Of(outputs, session, session.Roots(frame, null)) }; }
        catch (IncidentToolsException error) when (error.Kind is ErrorKind.InvalidInput) { return end with { Result = "Failed", Message = error.Message }; }
    }

    /// <param name="late">Its deadline passed.</param>
    /// <param name="stopped">What it stands in was decided without it.</param>
    public void Finish(StepInstance instance, bool late, bool stopped, JoinVerdict verdict)
    {
        var members = instance.Members!.Select(member => (Member: member, Frame: session.State.Frame(FramePath.Of(instance.Path, member.Name)))).ToList();
        var failed = members.Where(pair => pair.Frame.Ended is { IsGood: false, Result: not "Cancelled" }).ToList();
        var value = Value(members);
        var detail = failed.Count == 0 ? null : new Dictionary<string, object?> { ["failed"] = failed.ConvertAll(pair => (object?)(pair.Member.Key ?? pair.Member.Name)) };
        var (state, error, message) = State(late, stopped, verdict, members, failed);
        session.Emit(new StepFinished(session.State.Run, instance.Path, state, value, error, session.Parts.Mask.Apply(message), null, null) { Detail = detail });
    }

    private (string State, string? Error, string Message) State(bool late, bool stopped, JoinVerdict verdict, List<(FrameMember Member, FrameState Frame)> members, List<(FrameMember Member, FrameState Frame)> failed)
    {
        if (step.Child is not null && members[0].Frame.Ended is { } child && !(late && child.Result == "Cancelled"))
            return child.IsGood ? ("Succeeded", null, child.Message) : child.Result == "Cancelled" ? ("Cancelled", null, child.Message) : ("Failed", child.Result == "Failed" ? "ChildFailed" : child.Result, $"{step.Child.Name} ended {child.Result}: {child.Message}");
        var good = members.Count(pair => pair.Frame.Ended is { IsGood: true });
        var count = $"{good} of {members.Count} succeeded{(failed.Count == 0 ? "" : $"; failed: {string.Join(", ", failed.Take(20).Select(pair => pair.Member.Key ?? pair.Member.Name))}{(failed.Count > 20 ? " …" : "")}")}";
        if (verdict == JoinVerdict.Met) return ("Succeeded", null, count);
        if (session.State.Cancel is { } cancel) return ("Cancelled", null, cancel.Reason ?? "");
        if (late) return ("TimedOut", "Deadline", $"not done within {Duration.Format(step.Deadline!.Value)}: {count}");
        // ended from outside its members have not failed it
        if (verdict == JoinVerdict.Open || (stopped && JoinRule.Of(step, members.Count).Decide(good, failed.Count) == JoinVerdict.Open)) return ("Cancelled", null, count);
        if (failed.Exists(pair => pair.Frame.Ended!.Result == RunRoute.Rollback)) return ("Failed", RunRoute.Rollback, count);
        return ("Failed", step.Foreach is null ? "BranchFailed" : "TooManyErrors", $"{count}{(failed is [var first, ..] ? $" ({first.Frame.Ended!.Message})" : "")}");
    }

    /// <summary>Of parallel: branch → how it ended; of foreach: the items in their order; of a runbook: its outputs.</summary>
    private object? Value(List<(FrameMember Member, FrameState Frame)> members)
    {
        if (step.Child is not null) return members[0].Frame.Ended?.Outputs ?? new Dictionary<string, object?>();
        return step.Foreach is null
            ? members.ToDictionary(pair => pair.Member.Name, pair => (object?)Member(pair.Frame, []), StringComparer.Ordinal)
            : members.Select(pair => (object?)Member(pair.Frame, new Dictionary<string, object?>(StringComparer.Ordinal) { ["key"] = pair.Member.Key, ["item"] = pair.Member.Item })).ToList();
    }

    private static Dictionary<string, object?> Member(FrameState frame, Dictionary<string, object?> map)
    {
        // that it asks for a rollback is between the lists, no state that people know
        map["state"] = frame.Ended is { Result: RunRoute.Rollback } ? "Failed" : frame.Ended?.Result ?? (frame.Current is null ? "NotRun" : "Cancelled");
        map["message"] = frame.Ended?.Message ?? "";
        foreach (var (name, value) in frame.Ended?.Outputs ?? new Dictionary<string, object?>()) map[name] = value;
        return map;
    }
}
