using IncidentTools.Engine.Journal;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Incidents;

/// <summary>Everything that happens to incidents. Each method loads the row, decides purely, and appends what was decided at the seq it was decided on.</summary>
public sealed class IncidentService(IncidentJournal journal, Func<Policy> policy, TimeProvider time, Func<ClockTable>? statutory = null)
{
    /// <summary>Declares an incident under the next free number.</summary>
    /// <param name="more">Entries for the same append (pages), given the id and what is declared.</param>
    /// <returns>The row, and whether the key had been used for the same declaration before.</returns>
    public (IncidentRow Row, bool WasDuplicate) Declare(DeclareRequest request, Func<string, IncidentDeclared, IReadOnlyList<EntryDraft>>? more = null)
    {
        NotInFuture("OccurredAt", request.OccurredAt);
        NotInFuture("OnsetAt", request.OnsetAt);
        var severity = SeverityCalculator.Decide(policy(), request.Impact, request.Urgency, request.Conditions);
        var declared = new IncidentDeclared(request.Title, request.Class, request.Services, severity, request.Runbook, request.OnsetAt, request.Description);
        while (true)
        {
            // the number before the key: whoever declares in between takes this number, and the append below is refused
            var id = IncidentId.Of(LastNumber() + 1);
            if (request.Key is { } key && FindDeclared(key) is { } earlier)
            {
                var first = (IncidentDeclared)earlier.Data;
                if (first.Title != declared.Title || !first.Services.SequenceEqual(declared.Services)) throw Errors.IdempotencyKeyReused(key, earlier.Pos);
                return (Get(earlier.Stream), true);
            }
            // the first entry of a new stream: whoever else took the number meanwhile makes this a conflict
            EntryDraft[] drafts = [new(declared) { OccurredAt = request.OccurredAt, Key = request.Key }, .. Statutory([], declared.Class, severity, request.OccurredAt).Select(data => new EntryDraft(data) { OccurredAt = request.OccurredAt }), .. more?.Invoke(id, declared) ?? []];
            var result = journal.Store.Append(new AppendRequest(id, drafts) { ExpectedSeq = 0 });
            if (result is AppendConflict or AppendKeyReuse) continue;
            if (result is AppendUnknown unknown) throw Errors.AppendUnknown(unknown.Cause);
            return (Get(id), result is AppendReceipt { WasDuplicate: true });
        }
    }

    /// <exception cref="IncidentToolsException">IncidentNotFound, IncidentIdInvalid.</exception>
    public IncidentRow Get(string id) => journal.Store.Find(IncidentProjection.Instance, IncidentId.Parse(id)) ?? throw Errors.IncidentNotFound(id);

    /// <summary>Those that somebody still has to work on.</summary>
    public IReadOnlyList<IncidentRow> Unresolved() => Query(new ProjectionQuery().Where("state", Compare.In, IncidentStates.Unresolved));

    public IReadOnlyList<IncidentRow> Query(ProjectionQuery query) => journal.Store.Query(IncidentProjection.Instance, query);

    public IncidentRow Acknowledge(string id, string? note, EntryTags tags) => Change(id, tags, row =>
    {
        IncidentStates.Require(row.Id, row.State, "acknowledged");
        return [new IncidentAcknowledged(note)];
    });

    /// <summary>Grades anew. What is not given stays; <paramref name="level"/> overrides the policy and needs a reason.</summary>
    /// <exception cref="IncidentToolsException">DowngradeNeedsReason, OverrideNeedsReason, NotStableYet, TransitionRefused.</exception>
    public IncidentRow Grade(string id, int? impact, int? urgency, IReadOnlyList<string>? conditions, string? level, string? reason, bool force, EntryTags tags) =>
        Set(id, new GradeRequest(impact, urgency, conditions, level, reason, force), null, tags);

    /// <summary>Corrects facts.</summary>
    /// <exception cref="IncidentToolsException">TransitionRefused, TimeInFuture, IncidentIsItself.</exception>
    public IncidentRow Correct(string id, IncidentChanged change, EntryTags tags) => Set(id, null, change, tags);

    /// <summary>Grades anew, corrects facts, or both: one decision, all of it or nothing.</summary>
    public IncidentRow Set(string id, GradeRequest? grade, IncidentChanged? change, EntryTags tags) => Change(id, tags, row =>
    {
        SeverityChanged[] graded = grade is null ? [] : Regrade(row, grade);
        IncidentChanged[] corrected = change is null ? [] : Corrected(row, change);
        return [.. graded, .. corrected, .. graded.Length + corrected.Length == 0 ? [] : Statutory(row.Clocks, change?.Class ?? row.Class, graded.Length == 0 ? row.Severity : graded[0].Severity, tags.OccurredAt)];
    });

    private IEnumerable<IEntryData> Statutory(IReadOnlyList<OwnClock> known, string @class, SeverityRecord severity, DateTimeOffset? at) =>
        statutory is null ? [] : StatutoryClocks.Of(statutory(), known, @class, severity.Conditions, severity.Level, at ?? time.GetUtcNow());

    private SeverityChanged[] Regrade(IncidentRow row, GradeRequest grade)
    {
        var (impact, urgency, conditions, level, reason, force) = grade;
        IncidentStates.Require(row.Id, row.State, "regraded");
        var decided = SeverityCalculator.Decide(policy(), impact ?? row.Severity.Impact, urgency ?? row.Severity.Urgency, conditions ?? row.Severity.Conditions);
        if (level is not null && level != decided.Level)
        {
            if (string.IsNullOrWhiteSpace(reason)) throw Errors.OverrideNeedsReason(row.Id, decided.Level, level);
            decided = decided with { Level = level, Reasons = [.. decided.Reasons, $"Set to {level} by hand: {reason}"] };
        }
        if (SeverityCalculator.Worse(row.Severity.Level, decided.Level))
        {
            if (string.IsNullOrWhiteSpace(reason)) throw Errors.DowngradeNeedsReason(row.Id, row.Severity.Level, decided.Level);
            if (!force) RequireStable(row, "lowered");
        }
        var same = decided.Level == row.Severity.Level && decided.Impact == row.Severity.Impact && decided.Urgency == row.Severity.Urgency && decided.Conditions.SequenceEqual(row.Severity.Conditions);
        return same ? [] : [new SeverityChanged(row.Severity.Level, decided, reason)];
    }

    private IncidentChanged[] Corrected(IncidentRow row, IncidentChanged change)
    {
        IncidentStates.Require(row.Id, row.State, "changed");
        NotInFuture("OnsetAt", change.OnsetAt);
        NotInFuture("MitigatedAt", change.MitigatedAt);
        if (change.Parent is { } parent && Get(parent).Id == row.Id) throw Errors.IncidentIsItself(row.Id);
        return [change];
    }

    /// <summary>Gives a role to a contact, takes it from whoever had it; null gives it up.</summary>
    public IncidentRow Assign(string id, string role, string? contact, string? brief, EntryTags tags) => Change(id, tags, row =>
    {
        var roles = policy().Roles;
        if (roles.All(known => known.Id != role)) throw Errors.RoleUnknown(role, Foundation.Nearest.Hint(role, roles.Select(known => known.Id)));
        var from = row.Roles.GetValueOrDefault(role);
        return from == contact ? [] : [new RoleAssigned(role, contact, from, brief)];
    });

    /// <summary>Adds a note in any state; closed incidents take notes too.</summary>
    public TimelineEntry Note(string id, string kind, string text, EntryTags tags)
    {
        NotInFuture("OccurredAt", tags.OccurredAt);
        var stream = IncidentId.Parse(id);
        // an incident's first entry is its declaration
        if (journal.Store.Head(stream).Seq == 0) throw Errors.IncidentNotFound(id);
        var receipt = journal.Append(stream, new EntryDraft(new NoteAdded(kind, text)) { OccurredAt = tags.OccurredAt, Key = tags.Key });
        return Line(receipt.Entries[0]);
    }

    /// <exception cref="IncidentToolsException">TransitionRefused, NotStableYet, ForceNeedsReason, IncidentIsItself.</exception>
    public IncidentRow Resolve(string id, string resolution, string? summary, string? duplicateOf, bool force, string? reason, EntryTags tags) => Change(id, tags, row =>
    {
        IncidentStates.Require(row.Id, row.State, "resolved");
        if (duplicateOf is not null && Get(duplicateOf).Id == row.Id) throw Errors.IncidentIsItself(row.Id);
        if (force && string.IsNullOrWhiteSpace(reason)) throw Errors.ForceNeedsReason(row.Id);
        if (resolution == "Fixed" && !force && row.MitigatedAt is { } mitigated && time.GetUtcNow() - mitigated is var stable && stable < policy().StabilityWindow)
            throw Errors.NotStableYet(row.Id, "resolved", policy().StabilityWindow, policy().StabilityWindow - stable);
        return [new IncidentResolved(resolution, summary, duplicateOf is null ? null : Get(duplicateOf).Id, force ? reason : null)];
    });

    /// <summary>Opens it again. What comes back later than the policy's window is another incident, unless somebody says why it is the same.</summary>
    /// <exception cref="IncidentToolsException">TransitionRefused, ReopenWindowPassed, ForceNeedsReason.</exception>
    public IncidentRow Reopen(string id, string? reason, EntryTags tags, bool force = false) => Change(id, tags, row =>
    {
        IncidentStates.Require(row.Id, row.State, "reopened");
        if (force && string.IsNullOrWhiteSpace(reason)) throw Errors.ForceNeedsReason(row.Id);
        if (!force && row.ResolvedAt is { } resolved && (tags.OccurredAt ?? time.GetUtcNow()) - resolved > policy().ReopenWindow) throw Errors.ReopenWindowPassed(row.Id, row.Title, policy().ReopenWindow, resolved);
        return [new IncidentReopened(reason)];
    });

    /// <exception cref="IncidentToolsException">TransitionRefused, ReviewOwed, ClockStillRuns, ForceNeedsReason.</exception>
    public IncidentRow Close(string id, string? review, bool force, string? reason, EntryTags tags) => Change(id, tags, row =>
    {
        IncidentStates.Require(row.Id, row.State, "closed");
        // nobody is reminded of a closed incident
        if (!force && row.Clocks.FirstOrDefault(clock => clock is { Runs: true, Law.Length: > 0 }) is { } running) throw Errors.ClockStillRuns(row.Id, running.Name);
        if (review is not null) return [new ReviewRecorded(review), new IncidentClosed(null)];
        var owed = row is { Resolution: "Fixed", ReviewedAt: null } && policy().Targets[row.Highest].ReviewDuty == "mandatory";
        if (!owed) return [new IncidentClosed(null)];
        if (!force) throw Errors.ReviewOwed(row.Id, row.Highest);
        return string.IsNullOrWhiteSpace(reason) ? throw Errors.ForceNeedsReason(row.Id) : [new IncidentClosed(reason)];
    });

    /// <summary>Says that what a clock of the incident's own demanded was done.</summary>
    /// <exception cref="IncidentToolsException">IncidentNotFound, ClockNotFound.</exception>
    public IncidentRow MeetClock(string id, string clock, string? note, string? evidence, EntryTags tags) => Change(id, tags, row => Own(row, clock).IsSettled ? [] : [new ClockMet(clock, note) { Evidence = evidence }]);

    /// <summary>Starts a statutory clock, from the moment its rule counts from.</summary>
    /// <exception cref="IncidentToolsException">IncidentNotFound, ClockNotFound, TimeInFuture.</exception>
    public IncidentRow StartClock(string id, string clock, string? note, EntryTags tags) => Change(id, tags, row =>
    {
        var rules = statutory?.Invoke().Rules ?? [];
        var rule = rules.FirstOrDefault(known => known.Id == clock) ?? throw Errors.ClockNotFound(row.Id, clock, Foundation.Nearest.Hint(clock, rules.Select(known => known.Id)));
        var from = tags.OccurredAt ?? time.GetUtcNow();
        // started again only to count from another moment
        return row.Clocks.FirstOrDefault(own => own.Name == clock) is { Runs: true } running && (tags.OccurredAt is null || running.From == from) ? [] : [StatutoryClocks.Start(rule, from, note)];
    });

    /// <summary>Says that a clock's demand is not required, and who approved that.</summary>
    /// <exception cref="IncidentToolsException">IncidentNotFound, ClockNotFound, ClockWaiverIncomplete.</exception>
    public IncidentRow WaiveClock(string id, string clock, string? reason, string? approver, EntryTags tags) => Change(id, tags, row =>
        string.IsNullOrWhiteSpace(reason) || string.IsNullOrWhiteSpace(approver) ? throw Errors.ClockWaiverIncomplete(row.Id, clock) : Own(row, clock).IsSettled ? [] : [new ClockWaived(clock, reason, approver)]);

    private static OwnClock Own(IncidentRow row, string clock) => row.Clocks.FirstOrDefault(own => own.Name == clock) ?? throw Errors.ClockNotFound(row.Id, clock, Foundation.Nearest.Hint(clock, row.Clocks.Select(other => other.Name)));

    public IReadOnlyList<IncidentClock> Clocks(IncidentRow row) => IncidentClocks.Of(row, policy(), time.GetUtcNow());

    /// <param name="all">Also what only serves the machinery: intents, attempts, leases.</param>
    public IEnumerable<TimelineEntry> Timeline(string id, bool all) => journal.Store.Read(Get(id).Id).Where(entry => all || !entry.Data.IsDetail).Select(Line);

    private static TimelineEntry Line(Entry entry) => new(
        entry.Stream, entry.Seq, entry.OccurredAt, UtcStamp.Format(entry.OccurredAt), entry.Actor.Id, entry.Type, entry.Data.Describe(), entry.RecordedAt - entry.OccurredAt > TimeSpan.FromMinutes(1));

    /// <summary>Decides on the current row and appends; a key that was used before gives the row as it is.</summary>
    private IncidentRow Change(string id, EntryTags tags, Func<IncidentRow, IReadOnlyList<IEntryData>> decide)
    {
        NotInFuture("OccurredAt", tags.OccurredAt);
        var stream = Get(id).Id;
        if (tags.Key is { } key && journal.Store.FindKey(stream, key) is not null) return Get(stream);
        journal.Update(stream, _ => [.. decide(Get(stream)).Select((data, index) => new EntryDraft(data) { OccurredAt = tags.OccurredAt, Key = index == 0 ? tags.Key : null })]);
        return Get(stream);
    }

    private void RequireStable(IncidentRow row, string what)
    {
        var since = time.GetUtcNow() - row.WorseAt;
        if (since < policy().StabilityWindow) throw Errors.NotStableYet(row.Id, what, policy().StabilityWindow, policy().StabilityWindow - since);
    }

    private int LastNumber() => Query(new ProjectionQuery().Order("number", descending: true).Take(1)) is [var last] ? last.Number : 0;

    private Entry? FindDeclared(string key) => journal.Store.FindKey(key).LastOrDefault(entry => entry.Data is IncidentDeclared);

    /// <exception cref="IncidentToolsException">TimeInFuture.</exception>
    public void NotInFuture(string parameter, DateTimeOffset? at)
    {
        // a minute of tolerance: clocks of two machines never agree
        if (at is { } given && given > time.GetUtcNow() + TimeSpan.FromMinutes(1)) throw Errors.TimeInFuture(parameter, given);
    }
}
