using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Tests.Execution.RunWorld;

namespace IncidentTools.Engine.Tests.Execution;

/// <summary>Approvals, and attempts in doubt: what a person has to say before a run goes on.</summary>
public sealed partial class RunDriverTests
{
    [Fact]
    public async Task High_impact_waits_for_other_eyes_and_the_approval_is_for_what_was_shown()
    {
        _world.Action.Least = StepImpact.High;
        var text = "web-1";
        var run = await StartInIncident(Step("a", "action.count", ("text", _world.Expressions.Value("$service.unit", _ => text))));
        Assert.Equal(("Waiting", "Approval", 3), (run.State, run.WaitReason, run.ExitCode));
        Assert.Contains("count web-1", run.Message, StringComparison.Ordinal);
        Assert.Equal("ApproverRefused", Refused(() => _runs.Answer(run.Run, "a", AnswerKind.Approve, Say())));
        Assert.Equal("AnswerMismatch", Refused(() => _runs.Answer(run.Run, "a", AnswerKind.Complete, Say("Done"))));
        var bob = _world.Open("bob").Runs;
        bob.Answer(run.Run, null, AnswerKind.Approve, Say(note: "go"));
        text = "web-2"; // somebody changed what it would act on
        Assert.Equal("Approval", (await Go(run)).WaitReason);
        Assert.Equal(0, _world.Action.Count);
        bob.Answer(run.Run, null, AnswerKind.Approve, Say());
        Assert.Equal(("Succeeded", 1, "web-2"), ((await Go(run)).State, _world.Action.Count, _world.Action.Seen));
    }

    [Fact]
    public async Task An_approval_covers_every_attempt_of_its_visit()
    {
        _world.Action.Least = StepImpact.High;
        _world.Action.Does = _ => Task.FromResult(new ActionResult(_world.Action.Count < 2 ? ActionOutcome.Failed : ActionOutcome.Succeeded, "") { Error = "Refused" });
        var run = await StartInIncident(Step("a", "action.count") with { Attempts = 2, Idempotent = true, Retry = new(TimeSpan.Zero, 1, TimeSpan.Zero, 0) });
        _world.Open("bob").Runs.Answer(run.Run, null, AnswerKind.Approve, Say());
        Assert.Equal(("Succeeded", 2), ((await Go(run)).State, _world.Action.Count));
    }

    [Theory]
    [InlineData(true), InlineData(false)]
    public async Task A_denial_and_an_expiry_end_the_run_by_their_names_and_nothing_is_done(bool denied)
    {
        _world.Action.Least = StepImpact.High;
        var run = await StartInIncident(Step("a", "action.count"));
        if (denied) _runs.Answer(run.Run, null, AnswerKind.Deny, Say(note: "not now")); // the requester too may deny
        else _world.Time.Advance(TimeSpan.FromMinutes(30));
        run = await Go(run);
        Assert.Equal((denied ? "Rejected" : "TimedOut", 1, 0), (run.State, run.ExitCode, _world.Action.Count));
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public async Task Where_nobody_could_approve_a_sole_operator_may_with_a_reason_and_only_there(bool incident)
    {
        _world.SoleOperator = true;
        _world.Action.Least = StepImpact.High;
        var run = incident ? await StartInIncident(Step("a", "action.count")) : await Start(Step("a", "action.count"));
        Assert.Equal("ApproverRefused", Refused(() => _runs.Answer(run.Run, null, AnswerKind.Approve, Say())));
        if (incident)
        {
            // bob is the commander: somebody could be asked
            Assert.Equal("ApproverRefused", Refused(() => _runs.Answer(run.Run, null, AnswerKind.Approve, Say(sole: "alone"))));
            return;
        }
        _runs.Answer(run.Run, null, AnswerKind.Approve, Say(sole: "nobody else is awake"));
        Assert.Equal("Succeeded", (await Go(run)).State);
        Assert.Equal("nobody else is awake", _world.Entries(run.Run).Select(entry => entry.Data).OfType<WaitAnswered>().Single().Sole);
    }

    [Fact]
    public async Task A_policy_that_asks_a_sole_operator_for_no_reason_gets_none_and_that_stands_in_the_journal()
    {
        (_world.SoleOperator, _world.SoleReason) = (true, false);
        _world.Action.Least = StepImpact.High;
        var run = await Start(Step("a", "action.count"));
        _runs.Answer(run.Run, null, AnswerKind.Approve, Say());
        Assert.Equal("Succeeded", (await Go(run)).State);
        Assert.Equal("the policy asks for no reason", _world.Entries(run.Run).Select(entry => entry.Data).OfType<WaitAnswered>().Single().Sole);
    }

    [Theory]
    [InlineData("Done", "Succeeded", 1), InlineData("NotDone", "Succeeded", 2), InlineData("Stop", "Failed", 1)]
    public async Task An_attempt_in_doubt_waits_for_a_person_who_knows(string answer, string result, int count)
    {
        _world.Action.Does = _ => Task.FromResult(_world.Action.Count == 1 ? new ActionResult(ActionOutcome.InDoubt, "the line went dead") { Error = "Timeout" } : new ActionResult(ActionOutcome.Succeeded, ""));
        var run = await Start(Step("a", "action.count"));
        Assert.Equal(("Waiting", "InDoubt", 4), (run.State, run.WaitReason, run.ExitCode));
        Assert.Equal("InDoubt", _runs.Steps(run.Run)[0].State);
        Assert.Equal("AnswerInvalid", Refused(() => _runs.Answer(run.Run, null, AnswerKind.Settle, Say("Maybe"))));
        Assert.Equal("SkipRefused", Refused(() => _runs.Skip(run.Run, "a", "do not care")));
        _runs.Answer(run.Run, null, AnswerKind.Settle, Say(answer));
        run = await Go(run);
        Assert.Equal((result, count), (run.State, _world.Action.Count));
    }

    [Theory]
    [InlineData(CheckState.Done, "Succeeded", 1), InlineData(CheckState.NotDone, "Succeeded", 2)]
    public async Task A_check_settles_what_it_can(CheckState check, string result, int count)
    {
        _world.Action.Checks = check;
        _world.Action.Does = _ => Task.FromResult(_world.Action.Count == 1 ? new ActionResult(ActionOutcome.InDoubt, "") { Error = "Timeout" } : new ActionResult(ActionOutcome.Succeeded, ""));
        var run = await Start(Step("a", "action.count"));
        Assert.Equal((result, count), (run.State, _world.Action.Count));
    }

    [Fact]
    public async Task A_check_by_probe_knows_done_from_not_done_and_an_error_is_neither()
    {
        var use = new UseDefinition("probe.count", new Dictionary<string, object?>(), SourceSpan.None);
        _world.Action.Does = _ => Task.FromResult(new ActionResult(ActionOutcome.InDoubt, "") { Error = "Timeout" });
        _world.Probe.Result = _ => ProbeResult.CouldNotCheck("Timeout", "no answer");
        var run = await Start(Step("a", "action.count") with { Check = use });
        Assert.Equal("InDoubt", run.WaitReason);
    }

    [Fact]
    public async Task A_precondition_that_is_not_met_refuses_before_the_intent()
    {
        _world.Action.Against = "the configuration test failed";
        var run = await Start(Step("a", "action.count"));
        Assert.Equal(("Failed", "PreconditionFailed", 0), (run.State, _runs.Steps(run.Run)[0].Error, _world.Action.Count));
    }

    [Fact]
    public async Task What_raised_an_impact_is_asked_and_recorded_with_the_intent()
    {
        using var world = new RunWorld();
        world.Action.Least = StepImpact.High;
        world.Add(RunWorld.Book(RunWorld.Step("act", "action.count") with { Impact = StepImpact.Low, Approval = new ApprovalDefinition([], 1, false, null, null) }));
        var (runs, _) = world.Open();
        var run = await runs.StartAsync(RunWorld.Request("book"), new RunOptions(), default);
        Assert.Contains("high impact, raised from low: action.count", runs.Steps(run.Run)[0].Prompt, StringComparison.Ordinal);
        runs.Answer(run.Run, "act", AnswerKind.Approve, RunWorld.Say());
        await runs.ContinueAsync(run.Run, new RunOptions(), default);
        var intended = Assert.Single(world.Entries(run.Run).Select(entry => entry.Data).OfType<StepIntended>());
        Assert.Equal("high", intended.Impact);
        Assert.Contains("action.count", Assert.Single(intended.ImpactReasons!), StringComparison.Ordinal);
    }
}
