using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>Lets a run that failed at a foreach go on: another visit of that step, in which what succeeded before has succeeded already.</summary>
internal static class RunRetry
{
    /// <exception cref="IncidentToolsException">RetryRefused.</exception>
    public static StepInstance Check(RunState state, RunBooks books)
    {
        if (state.Ended is not { Result: "Failed" }) throw Errors.RetryRefused(state.Run, $"it is {state.State}");
        if (state.Root.Rollback is not null) throw Errors.RetryRefused(state.Run, "it was rolled back");
        if (state.Current is not { State: "Failed", Members: not null } last || books.StepOf(state, last).Foreach is null) throw Errors.RetryRefused(state.Run, $"it ended at {state.Current?.Path ?? "its start"}, which is no foreach that failed");
        return last;
    }

    public static void Reopen(RunWriter writer, RunBooks books)
    {
        var state = writer.State;
        var last = Check(state, books);
        var path = FramePath.Instance(FramePath.Root, last.Step, last.Visit + 1);
        writer.Emit(new RunReopened(state.Run, last.Path));
        writer.Emit(new StepEntered(state.Run, path, last.Step, last.Visit + 1));
        writer.Emit(new GroupOpened(state.Run, path, last.Members!));
        foreach (var member in last.Members!)
            if (state.Frame(FramePath.Of(last.Path, member.Name)).Ended is { IsGood: true } good) writer.Emit(good with { Path = FramePath.Of(path, member.Name) });
    }
}
