using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Runbooks;
using Microsoft.Extensions.Time.Testing;

namespace IncidentTools.Engine.Tests.Semantics;

/// <summary>What an effect does at each attempt, as the case says; the last word holds for all later ones. Everything done is written down in order.</summary>
internal sealed class EffectScript(FakeTimeProvider time, SemanticCase of)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _turns = [];
    private readonly Dictionary<string, string[]> _effects = new(of.Map("effects")), _checks = new(of.Map("checks")), _undo = new(of.Map("undo"));
    private readonly Dictionary<string, TaskCompletionSource> _signals = [];
    private readonly List<string> _log = [];

    /// <summary>What another session does while an effect works.</summary>
    public Action<string> Meanwhile { get; set; } = _ => { };
    public IReadOnlyList<string> Log { get { lock (_gate) return [.. _log]; } }
    public string Least(string what) => of.Map("least").TryGetValue(what, out var words) ? words[0] : "None";
    public bool CanUndo(string what) => Word(_undo, what, "undo", peek: true) != "none";

    /// <summary>From here on it does something else.</summary>
    public void Change(string kind, string what, string[] words)
    {
        lock (_gate)
        {
            (kind == "check" ? _checks : kind == "undo" ? _undo : _effects)[what] = words;
            _turns.Remove(kind + what);
        }
    }

    /// <summary>Something came to pass that an effect may wait for.</summary>
    public void Signal(string name) => Of(name).TrySetResult();

    private TaskCompletionSource Of(string name)
    {
        lock (_gate) return _signals.TryGetValue(name, out var known) ? known : _signals[name] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private string Word(Dictionary<string, string[]> of, string what, string kind, bool peek = false)
    {
        lock (_gate)
        {
            if (!of.TryGetValue(what, out var words)) return kind == "check" ? "real" : "ok";
            var turn = _turns.GetValueOrDefault(kind + what);
            if (!peek) _turns[kind + what] = turn + 1;
            return words[Math.Min(turn, words.Length - 1)];
        }
    }

    private void Note(string what) { lock (_gate) _log.Add(what); }

    /// <returns>The deciding word, and what stands after it.</returns>
    public async Task<(string Word, string? Detail)> PlayAsync(string what, string mark, CancellationToken cancellation)
    {
        Note(mark + what);
        Signal("begun " + what);
        var last = ("ok", (string?)null);
        foreach (var part in Word(_effects, what, "effect").Split(';', StringSplitOptions.TrimEntries))
        {
            var (word, rest) = part.Split(' ', 2) is [var first, var second] ? (first, second) : (part, null);
            switch (word)
            {
                case "takes":
                    time.Advance(SemanticCase.Time(rest!));
                    cancellation.ThrowIfCancellationRequested();
                    break;
                case "hangs": await Task.Delay(Timeout.Infinite, cancellation).WaitAsync(Patience, CancellationToken.None); break;
                case "after": await Of(rest!).Task.WaitAsync(Patience, CancellationToken.None); break;
                case "meets": await Of("begun " + rest).Task.WaitAsync(Patience, CancellationToken.None); break;
                case "meanwhile": Meanwhile(rest!); break;
                case "throws": throw new InvalidOperationException(rest ?? "a defect");
                default: last = (word, rest); break;
            }
        }
        return last;
    }

    public CheckState Check(string what)
    {
        Note("?" + what);
        return Word(_checks, what, "check") switch
        {
            // what a look at the real thing would find: the effect took place once it was begun
            "real" => Log.Contains(what) ? CheckState.Done : CheckState.NotDone,
            "throws" => throw new InvalidOperationException("the check is broken"),
            var word => Enum.Parse<CheckState>(word),
        };
    }

    public ActionResult Undo(string what)
    {
        Note("-" + what);
        return Word(_undo, what, "undo") switch
        {
            "ok" => new ActionResult(ActionOutcome.Succeeded, $"took {what} back"),
            "doubt" => new ActionResult(ActionOutcome.InDoubt, "the line went dead") { Error = "Lost" },
            _ => new ActionResult(ActionOutcome.Failed, "it did not go") { Error = "Broke" },
        };
    }

    public static ObjectShape Parameters { get; } = new("the case's arguments", Shapes.Required("what", Shapes.Text, "what it is called in the case"), Shapes.Optional("n", Shapes.Int, "a number"), Shapes.Optional("word", Shapes.Text, "a text"));
}

/// <summary><c>action.do</c>.</summary>
internal sealed class ScriptedAction(EffectScript script) : IAction
{
    public string Name => "action.do";
    public string Summary => "Does what the case says";
    public ObjectShape Parameters => EffectScript.Parameters;
    public StepImpact Impact(Arguments with) => Enum.Parse<StepImpact>(script.Least(with.Text("what")), ignoreCase: true);
    public ActionPlan Plan(Arguments with) => new(with.Text("what"), "does it", [$"do {with.Text("what")} {with.TextOrNull("word")}"], script.CanUndo(with.Text("what")) ? "undoes it" : null);
    public Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Task.FromResult(with.TextOrNull("word") == "impossible" ? "it cannot be done" : null);

    public async Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        var (word, rest) = await script.PlayAsync(with.Text("what"), "", cancellation);
        return word switch
        {
            "ok" => new ActionResult(ActionOutcome.Succeeded, "") { Value = rest is null ? null : SemanticCase.Scalar(rest), UndoData = new Dictionary<string, object?> { ["what"] = with.Text("what") } },
            "doubt" => new ActionResult(ActionOutcome.InDoubt, "the line went dead") { Error = "Lost" },
            _ => new ActionResult(ActionOutcome.Failed, "it did not go") { Error = rest ?? "Broke" },
        };
    }

    public Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Task.FromResult(new CheckResult(script.Check(with.Text("what")), "looked"));
    public bool CanUndo(Arguments with) => script.CanUndo(with.Text("what"));
    public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation) => Task.FromResult(script.Undo(with.Text("what")));
}

/// <summary><c>probe.look</c>.</summary>
internal sealed class ScriptedProbe(EffectScript script) : IProbe
{
    public string Name => "probe.look";
    public string Summary => "Looks";
    public ObjectShape Parameters => EffectScript.Parameters;

    public async Task<ProbeResult> CheckAsync(Arguments with, ProbeContext context, CancellationToken cancellation)
    {
        var (word, rest) = await script.PlayAsync(with.Text("what"), "~", cancellation);
        return word switch
        {
            "ok" => new ProbeResult(ProbeStatus.Pass, "fine") { Value = rest is null ? null : SemanticCase.Scalar(rest) },
            "warn" => new ProbeResult(ProbeStatus.Warn, "not so fine"),
            "error" => ProbeResult.CouldNotCheck(rest ?? "Unreachable", "nothing was seen"),
            _ => new ProbeResult(ProbeStatus.Fail, "not fine") { Error = rest ?? "Refused" },
        };
    }
}
