namespace IncidentTools.Engine.Journal;

/// <summary>
/// The journal as the rest of the engine sees it: append, or decide and append. Typed refusals of the store become errors here,
/// except the conflict of <see cref="Update"/>, which decides again.
/// </summary>
public sealed class IncidentJournal(IJournalStore store)
{
    // each round means that somebody else got an entry in; a hundred in a row is a bug, not contention
    private const int MaxRounds = 100;

    public IJournalStore Store => store;

    /// <summary>Appends to a stream.</summary>
    /// <exception cref="IncidentToolsException">SeqConflict, IdempotencyKeyReused, LeaseLost, AppendUnknown.</exception>
    public AppendReceipt Append(AppendRequest request) => Receipt(request, store.Append(request));

    private static AppendReceipt Receipt(AppendRequest request, AppendResult result) => result switch
    {
        AppendReceipt receipt => receipt,
        AppendConflict conflict => throw Errors.SeqConflict(request.Stream, conflict.Expected, conflict.Actual),
        AppendKeyReuse reuse => throw Errors.IdempotencyKeyReused(reuse.Key, reuse.Pos),
        AppendFenced fenced => throw Errors.LeaseLost(request.Fence!.Lease, fenced.Owner),
        AppendUnknown unknown => throw Errors.AppendUnknown(unknown.Cause),
        var other => throw new InvalidOperationException(other.GetType().Name),
    };

    public AppendReceipt Append(string stream, params EntryDraft[] entries) => Append(new AppendRequest(stream, entries));

    /// <summary>
    /// Loads state, decides purely, appends at the seq the decision was made on, and decides again when somebody was faster.
    /// An empty decision appends nothing and returns null.
    /// </summary>
    public AppendReceipt? Update(string stream, Func<StreamHead, IReadOnlyList<EntryDraft>> decide, Fence? fence = null)
    {
        for (var round = 0; round < MaxRounds; round++)
        {
            var head = store.Head(stream);
            var entries = decide(head);
            if (entries.Count == 0) return null;
            var request = new AppendRequest(stream, entries) { ExpectedSeq = head.Seq, Fence = fence };
            var result = store.Append(request);
            if (result is not AppendConflict) return Receipt(request, result);
        }
        throw Errors.TooMuchContention(stream);
    }
}
