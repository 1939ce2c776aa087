using System.Globalization;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Journal;
using IncidentTools.Engine.Tests.Execution;

namespace IncidentTools.Engine.Tests.Semantics;

/// <summary>Plays a case: one move after another, each by a session of whoever makes it.</summary>
/// <param name="dieAt">At which append of ana's first session her machine dies.</param>
internal sealed class SemanticPlay(SemanticCase of, int dieAt = int.MaxValue, bool dieAfter = false) : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);
    private readonly List<string> _runs = [];
    private string? _run;
    private int _started;
    private bool IsFatal => dieAt != int.MaxValue;

    public SemanticWorld World { get; } = new(of);
    public List<string> Wrong { get; } = [];
    public int Appends { get; private set; }
    public bool HasRun => _run is not null;
    public string Run => _run ?? throw new InvalidDataException("no run was started");

    public void Play()
    {
        World.Script.Meanwhile = move => Move(move, "zoe");
        World.Put("book", of.Runbook);
        var store = World.Mortal("ana", dieAt, dieAfter).Store;
        foreach (var move in of.List("moves")) Move(move, "ana");
        Appends = store.Appends;
    }

    /// <summary>A move, and behind <c>-></c> words that must all be true of the run then, or the error that refuses it.</summary>
    private void Move(string line, string by)
    {
        var (text, expected) = line.Split("->", 2, StringSplitOptions.TrimEntries) is [var move, var words] ? (move, words) : (line.Trim(), null);
        IReadOnlyList<string> came;
        try { came = Again(text, by); }
        catch (IncidentToolsException error) when (expected is not null || IsFatal) { came = [error.ErrorId]; }
        if (expected is null || IsFatal) return;
        if (expected.Split(' ').Except(came).ToList() is { Count: > 0 } missing) Wrong.Add($"move '{line}': expected {string.Join(' ', missing)}, came {string.Join(' ', came)}");
    }

    /// <summary>Whoever's machine died does the same once more on another.</summary>
    private IReadOnlyList<string> Again(string text, string by)
    {
        try { return Make(text, by); }
        catch (PowerFailure) when (IsFatal)
        {
            World.Bury("ana");
            if (text.StartsWith("start", StringComparison.Ordinal)) _started--;
            return Make(text, by);
        }
    }

    private IReadOnlyList<string> Make(string text, string by)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToList();
        if (words.IndexOf("as") is >= 0 and var at)
        {
            by = words[at + 1];
            words.RemoveRange(at, 2);
        }
        var runs = World.Session(by);
        switch (words)
        {
            case ["start", .. var more]: return Start(runs, more);
            case ["resume", .. var more]: return Tell(Wait(() => runs.ContinueAsync(Run, Options(more), default)));
            case ["advance", var time]: World.Time.Advance(SemanticCase.Time(time)); return [];
            case ["answer", var step, .. var more]: return Said(runs, step, AnswerKind.Complete, Answer(more));
            case ["approve", .. var more]: return Said(runs, Step(more), AnswerKind.Approve, Answer([.. more.Skip(1)]));
            case ["deny", .. var more]: return Said(runs, Step(more), AnswerKind.Deny, Answer([.. more.Skip(1)]));
            case ["settle", var step, var outcome]: return Said(runs, step, AnswerKind.Settle, Answer([outcome]));
            case ["skip", var step]: return [runs.Skip(Run, step, "not needed").State];
            case ["by", "hand", var step]: return [runs.ByHand(Run, step, Answer([]) with { Note = "done at the console" }).State];
            case ["ad", "hoc", var title]: return [runs.AdHoc(Run, title, Engine.Runbooks.StepPhase.Resolve, Answer([]) with { Note = "done at the console" }).State];
            case ["undo", var step]: return [Wait(() => runs.UndoAsync(Run, step, default)).State];
            case ["cancel", .. var more]: return Tell(Wait(() => runs.CancelAsync(Run, "enough", more is ["rollback"], default)));
            // only the request is recorded: a runner lives and will see it
            case ["request", "cancel", .. var more]: Write(by, new RunCancelRequested(Run, "enough", more is ["rollback"])); return [];
            // recorded by another machine, whose clock and look at the run were its own
            case ["slip", var step, var answer]: Write(by, new WaitAnswered(Run, Waits(step)[^1], answer, null, null, null)); return [];
            case ["steal"]: World.Steal(Run, by); return [];
            case ["forget", var book]: World.Forget(book); return [];
            case ["change", var number]: World.Put("book", of.Changed(int.Parse(number, CultureInfo.InvariantCulture))); return [];
            case ["run", var number]: _run = _runs[int.Parse(number, CultureInfo.InvariantCulture) - 1]; return Tell(runs.Get(Run));
            case ["now", var what, ..]: World.Script.Change("effect", what, [string.Join(' ', words.Skip(2))]); return [];
            case ["found", var what, var state]: World.Script.Change("check", what, [state]); return [];
            case ["unmade", var what, var how]: World.Script.Change("undo", what, [how]); return [];
            case ["signal", .. var name]: World.Script.Signal(string.Join(' ', name)); return [];
            case ["see", ..]: return [.. runs.Steps(Run).Where(step => step.Path.Length > 0).Select(step => $"{step.Path}={step.State}")];
            case ["dies", var when, var number, .. var more]: return Die(by, when == "after", int.Parse(number, CultureInfo.InvariantCulture), string.Join(' ', more));
            case ["at", "once", ..]: return AtOnce(text["at once".Length..].Split('|', StringSplitOptions.TrimEntries));
            default: throw new InvalidDataException($"'{text}' is no move");
        }
    }

    private IReadOnlyList<string> Start(RunService runs, List<string> more)
    {
        // again: by the key of the one before
        if (!more.Contains("again")) _started++;
        var (book, key) = (more is ["of", var other, ..] ? other : "book", $"k{_started}");
        var options = Options([.. more.SkipWhile(word => word != "limit")]);
        var run = Wait(() => runs.StartAsync(new RunRequest(book, more.Contains("incident") ? "INC-1" : null, null, of.Plain("parameters"), key), options, default));
        Known(run.Run);
        return Tell(run);
    }

    private void Known(string run)
    {
        _run = run;
        if (!_runs.Contains(run)) _runs.Add(run);
    }

    private RunOptions Options(List<string> more) => new()
    {
        Patience = of.Text("patience") is { } time ? SemanticCase.Time(time) : TimeSpan.Zero, AcceptChange = more.Contains("accept"), RetryFailed = more is ["retry", "failed", ..],
        StepLimit = more.IndexOf("limit") is >= 0 and var at ? int.Parse(more[at + 1], CultureInfo.InvariantCulture) : null,
        Progress = step =>
        {
            Known(step.Run!);
            World.Script.Signal($"{step.Path} {step.State}");
        },
    };

    private IReadOnlyList<string> Die(string by, bool after, int at, string move)
    {
        World.Mortal(by, at, after);
        try { Make(move, by); }
        catch (PowerFailure)
        {
            World.Bury(by);
            return ["died"];
        }
        return ["lived"];
    }

    private List<string> AtOnce(string[] moves)
    {
        using var barrier = new Barrier(moves.Length);
        var tasks = moves.Select(move => Task.Factory.StartNew(() =>
        {
            barrier.SignalAndWait();
            try { Make(move, "ana"); return "taken"; }
            catch (IncidentToolsException error) { return error.ErrorId; }
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        return [.. Task.WhenAll(tasks).GetAwaiter().GetResult().GroupBy(word => word).Select(group => $"{group.Key}×{group.Count()}")];
    }

    private List<string> Said(RunService runs, string? step, AnswerKind kind, StepAnswer answer) => [runs.Answer(Run, step, kind, answer).State];
    private static string? Step(List<string> more) => more.Count == 0 || more[0] is "sole" ? null : more[0];

    /// <summary>An outcome, then values (name=value), a wait (wait=…) or a sole operator's reason (sole=…).</summary>
    private StepAnswer Answer(List<string> more)
    {
        var pairs = more.Where(word => word.Contains('=', StringComparison.Ordinal)).Select(word => word.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        var values = pairs.Where(pair => pair.Key is not ("sole" or "wait")).ToDictionary(pair => pair.Key, pair => SemanticCase.Scalar(pair.Value));
        return new StepAnswer(more.FirstOrDefault(word => !word.Contains('=', StringComparison.Ordinal)), values, null, pairs.GetValueOrDefault("sole"));
    }

    private static T Wait<T>(Func<Task<T>> drive)
    {
        var task = Task.Run(drive);
        if (!((Task)task).ContinueWith(_ => { }, TaskScheduler.Default).Wait(Longest)) throw new InvalidDataException("the drive hangs");
        return task.GetAwaiter().GetResult();
    }

    private static IReadOnlyList<string> Tell(RunbookRun run) => [run.State, run.WaitReason ?? "-", run.ExitCode.ToString(CultureInfo.InvariantCulture), run.Step ?? "-"];

    private List<string> Waits(string step) => [.. Entries().Select(entry => entry.Data).OfType<WaitOpened>().Where(wait => wait.Path == step || wait.Path.Contains($"/{step}#", StringComparison.Ordinal)).Select(wait => wait.Wait)];

    private void Write(string by, IRunEntry data)
    {
        using var store = World.Store(by);
        new IncidentJournal(store).Append(store.Find(RunProjection.Instance, Run)!.Stream, new EntryDraft(data));
    }

    public RunState Fold()
    {
        var state = new RunState(Run);
        foreach (var entry in Entries()) state.Apply(entry);
        return state;
    }

    public IReadOnlyList<Entry> Entries()
    {
        using var store = World.Store("reader");
        return [.. store.Read(store.Find(RunProjection.Instance, Run)!.Stream).Where(entry => entry.Data is not IRunEntry data || data.Run == Run)];
    }

    public void Dispose() => World.Dispose();
}
