using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Tests.Execution.RunWorld;

namespace IncidentTools.Engine.Tests.Execution;

/// <summary>An answer reaches the question it was given to, or nothing.</summary>
public sealed class AnswerAddressTests : IDisposable
{
    private readonly RunWorld _world = new();
    private readonly RunService _runs;
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    public AnswerAddressTests() => _runs = _world.Open().Runs;
    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task An_approval_read_before_the_plan_changed_does_not_approve_the_new_one()
    {
        _world.Action.Least = StepImpact.High;
        var text = "web-1";
        _world.Add(Book(Step("a", "action.count", ("text", _world.Expressions.Value("$service.unit", _ => text)))));
        var run = (await _runs.StartAsync(Request("book", incident: "INC-1"), new RunOptions(), _token)).Run;
        var seen = _runs.Steps(run)[0];
        var bob = _world.Open("bob").Runs;
        text = "web-2";
        bob.Answer(run, null, AnswerKind.Approve, Say()); // of web-1: the next look finds another plan and asks again
        await _runs.ContinueAsync(run, new RunOptions(), _token);
        Assert.NotEqual(seen.Wait, _runs.Steps(run)[0].Wait);
        Assert.Equal("WaitNotOpen", Assert.Throws<IncidentToolsException>(() => bob.Answer(run, "a", AnswerKind.Approve, Say() with { Wait = seen.Wait })).ErrorId);
        bob.Answer(run, "a", AnswerKind.Approve, Say() with { Wait = _runs.Steps(run)[0].Wait });
        Assert.Equal("Succeeded", (await _runs.ContinueAsync(run, new RunOptions(), _token)).State);
        Assert.Equal("web-2", _world.Action.Seen);
    }

    [Fact]
    public async Task An_answer_that_is_refused_at_the_prompt_is_asked_for_again()
    {
        _world.Add(Book(Step("q", "ask", ("question", "How many?"), ("type", "int"))));
        var answers = new Queue<string?>(["many", "3"]);
        var refused = new List<string>();
        var options = new RunOptions { Ask = (_, _) => Task.FromResult(answers.Dequeue() is { } text ? Say(text) : null), Refused = (step, error) => refused.Add($"{step.Step} {error.ErrorId}") };
        var run = await _runs.StartAsync(Request("book"), options, _token);
        Assert.Equal(("Succeeded", 3L), (run.State, _runs.Steps(run.Run)[0].Value));
        Assert.Equal(["q FieldInvalid"], refused);
    }

    [Fact]
    public async Task Whoever_leaves_after_a_refusal_leaves_the_run_waiting()
    {
        _world.Add(Book(Step("q", "ask", ("question", "How many?"), ("type", "int"))));
        var answers = new Queue<string?>(["many", null]);
        var run = await _runs.StartAsync(Request("book"), new RunOptions { Ask = (_, _) => Task.FromResult(answers.Dequeue() is { } text ? Say(text) : null), Refused = (_, _) => { } }, _token);
        Assert.Equal(("Waiting", "Answer"), (run.State, run.WaitReason));
    }

    [Fact]
    public async Task What_is_answered_elsewhere_while_a_prompt_stands_is_not_asked_again()
    {
        _world.Add(Book(Step("m", "manual", ("instruction", "Look"))));
        var elsewhere = _world.Open("bob").Runs;
        var asked = 0;
        var options = new RunOptions
        {
            Ask = (step, _) =>
            {
                asked++;
                elsewhere.Answer(step.Run!, null, AnswerKind.Complete, Say("Done"));
                return Task.FromResult<StepAnswer?>(Say("Done"));
            },
            Refused = (_, error) => Assert.Equal("WaitNotOpen", error.ErrorId),
        };
        Assert.Equal("Succeeded", (await _runs.StartAsync(Request("book"), options, _token)).State);
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task Waiting_for_a_run_ends_when_nobody_drives_it()
    {
        _world.Add(Book(Step("m", "manual", ("instruction", "Look"))));
        var run = await _runs.StartAsync(Request("book"), new RunOptions(), _token);
        Assert.Equal("Waiting", (await _runs.WaitAsync(run.Run, null, _token)).State);
        _runs.Answer(run.Run, null, AnswerKind.Complete, Say("Done"));
        Assert.Equal("Waiting", (await _runs.WaitAsync(run.Run, null, _token)).State); // answered, and left by everybody
    }
}
