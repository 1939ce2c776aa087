using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Journal;
using static IncidentTools.Engine.Tests.Execution.RunFixture;

namespace IncidentTools.Engine.Tests.Execution;

public sealed class RunStateTests
{
    private static readonly Dictionary<string, string> NoRoles = [];
    private static Answerer Who(string id, string assurance = "os", Dictionary<string, string>? roles = null) => new(new Actor(id, "os", assurance), new HashSet<string> { id }, roles ?? NoRoles);
    private static void Wait(RunFixture run, RunApproval? rule = null, DateTimeOffset? due = null) =>
        run.Write(new WaitOpened(Run, run.Enter("a"), "w1", rule is null ? "Answer" : "Approval", "Go?", rule is null ? ["yes", "no"] : ["Approve", "Deny"], due, rule is null ? null : "plan", rule));
    private static string Refused(RunFixture run, string answer, Answerer who, string? sole = null, string wait = "w1") =>
        Assert.Throws<IncidentToolsException>(() => RunAnswers.Decide(run.State, wait, answer, null, null, sole, who, run.Time.GetUtcNow())).ErrorId;
    private static void Answer(RunFixture run, string answer, string who, string? sole = null) =>
        run.Write(RunAnswers.Decide(run.State, "w1", answer, null, null, sole, Who(who), run.Time.GetUtcNow()), who);

    [Fact]
    public void An_intent_without_a_result_is_open_for_whoever_reads_it()
    {
        using var run = new RunFixture();
        run.Intend(run.Enter("a"), 1);
        var seen = run.Again().Current!;
        Assert.Equal(("plan", 1, false), (seen.Open!.PlanHash, seen.Used, seen.IsFinished));
    }

    [Fact]
    public void An_attempt_without_effect_is_not_used_up_and_numbers_are_never_reused()
    {
        using var run = new RunFixture();
        var path = run.Enter("a");
        run.Intend(path, 1);
        run.Write(new StepAttempted(Run, path, 1, "InDoubt", "Timeout", "", null));
        Assert.NotNull(run.State.Current!.Open);
        run.Write(new StepAttempted(Run, path, 1, "NotDone", null, "", null));
        Assert.Equal((1, 0, true), (run.State.Current!.Attempt, run.State.Current.Used, run.State.Current.Open is null));
        run.Intend(path, 2);
        run.Write(new StepAttempted(Run, path, 2, "Failed", "Refused", "", null));
        Assert.Equal((2, 1), (run.Again().Current!.Attempt, run.Again().Current!.Used));
    }

    [Fact]
    public void An_answer_at_the_due_time_is_late_and_changes_nothing()
    {
        using var run = new RunFixture();
        Wait(run, due: run.Time.GetUtcNow().AddMinutes(5));
        run.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal("WaitNotOpen", Refused(run, "yes", Who("bob")));
        run.Write(new WaitAnswered(Run, "w1", "yes", null, null, null), "bob"); // as recorded by a client whose clock is slow
        Assert.Equal(("Waiting", 0), (run.State.State, run.State.Current!.Wait!.Answers.Count));
    }

    [Fact]
    public void The_first_answer_counts_and_a_second_is_refused()
    {
        using var run = new RunFixture();
        Wait(run);
        Assert.Equal("AnswerInvalid", Refused(run, "maybe", Who("bob")));
        Assert.Equal("WaitNotOpen", Refused(run, "yes", Who("bob"), wait: "w0"));
        Answer(run, "yes", "bob");
        Assert.Equal("WaitNotOpen", Refused(run, "no", Who("cem")));
        run.Write(new WaitAnswered(Run, "w1", "no", null, null, null), "cem");
        Assert.Equal("yes", Assert.Single(run.Again().Current!.Wait!.Answers).Data.Answer);
    }

    [Fact]
    public void Four_eyes_two_people_the_right_role_and_assurance()
    {
        using var run = new RunFixture();
        run.Write(new RunLeased(Run, 2), "dan");
        Wait(run, new RunApproval(["commander", "bob"], 2, true, null, "os"));
        var roles = new Dictionary<string, string> { ["commander"] = "cem" };
        foreach (var who in new[] { Who("eva"), Who("bob", "claimed"), Who("ana", roles: new() { ["commander"] = "ana" }), Who("dan", roles: new() { ["commander"] = "dan" }) })
            Assert.Equal("ApproverRefused", Refused(run, "Approve", who, sole: "nobody else is awake"));
        Answer(run, "Approve", "bob");
        Assert.False(run.State.Current!.Wait!.Approved);
        Assert.Equal("ApproverRefused", Refused(run, "Approve", Who("bob")));
        run.Write(RunAnswers.Decide(run.State, "w1", "Approve", null, null, null, Who("cem", roles: roles), run.Time.GetUtcNow()), "cem");
        Assert.True(run.Again().Current!.Wait!.Approved);
    }

    [Fact]
    public void One_denial_rejects_whatever_follows()
    {
        using var run = new RunFixture();
        Wait(run, new RunApproval([], 2, false, null, null));
        Answer(run, "Approve", "bob");
        Answer(run, "Deny", "cem");
        Assert.Equal("WaitNotOpen", Refused(run, "Approve", Who("eva")));
        Assert.True(run.State.Current!.Wait!.Denied && !run.State.Current.Wait.Approved);
    }

    [Fact]
    public void A_sole_operator_gives_a_reason_that_is_kept()
    {
        using var run = new RunFixture(soleOperator: true);
        Wait(run, new RunApproval([], 1, true, null, null));
        Assert.Equal("ApproverRefused", Refused(run, "Approve", Who("ana"), sole: " "));
        Answer(run, "Approve", "ana", sole: "nobody else is awake");
        Assert.Equal("nobody else is awake", Assert.Single(run.Again().Current!.Wait!.Answers).Data.Sole);
    }

    [Fact]
    public void Variables_keep_types_and_other_runs_do_not_reach_this_one()
    {
        using var run = new RunFixture();
        run.Write(new StepFinished(Run, run.Enter("a"), "Succeeded", new Dictionary<string, object?> { ["window"] = TimeSpan.FromMinutes(30) }, null, "", null, null, Sets: true));
        run.Write(new StepEntered("other", "/z#1", "z", 1));
        Assert.Equal(TimeSpan.FromMinutes(30), run.Again().Variables["window"]);
        Assert.False(run.State.Steps.ContainsKey("z"));
    }
}
