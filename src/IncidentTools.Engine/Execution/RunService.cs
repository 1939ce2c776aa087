using System.Security.Cryptography;
using System.Text;
using IncidentTools.Engine.Journal;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>Runs of runbooks: start, drive, answer, cancel, look.</summary>
public sealed class RunService
{
    private readonly RunParts _parts;
    private readonly RunPeople _people;
    private readonly RunStarter _starter;

    public RunService(RunParts parts)
    {
        _parts = parts;
        _people = new RunPeople(parts, state => new BookIndex(BookOf(state)));
        _starter = new RunStarter(parts);
    }

    private IJournalStore Store => _parts.Journal.Store;

    /// <summary>Starts a run, durably, and drives it until it ends or waits.</summary>
    /// <exception cref="IncidentToolsException">RunbookNotFound, RunbookInvalid, ParameterInvalid, IncidentNotFound, ServiceNotFound, WorkspaceNotTrusted, RunForbidden, IdempotencyKeyReused.</exception>
    public async Task<RunbookRun> StartAsync(RunRequest request, RunOptions options, CancellationToken cancellation)
    {
        var id = NewId(request);
        if (request.Key is not null && Find(id) is { } earlier) return await ContinueAsync(earlier.Run, options, cancellation).ConfigureAwait(false);
        var start = _starter.Prepare(request, id);
        _starter.RequireTrust(start.Book);
        var stream = start.Started.Incident ?? "$run-" + id;
        using var lease = RunLease.Take(Store.Leases, id, Owner(), _parts.Time, out _) ?? throw Errors.RunForbidden(start.Book.Id, null, id);
        var writer = new RunWriter(_parts.Journal, stream, new RunState(id) { Seq = Store.Head(stream).Seq }, _parts.Time, _parts.Actor) { Fence = lease.Fence };
        using (Alone(start))
        {
            writer.Emit(start.Started);
            writer.Flush(start.Contents);
        }
        return await DriveAsync(writer, stream, lease, start.Book, options, cancellation).ConfigureAwait(false);
    }

    /// <summary>Takes a run up where the journal left it. A run that ended or that another session holds is returned as it is.</summary>
    /// <exception cref="IncidentToolsException">RunNotFound, WorkspaceNotTrusted, ChangeRefused.</exception>
    public async Task<RunbookRun> ContinueAsync(string run, RunOptions options, CancellationToken cancellation)
    {
        var row = Row(run);
        if (!row.IsOpen) return row.ToPublic(null);
        var idle = RunWriter.Fold(_parts.Journal, row.Stream, row.Run);
        if (!options.AcceptChange && IsIdle(idle, options)) return Get(row.Run);
        _starter.RequireTrust(BookOf(idle));
        using var lease = RunLease.Take(Store.Leases, row.Run, Owner(), _parts.Time, out var holder);
        if (lease is null) return row.ToPublic(holder, exitCode: 5);
        // folded again under the lease: whoever held it until now may have written
        var writer = new RunWriter(_parts.Journal, row.Stream, RunWriter.Fold(_parts.Journal, row.Stream, row.Run), _parts.Time, _parts.Actor) { Fence = lease.Fence };
        if (writer.State.Ended is not null) return Get(row.Run);
        var book = BookOf(writer.State);
        writer.Emit(new RunLeased(row.Run, lease.Epoch));
        IReadOnlyList<byte[]> contents = [];
        if (options.AcceptChange) (book, contents) = new RunAdoption(_parts, _starter).Adopt(writer, book);
        writer.Flush(contents);
        await _parts.Deliver(row.Stream, cancellation).ConfigureAwait(false);
        return await DriveAsync(writer, row.Stream, lease, book, options, cancellation).ConfigureAwait(false);
    }

    /// <summary>What a run would do, step by step; starts nothing.</summary>
    public IReadOnlyList<RunbookStep> Plan(RunRequest request) => new RunPlanner(_parts).Plan(_starter.Prepare(request, "R-PLANNED"));

    /// <exception cref="IncidentToolsException">RunNotFound.</exception>
    public RunbookRun Get(string run) => Public(Row(run));

    /// <summary>Newest first. A state is one of the public states; <c>open</c> means not ended.</summary>
    public IReadOnlyList<RunbookRun> List(string? incident, string? state, string? runbook)
    {
        var query = new ProjectionQuery().Order("started", descending: true);
        if (incident is not null) query.Where("incident", incident);
        if (state is "open" or "Open") query.Where("state", Compare.In, new[] { "Running", "Waiting" });
        else if (state is not null) query.Where("state", state);
        if (runbook is not null) query.Where("runbook", runbook);
        return [.. Store.Query(RunProjection.Instance, query).Select(Public)];
    }

    /// <summary>Every visit in order, then the steps not reached, as Pending.</summary>
    public IReadOnlyList<RunbookStep> Steps(string run)
    {
        var row = Row(run);
        var state = RunWriter.Fold(_parts.Journal, row.Stream, row.Run);
        var book = new BookIndex(BookOf(state));
        var effects = new StepEffects(_parts, file => Bound(state, "file:" + file)!);
        return
        [
            .. state.Visits.Select(visit => (Visit: visit, Step: book.Step(visit.Step)!)).Where(pair => pair.Step is not null)
                .Select(pair => StepView.Of(state, book, pair.Step, pair.Visit) with { Undo = StepUndo.Offer(pair.Step, pair.Visit, effects) }),
            .. state.Ended is null ? book.Steps.Where(step => !state.Steps.ContainsKey(step.Id)).Select(step => StepView.Of(state, book, step, null)) : [],
        ];
    }

    /// <summary>Records an answer to the wait of a step (null = the one that waits). Nothing runs: the run goes on when it is continued.</summary>
    /// <exception cref="IncidentToolsException">RunNotFound, StepUnknown, StepNotWaiting, WaitNotOpen, AnswerInvalid, AnswerMismatch, FieldInvalid, ApproverRefused.</exception>
    public RunbookStep Answer(string run, string? step, AnswerKind kind, StepAnswer answer)
    {
        var row = Row(run);
        _people.Answer(row, step, kind, answer);
        return Step(row.Run, step);
    }

    /// <summary>Records that a step is left out. Nothing runs.</summary>
    /// <exception cref="IncidentToolsException">RunNotFound, StepUnknown, SkipRefused.</exception>
    public RunbookStep Skip(string run, string step, string reason)
    {
        var row = Row(run);
        _people.Skip(row, step, reason);
        return Step(row.Run, step);
    }

    /// <summary>Cancels: a live runner is asked to, else this session does it, cleanup included.</summary>
    public async Task<RunbookRun> CancelAsync(string run, string? reason, CancellationToken cancellation)
    {
        var row = Row(run);
        if (!row.IsOpen) return Public(row);
        _people.Cancel(row, reason);
        var result = await ContinueAsync(row.Run, new RunOptions(), cancellation).ConfigureAwait(false);
        return result.ExitCode == 5 ? await WaitAsync(row.Run, TimeSpan.FromSeconds(10), cancellation).ConfigureAwait(false) : result;
    }

    /// <summary>Takes a step back that succeeded, also after the run ended: by its own undo, else by its action's.</summary>
    /// <exception cref="IncidentToolsException">RunNotFound, StepUnknown, UndoRefused, RunHeld, WorkspaceNotTrusted.</exception>
    public async Task<RunbookStep> UndoAsync(string run, string step, CancellationToken cancellation)
    {
        var row = Row(run);
        using var lease = RunLease.Take(Store.Leases, row.Run, Owner(), _parts.Time, out var holder) ?? throw Errors.RunHeld(row.Run, holder);
        var writer = new RunWriter(_parts.Journal, row.Stream, RunWriter.Fold(_parts.Journal, row.Stream, row.Run), _parts.Time, _parts.Actor) { Fence = lease.Fence };
        var book = BookOf(writer.State);
        _starter.RequireTrust(book);
        await new StepUndo(Session(writer, row.Stream, book, new RunOptions())).RunAsync(step, cancellation).ConfigureAwait(false);
        return Step(row.Run, step);
    }

    /// <summary>Waits as long as somebody drives it, at most the time given; returns it as it is then.</summary>
    public async Task<RunbookRun> WaitAsync(string run, TimeSpan? timeout, CancellationToken cancellation)
    {
        var until = timeout is { } limit ? _parts.Time.GetUtcNow() + limit : DateTimeOffset.MaxValue;
        while (true)
        {
            var now = Get(run);
            if (now.Holder is null || _parts.Time.GetUtcNow() >= until) return now;
            await Task.Delay(TimeSpan.FromMilliseconds(250), _parts.Time, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<RunbookRun> DriveAsync(RunWriter writer, string stream, RunLease lease, RunbookDefinition book, RunOptions options, CancellationToken cancellation)
    {
        var run = writer.State.Run;
        var session = Session(writer, stream, book, options);
        try
        {
            await new RunDriver(session, lease, name => Bound(writer.State, "template:" + name), (said, step) => Take(run, step, said)).DriveAsync(cancellation).ConfigureAwait(false);
        }
        catch (IncidentToolsException error) when (error.ErrorId == "LeaseLost") { return Row(run).ToPublic(RunLease.Holder(Store.Leases, run, _parts.Host, _parts.Time.GetUtcNow())?.ToString(), exitCode: 5); }
        catch (OperationCanceledException) when (lease.Lost.IsCancellationRequested) { return Row(run).ToPublic(RunLease.Holder(Store.Leases, run, _parts.Host, _parts.Time.GetUtcNow())?.ToString(), exitCode: 5); }
        return Row(run).ToPublic(null);
    }

    private RunSession Session(RunWriter writer, string stream, RunbookDefinition book, RunOptions options) =>
        new(_parts, stream, writer, new BookIndex(book), options, new StepEffects(_parts, file => Bound(writer.State, "file:" + file)!));

    /// <summary>The answer of the person at this session; an answer that is refused is not taken, and the run parks.</summary>
    private bool Take(string run, string step, StepAnswer said)
    {
        var kind = Step(run, step).WaitReason switch { "Approval" when said.Answer == "Deny" => AnswerKind.Deny, "Approval" => AnswerKind.Approve, "InDoubt" => AnswerKind.Settle, _ => AnswerKind.Complete };
        _people.Answer(Row(run), step, kind, said);
        return true;
    }

    /// <summary>Nothing to do here before somebody answers or a time comes.</summary>
    private bool IsIdle(RunState state, RunOptions options)
    {
        if (options.Ask is not null || state.Cancel is not null || state.Current is not { Wait: { IsSettled: false } wait, IsFinished: false } current || state.SkipReason(current.Step) is not null) return false;
        return wait.Opened.DueAt is not { } due || due > _parts.Time.GetUtcNow() + (wait.Opened.Kind == "Timer" ? options.Patience : TimeSpan.Zero);
    }

    /// <summary>Holds the runbook and service while a run of them begins, and refuses when one is open.</summary>
    private RunLease? Alone(RunStart start)
    {
        if (start.Book.Concurrency == "allow") return null;
        var service = start.Started.Service.GetValueOrDefault("id") as string;
        var door = RunLease.Take(Store.Leases, $"start/{start.Book.Id}/{service}", Owner(), _parts.Time, out _);
        var other = Store.Query(RunProjection.Instance, new ProjectionQuery().Where("runbook", start.Book.Id)).FirstOrDefault(row => row.IsOpen && row.Service == service);
        if (door is not null && other is null) return door;
        door?.Dispose();
        throw Errors.RunForbidden(start.Book.Id, service, other?.Run ?? "another session starts it now");
    }

    private RunbookStep Step(string run, string? step) => Steps(run) is var steps && step is null
        ? steps.LastOrDefault(item => item.Visit > 0) ?? steps[0] : steps.LastOrDefault(item => item.Step == step && item.Visit > 0) ?? steps.First(item => item.Step == step);

    private RunbookRun Public(RunRow row) => row.ToPublic(row.IsOpen ? RunLease.Holder(Store.Leases, row.Run, _parts.Host, _parts.Time.GetUtcNow())?.ToString() : null);
    private RunRow Row(string run) => Find(run.Trim().ToUpperInvariant()) ?? throw Errors.RunNotFound(run);
    private RunRow? Find(string run) => Store.Find(RunProjection.Instance, run);
    private RunOwner Owner() => RunOwner.Me(_parts.Actor.Id, _parts.Host, Foundation.Uuid7.New(_parts.Time.GetUtcNow()), _parts.Time.GetUtcNow());

    private RunbookDefinition BookOf(RunState state) => _parts.Read(state.Started!.Runbook + ".yaml", Store.Content(state.Source) ?? throw Errors.ContentMissing(state.Run, state.Source));

    private string? Bound(RunState state, string name) => state.Bound.TryGetValue(name, out var hash)
        ? Encoding.UTF8.GetString(Store.Content(hash) ?? throw Errors.ContentMissing(state.Run, hash)) : null;

    /// <summary>Short enough to be read aloud: R- and eight letters or digits that are not mistaken for each other. The same key gives the same run.</summary>
    private static string NewId(RunRequest request)
    {
        const string Letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        var bytes = request.Key is { } key ? SHA256.HashData(Encoding.UTF8.GetBytes($"{request.Incident}\0{request.Runbook}\0{key}")) : RandomNumberGenerator.GetBytes(8);
        return "R-" + string.Concat(bytes.Take(8).Select(value => Letters[value % 32]));
    }
}
