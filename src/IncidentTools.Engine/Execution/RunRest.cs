namespace IncidentTools.Engine.Execution;

/// <summary>Whether a run is at rest: nothing to do before somebody answers or a time comes, so that a look at it takes nothing over.</summary>
internal static class RunRest
{
    public static bool Is(RunState state, RunBooks books, RunOptions options, DateTimeOffset now) =>
        options.Ask is null && state.Cancel is null && state.State == "Waiting"
        && state.Waits.All(visit => state.SkipReason(visit.Step) is null && state.ByHand(visit.Step) is null && (visit.Wait!.Opened.DueAt is not { } due || due > now + (visit.Wait.Opened.Kind == "Timer" ? options.Patience : TimeSpan.Zero)))
        && !LaneIsDue(state, books, now + options.Patience)
        && state.Unfinished.All(visit => visit.Members is null || (!IsLate(visit, books.StepOf(state, visit).Deadline, now) && !CanMove(state, books, visit)));

    private static bool IsLate(StepInstance visit, TimeSpan? deadline, DateTimeOffset now) => deadline is { } limit && visit.EnteredAt + limit <= now;

    /// <summary>
    /// Whether a runner that died left a group with something to do though every step that was entered waits: a member that stands between two steps
    /// or two undos, or one that was not begun and has a place.
    /// </summary>
    private static bool CanMove(RunState state, RunBooks books, StepInstance group)
    {
        var open = group.Members!.Select(member => state.Frame(FramePath.Of(group.Path, member.Name))).Where(frame => frame.Ended is null).ToList();
        var begun = open.FindAll(frame => frame.Current is not null);
        if (begun.Exists(frame => frame.Current!.IsFinished && !state.Waits.Any(visit => visit.Path.StartsWith(frame.Path + "/", StringComparison.Ordinal)))) return true;
        return begun.Count < open.Count && begun.Count < (books.StepOf(state, group).Foreach?.Concurrency ?? int.MaxValue);
    }

    private static bool LaneIsDue(RunState state, RunBooks books, DateTimeOffset by) => state.Frames.Where(frame => frame is { IsBook: true, Ended: null, Current: not null }).Any(frame => books.Of(frame).Book.Every.Any(every =>
        LaneDriver.Due(state.FindFrame(FramePath.Lane(frame.Path, every.Id)), every, state.Visits.First(visit => visit.Frame == frame.Path).EnteredAt) <= by));
}
