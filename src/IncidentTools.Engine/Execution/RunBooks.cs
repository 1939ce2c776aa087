using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>The runbooks a run consists of: its own, and those of its children by the hash of their text.</summary>
/// <param name="read">A runbook by SHA-256 of its text, which the run is bound to.</param>
internal sealed class RunBooks(BookIndex root, Func<string, RunbookDefinition> read)
{
    private readonly Dictionary<string, BookIndex> _children = new(StringComparer.Ordinal);

    public BookIndex Root => root;

    /// <summary>The same children under another text of the run's own runbook.</summary>
    public RunBooks With(BookIndex other) => new(other, read);

    /// <summary>The runbook whose steps run in a frame.</summary>
    public BookIndex Of(FrameState frame)
    {
        if (frame.Outer is null) return root;
        return frame.Member?.Source is { } source ? Child(source) : Of(frame.Outer);
    }

    /// <summary>A child runbook by SHA-256 of its text.</summary>
    public BookIndex Child(string source) => _children.TryGetValue(source, out var known) ? known : _children[source] = new BookIndex(read(source));

    /// <summary>The step list that a frame runs.</summary>
    public StepLine LineOf(FrameState frame)
    {
        var book = Of(frame);
        if (frame.IsBook) return book.Main;
        if (frame.IsLane) return book.Lane(frame.Member!.Name) ?? throw Errors.StepUnknown(book.Id, frame.Member.Name);
        return book.Inner(frame.GroupStep!, frame.Member!.Key is null ? frame.Member.Name : "") ?? throw Errors.StepUnknown(book.Id, frame.GroupStep!);
    }

    /// <summary>What a visit is a visit of.</summary>
    public StepDefinition StepOf(RunState state, StepInstance instance)
    {
        var book = Of(state.Frame(instance.Frame));
        return book.Step(instance.Step) ?? throw Errors.StepUnknown(book.Id, instance.Step);
    }
}
