using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Journal;

namespace IncidentTools.Engine.Execution;

/// <summary>
/// The driver's pen: what it decides is folded at once and appended together, fenced by the lease, so that a step costs one durable append.
/// What others write meanwhile (answers, a cancel) is folded when it is seen.
/// </summary>
internal sealed class RunWriter(IncidentJournal journal, string stream, RunState state, TimeProvider time, Actor actor)
{
    private readonly List<EntryDraft> _pending = [];

    public RunState State { get; private set; } = state;
    public Fence? Fence { get; set; }

    /// <summary>Folds an entry and keeps it for the next <see cref="Flush"/>.</summary>
    public void Emit(IRunEntry data)
    {
        var now = UtcStamp.Truncate(time.GetUtcNow());
        State.Apply(data, now, now, actor.Id);
        _pending.Add(new EntryDraft(data) { OccurredAt = now });
    }

    /// <summary>Keeps entries of other capabilities (messages to send) for the same append.</summary>
    public void Enclose(IEnumerable<EntryDraft> drafts) => _pending.AddRange(drafts);

    /// <summary>Makes what was emitted durable.</summary>
    /// <exception cref="IncidentToolsException">LeaseLost: somebody else drives the run by now; nothing was written.</exception>
    public void Flush(params IReadOnlyList<byte[]> contents) => Append(null, contents);

    /// <summary>
    /// The same, for a decision about a wait: when anything else was recorded first, it gives way, the run is folded again and false is returned.
    /// </summary>
    public bool FlushUnlessChanged()
    {
        try { Append(State.Seq, []); }
        catch (IncidentToolsException error) when (error.ErrorId == "SeqConflict")
        {
            _pending.Clear();
            State = Fold(journal, stream, State.Run);
            return false;
        }
        return true;
    }

    /// <summary>Folds what others wrote since.</summary>
    public void Refresh()
    {
        foreach (var entry in journal.Store.Read(stream, State.Seq + 1)) State.Apply(entry);
    }

    public static RunState Fold(IncidentJournal journal, string stream, string run)
    {
        var state = new RunState(run);
        foreach (var entry in journal.Store.Read(stream)) state.Apply(entry);
        return state;
    }

    private void Append(long? expected, IReadOnlyList<byte[]> contents)
    {
        if (_pending.Count == 0) return;
        var count = _pending.Count;
        var receipt = journal.Append(new AppendRequest(stream, [.. _pending]) { Fence = Fence, Contents = contents, ExpectedSeq = expected });
        _pending.Clear();
        var before = receipt.Seq - count;
        if (before > State.Seq)
            foreach (var entry in journal.Store.Read(stream, State.Seq + 1).TakeWhile(entry => entry.Seq <= before)) State.Apply(entry);
        State.Seq = receipt.Seq;
    }
}
