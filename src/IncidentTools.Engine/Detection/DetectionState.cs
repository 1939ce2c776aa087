using IncidentTools.Engine.Incidents;
using IncidentTools.Engine.Journal;

namespace IncidentTools.Engine.Detection;

/// <summary>What is stored of detection, read at one head of its stream and recorded on that head or not at all.</summary>
internal sealed class DetectionState
{
    private const int RowsAnEntry = 200;
    private readonly IncidentJournal? _journal;
    private readonly long _head;

    private DetectionState(IncidentJournal? journal)
    {
        _journal = journal;
        if (journal is null) return;
        // the head first: what others record while the rows are read makes the record a conflict
        _head = journal.Store.Head(DetectionRecorded.Stream).Seq;
        Checks = journal.Store.Query(CheckProjection.Instance, new ProjectionQuery()).ToDictionary(row => row.Check, StringComparer.Ordinal);
        Faults = journal.Store.Query(FaultProjection.Instance, new ProjectionQuery()).ToDictionary(row => row.Fault, StringComparer.Ordinal);
    }

    public Dictionary<string, CheckRow> Checks { get; } = new(StringComparer.Ordinal);
    public IReadOnlyDictionary<string, FaultRow> Faults { get; } = new Dictionary<string, FaultRow>(StringComparer.Ordinal);

    /// <param name="onlyLook">A store that is not there yet is not made for a look.</param>
    public static DetectionState Read(DetectionParts parts, bool onlyLook) => new(onlyLook && !parts.StoreIsThere() ? null : parts.Journal);

    public IncidentRow? Incident(string id) => _journal?.Store.Find(IncidentProjection.Instance, id);

    /// <summary>Makes what changed durable; false when somebody else recorded something first.</summary>
    /// <exception cref="IncidentToolsException">AppendUnknown …: what was done in incidents is found again by its key.</exception>
    public bool Record(IReadOnlyList<CheckRow> changed, IReadOnlyList<string> well, IReadOnlyList<FaultRow> faults)
    {
        var drafts = new List<EntryDraft>();
        for (var at = 0; at < Math.Max(Math.Max(changed.Count, well.Count), faults.Count); at += RowsAnEntry)
            drafts.Add(new EntryDraft(new DetectionRecorded([.. changed.Skip(at).Take(RowsAnEntry)], [.. well.Skip(at).Take(RowsAnEntry)], [.. faults.Skip(at).Take(RowsAnEntry)])));
        return drafts.Count == 0 || _journal!.Store.Append(new AppendRequest(DetectionRecorded.Stream, drafts) { ExpectedSeq = _head }) switch
        {
            AppendReceipt => true,
            AppendConflict => false,
            AppendUnknown unknown => throw Errors.AppendUnknown(unknown.Cause),
            var other => throw new InvalidOperationException(other.GetType().Name),
        };
    }
}
