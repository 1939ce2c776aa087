using System.Text.Json.Nodes;
using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Journal.Verification;

/// <summary>Computes every chain again from the stored bytes. Knows no entry types and trusts no column beside the bytes.</summary>
public sealed class JournalVerifier(IJournalStore store)
{
    private readonly Dictionary<string, StreamHead> _heads = new(StringComparer.Ordinal);
    private readonly List<JournalFinding> _findings = [];
    private long _entries;
    private long _next;

    /// <summary>Checks everything once. A verifier is used for one check.</summary>
    /// <param name="deep">Also folds the journal and compares it with the stored projections.</param>
    public JournalVerification Verify(bool deep, CancellationToken cancellation)
    {
        foreach (var entry in store.ReadRaw())
        {
            cancellation.ThrowIfCancellationRequested();
            Check(entry);
        }
        if (_entries == 0) Add("NoStoreCreated", null, "", 0, "the journal is empty; a store always has its first entry");
        // a fold of damaged entries says nothing more, and may not even be readable
        if (deep && _findings.Count == 0) Compare();
        return new JournalVerification
        {
            Valid = _findings.Count == 0,
            Guarantee = "InternallyConsistent",
            Store = store.Info.Location,
            Entries = _entries,
            Incidents = _heads.Keys.Count(stream => !stream.StartsWith('$')),
            FirstBad = _findings.Min(finding => finding.Pos),
            Findings = _findings,
        };
    }

    private void Check(RawEntry raw)
    {
        _entries++;
        if (raw.Pos != _next) Add("PositionGap", raw, $"position {_next} was expected");
        _next = raw.Pos + 1;
        if (raw.Pos == 0 && raw.Type != "store.created") Add("NoStoreCreated", raw, "the first entry is not store.created");
        CheckBytes(raw);
        var head = _heads.GetValueOrDefault(raw.Stream, new StreamHead(raw.Stream, 0, EntryHash.Zeros));
        if (raw.Seq != head.Seq + 1) Add("SeqGap", raw, $"entry {head.Seq + 1} of {raw.Stream} was expected");
        try { CheckEnvelope(raw, EntryEnvelope.Parse(raw.CanonicalJson), head); }
        catch (FormatException error) { Add("NotAnEntry", raw, error.Message); }
        _heads[raw.Stream] = new StreamHead(raw.Stream, raw.Seq, raw.Hash);
    }

    private void CheckBytes(RawEntry raw)
    {
        try
        {
            if (EntryHash.Of(raw.CanonicalJson) != raw.Hash) Add("HashMismatch", raw, "the bytes are not those that were hashed");
            if (CanonicalJson.Canonicalize(raw.CanonicalJson) != raw.CanonicalJson) Add("NotCanonical", raw, "the bytes are not in canonical form");
        }
        catch (FormatException error) { Add("NotCanonical", raw, error.Message); }
    }

    private void CheckEnvelope(RawEntry raw, EntryEnvelope entry, StreamHead head)
    {
        if (entry.Prev != head.Hash) Add("ChainBroken", raw, $"it does not follow entry {head.Seq} of {raw.Stream}");
        if ((entry.Pos, entry.Stream, entry.Seq, entry.Id, entry.Key, entry.Type) != (raw.Pos, raw.Stream, raw.Seq, raw.Id, raw.Key, raw.Type))
            Add("ColumnMismatch", raw, "the columns beside the bytes say something else");
        if (entry.DataJson.Contains(Sealing.Mark, StringComparison.Ordinal)) CheckSealed(raw, entry);
    }

    private void CheckSealed(RawEntry raw, EntryEnvelope entry)
    {
        var values = store.ReadSealed(entry.Id);
        foreach (var commitment in JsonPointers.Commitments(JsonNode.Parse(entry.DataJson)))
        {
            var pointer = JsonPointers.Of(commitment);
            var value = values.FirstOrDefault(item => item.Pointer == pointer);
            if (value is null) Add("SealedValueMissing", raw, $"the value of {pointer} is gone");
            else if (Sealing.Commitment(value) != (string?)commitment[Sealing.Mark]) Add("SealedValueChanged", raw, $"the value of {pointer} is not the one committed to");
        }
    }

    private void Compare()
    {
        foreach (var (projection, key) in store.ProjectionDifferences())
            Add("ProjectionDiffers", null, "", 0, $"table {projection} differs from the journal at '{key}'");
    }

    private void Add(string code, RawEntry raw, string message) => Add(code, raw.Pos, raw.Stream, raw.Seq, message);
    private void Add(string code, long? pos, string stream, long seq, string message) => _findings.Add(new JournalFinding(code, pos, stream, seq, message));
}
