using System.Security.Cryptography;
using System.Text;
using IncidentTools.Engine.Journal;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>Runs of runbooks: start, drive, answer, cancel, look.</summary>
public sealed class RunService
{
    private readonly RunParts _parts;
    private readonly RunReader _reader;
    private readonly RunPeople _people;
    private readonly RunStarter _starter;
    private readonly RunDoor _door;

    public RunService(RunParts parts)
    {
        _parts = parts;
        _reader = new RunReader(parts);
        _people = new RunPeople(parts, _reader.BooksOf);
        _starter = new RunStarter(parts);
        _door = new RunDoor(parts, Owner);
    }

    private IJournalStore Store => _parts.Journal.Store;

    /// <summary>The same runner over results that a file gives.</summary>
    public Simulation.RehearsalService Rehearsals => new(_parts);

    /// <summary>Starts a run, durably, and drives it until it ends or waits.</summary>
    /// <exception cref="IncidentToolsException">RunbookNotFound, RunbookInvalid, ParameterInvalid, RequirementMissing, IncidentNotFound, ServiceNotFound, WorkspaceNotTrusted, RunForbidden, IdempotencyKeyReused.</exception>
    public async Task<RunbookRun> StartAsync(RunRequest request, RunOptions options, CancellationToken cancellation)
    {
        var id = NewId(request);
        if (request.Key is not null && _reader.Find(id) is { } earlier) return await ContinueAsync(earlier.Run, options, cancellation).ConfigureAwait(false);
        var start = _starter.Prepare(request, id);
        var books = _starter.WithChildren(start.Book);
        var isExercise = start.Started.Exercise is not null;
        if (!isExercise) _starter.RequireTrust(books);
        _starter.Require(books, isExercise);
        var stream = isExercise ? Simulation.Exercise.NewStream(_parts.Time.GetUtcNow()) : start.Started.Incident ?? "$run-" + id;
        using var lease = RunLease.Take(Store.Leases, id, Owner(), _parts.Time, out _) ?? throw Errors.RunForbidden(start.Book.Id, null, id);
        var writer = new RunWriter(_parts.Journal, stream, new RunState(id) { Seq = Store.Head(stream).Seq }, _parts.Time, _parts.Actor) { Fence = lease.Fence };
        using (_door.Enter(start, out var behind))
        {
            writer.Emit(start.Started);
            if (behind is not null) writer.Emit(new RunQueued(id, behind));
            writer.Flush(start.Contents);
        }
        return writer.State.IsQueued ? Get(id) : await DriveAsync(writer, stream, lease, start.Book, options, cancellation).ConfigureAwait(false);
    }

    /// <summary>Takes a run up where the journal left it. A run that ended, that is queued behind others or that another session holds is returned as it is.</summary>
    /// <exception cref="IncidentToolsException">RunNotFound, WorkspaceNotTrusted, ChangeRefused.</exception>
    public async Task<RunbookRun> ContinueAsync(string run, RunOptions options, CancellationToken cancellation)
    {
        var row = _reader.Row(run);
        if (!row.IsOpen && !options.RetryFailed) return row.ToPublic(null);
        var idle = _reader.Fold(row);
        if (options.RetryFailed) RunRetry.Check(idle, _reader.BooksOf(idle));
        if (!options.AcceptChange && RunRest.Is(idle, _reader.BooksOf(idle), options, _parts.Time.GetUtcNow())) return Get(row.Run);
        using var door = idle.IsQueued && idle.Cancel is null ? _door.Take(row.Runbook, row.Service) : null;
        if (idle.IsQueued && idle.Cancel is null && (door is null || !_door.IsNext(row))) return Get(row.Run);
        if (idle.Started!.Exercise is null) _starter.RequireTrust(_reader.AllOf(idle));
        using var lease = RunLease.Take(Store.Leases, row.Run, Owner(), _parts.Time, out var holder);
        if (lease is null) return row.ToPublic(holder, exitCode: 5);
        // read on under the lease: whoever held it until now may have written
        var writer = new RunWriter(_parts.Journal, row.Stream, idle, _parts.Time, _parts.Actor) { Fence = lease.Fence };
        writer.Refresh();
        if (writer.State.Ended is not null && !options.RetryFailed) return Get(row.Run);
        var book = _reader.BookOf(writer.State);
        writer.Emit(new RunLeased(row.Run, lease.Epoch));
        IReadOnlyList<byte[]> contents = [];
        if (options.RetryFailed) RunRetry.Reopen(writer, _reader.BooksOf(writer.State));
        if (options.AcceptChange) (book, contents) = new RunAdoption(_parts, _starter).Adopt(writer, book);
        writer.Flush(contents);
        door?.Dispose();
        await _parts.Deliver(row.Stream, cancellation).ConfigureAwait(false);
        return await DriveAsync(writer, row.Stream, lease, book, options, cancellation).ConfigureAwait(false);
    }

    /// <summary>What a run would do, step by step; starts nothing.</summary>
    public IReadOnlyList<RunbookStep> Plan(RunRequest request) => new RunPlanner(_parts).Plan(_starter.Prepare(request, "R-PLANNED"));

    /// <summary>The newest text of a version of a runbook that a run here was bound to; null when none was.</summary>
    public byte[]? SourceOf(string runbook, string version) => Store.Query(RunProjection.Instance, new ProjectionQuery().Where("runbook", runbook).Order("started", descending: true))
        .Where(row => row.Version == version).Select(row => Store.Content(RunWriter.Fold(_parts.Journal, row.Stream, row.Run).Source)).FirstOrDefault(source => source is not null);

    /// <exception cref="IncidentToolsException">RunNotFound.</exception>
    public RunbookRun Get(string run) => _reader.Public(_reader.Row(run));

    /// <inheritdoc cref="RunReader.List"/>
    public IReadOnlyList<RunbookRun> List(string? incident, string? state, string? runbook, bool exercises = false) => _reader.List(incident, state, runbook, exercises);

    /// <summary>Every visit in order, then the steps not reached, as Pending.</summary>
    public IReadOnlyList<RunbookStep> Steps(string run) => _reader.Steps(_reader.Row(run));

    /// <summary>Records an answer to the wait of a step (null = the one that waits). Nothing runs: the run goes on when it is continued.</summary>
    /// <exception cref="IncidentToolsException">RunNotFound, StepUnknown, StepAmbiguous, StepNotWaiting, WaitNotOpen, AnswerInvalid, AnswerMismatch, FieldInvalid, ApproverRefused.</exception>
    public RunbookStep Answer(string run, string? step, AnswerKind kind, StepAnswer answer)
    {
        var row = _reader.Row(run);
        return _reader.Step(row, _people.Answer(row, step, kind, answer));
    }

    /// <summary>Records that a step was done by hand; it succeeds by that when the run comes to it. Nothing runs.</summary>
    /// <exception cref="IncidentToolsException">RunNotFound, StepUnknown, StepDoneRefused.</exception>
    public RunbookStep ByHand(string run, string step, StepAnswer answer)
    {
        var row = _reader.Row(run);
        _people.ByHand(row, step, answer);
        return _reader.Step(row, step);
    }

    /// <summary>Records something done in the course of the run that its runbook does not foresee.</summary>
    /// <exception cref="IncidentToolsException">RunNotFound, StepDoneRefused.</exception>
    public RunbookStep AdHoc(string run, string title, StepPhase phase, StepAnswer answer)
    {
        var row = _reader.Row(run);
        _people.AdHoc(row, title, phase, answer);
        return _reader.Steps(row).Last(step => step.Uses == "ad hoc");
    }

    /// <summary>Records that a step is left out. Nothing runs.</summary>
    /// <exception cref="IncidentToolsException">RunNotFound, StepUnknown, SkipRefused.</exception>
    public RunbookStep Skip(string run, string step, string reason)
    {
        var row = _reader.Row(run);
        _people.Skip(row, step, reason);
        return _reader.Step(row, step);
    }

    /// <summary>Cancels: a live runner is asked to, else this session does it, cleanup included.</summary>
    /// <param name="rollback">Whether what was done is taken back then.</param>
    public async Task<RunbookRun> CancelAsync(string run, string? reason, bool rollback, CancellationToken cancellation)
    {
        var row = _reader.Row(run);
        if (!row.IsOpen) return _reader.Public(row);
        _people.Cancel(row, reason, rollback);
        var result = await ContinueAsync(row.Run, new RunOptions(), cancellation).ConfigureAwait(false);
        return result.ExitCode == 5 ? await WaitAsync(row.Run, TimeSpan.FromSeconds(10), cancellation).ConfigureAwait(false) : result;
    }

    /// <summary>Asks for the end of a run: whoever drives it next ends it, cleanup included.</summary>
    internal void RequestCancel(string run, string? reason, bool rollback) => _people.Cancel(_reader.Row(run), reason, rollback);

    /// <summary>Takes a step back that succeeded, also after the run ended: by its own undo, else by its action's.</summary>
    /// <exception cref="IncidentToolsException">RunNotFound, StepUnknown, UndoRefused, RunHeld, WorkspaceNotTrusted.</exception>
    public async Task<RunbookStep> UndoAsync(string run, string step, CancellationToken cancellation)
    {
        var row = _reader.Row(run);
        using var lease = RunLease.Take(Store.Leases, row.Run, Owner(), _parts.Time, out var holder) ?? throw Errors.RunHeld(row.Run, holder);
        var writer = new RunWriter(_parts.Journal, row.Stream, _reader.Fold(row), _parts.Time, _parts.Actor) { Fence = lease.Fence };
        var book = _reader.BookOf(writer.State);
        _starter.RequireTrust(_reader.AllOf(writer.State));
        using var session = Session(writer, row.Stream, book, new RunOptions());
        await new StepUndo(session).RunAsync(step, cancellation).ConfigureAwait(false);
        return _reader.Step(row, step);
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
        using var session = Session(writer, stream, book, options);
        try
        {
            await new RunDriver(session, lease, name => _reader.Bound(writer.State, "template:" + name), (said, instance) => Take(run, instance, said)).DriveAsync(cancellation).ConfigureAwait(false);
        }
        catch (IncidentToolsException error) when (error.ErrorId == "LeaseLost") { return _reader.Row(run).ToPublic(_reader.Holder(run), exitCode: 5); }
        catch (OperationCanceledException) when (lease.Lost.IsCancellationRequested) { return _reader.Row(run).ToPublic(_reader.Holder(run), exitCode: 5); }
        return _reader.Row(run).ToPublic(null);
    }

    private RunSession Session(RunWriter writer, string stream, RunbookDefinition book, RunOptions options)
    {
        var books = _reader.BooksOf(writer.State).With(new BookIndex(book));
        var parts = Simulation.Exercise.Parts(_parts, writer.State, books, options);
        return new RunSession(parts, stream, writer, books, options, new StepEffects(parts, file => _reader.Bound(writer.State, "file:" + file)!));
    }

    /// <summary>The answer of the person at this session; an answer that is refused is not taken.</summary>
    private void Take(string run, StepInstance instance, StepAnswer said)
    {
        var kind = instance.Wait!.Opened.Kind switch { "Approval" when said.Answer == "Deny" => AnswerKind.Deny, "Approval" => AnswerKind.Approve, "InDoubt" => AnswerKind.Settle, _ => AnswerKind.Complete };
        _people.Answer(_reader.Row(run), instance.Path, kind, said);
    }

    private RunOwner Owner() => RunOwner.Me(_parts.Actor.Id, _parts.Host, Foundation.Uuid7.New(_parts.Time.GetUtcNow()), _parts.Time.GetUtcNow());

    /// <summary>Short enough to be read aloud: R- and eight letters or digits that are not mistaken for each other. The same key gives the same run.</summary>
    private static string NewId(RunRequest request)
    {
        const string Letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        var bytes = request.Key is { } key ? SHA256.HashData(Encoding.UTF8.GetBytes($"{request.Incident}\0{request.Runbook}\0{key}")) : RandomNumberGenerator.GetBytes(8);
        return "R-" + string.Concat(bytes.Take(8).Select(value => Letters[value % 32]));
    }
}
