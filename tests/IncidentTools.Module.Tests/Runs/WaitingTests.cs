namespace IncidentTools.Module.Tests.Runs;

/// <summary>A person is a step: runs park, and go on from any session once somebody has said something.</summary>
public sealed class WaitingTests : IDisposable
{
    private readonly RunHost _runs = new();
    private ModuleHost Host => _runs.Host;
    public void Dispose() => _runs.Dispose();

    [Fact]
    public void A_run_parks_on_people_and_goes_on_from_another_session_and_another_process()
    {
        _runs.Book("lamp", string.Join('\n', RunHost.Manual, RunHost.Ask, RunHost.Approve, RunHost.Good));
        var run = _runs.Invoke("lamp");
        Assert.Equal(("Waiting", "Answer", "look", 3), (run.State, run.WaitReason, run.Step, run.ExitCode));
        using (var other = _runs.Other())
        {
            var said = other.Run<RunbookStep>($"Complete-RunbookStep -Run {run.Run} -Outcome Green -Value @{{ lamps = 2 }} -Note 'all lit'");
            Assert.Equal($"Resume-RunbookRun {run.Run}", said.Command);
            Assert.Equal("region", other.Run<RunbookRun>($"Resume-RunbookRun {run.Run}").Step);
        }
        Assert.Equal("all lit", Host.Text($"(Get-RunbookStep {run.Run} -Step look).Value.note"));
        var process = ShellProcess.Run(_runs.Store, "-Command", $"$null = Complete-RunbookStep region -Run {run.Run} -Outcome us -Workspace '{_runs.Workspace}'; (Resume-RunbookRun {run.Run} -Workspace '{_runs.Workspace}').Step");
        Assert.True(process.Output.Trim() == "may", process.Output + process.Errors);
        Assert.Equal("us", _runs.Step(run.Run, "region").Value);
        Host.Run($"Approve-RunbookStep -Run {run.Run} -SoleOperatorReason 'alone on shift'");
        Assert.Equal("Succeeded", _runs.Resume(run.Run).State);
        Assert.Equal(["look", "region", "may", "good"], Host.Run($"(Get-RunbookStep {run.Run}).Step").Select(item => item.ToString()));
        Assert.True(Host.Run<bool>("Test-IncidentJournal -Deep -Quiet"));
    }

    [Fact]
    public void Answers_that_do_not_fit_are_refused_and_change_nothing()
    {
        _runs.Book("lamp", string.Join('\n', RunHost.Manual, RunHost.Good));
        var run = _runs.Invoke("lamp").Run;
        var before = Host.Run<IncidentStore>("Get-IncidentStore").Entries;
        Assert.Equal("AnswerInvalid", Host.ErrorId($"Complete-RunbookStep -Run {run} -Outcome Blue -Value @{{ lamps = 1 }}"));
        Assert.Equal("FieldInvalid", Host.ErrorId($"Complete-RunbookStep -Run {run} -Outcome Green -Value @{{ lamps = 'many' }}"));
        Assert.Equal("FieldInvalid", Host.ErrorId($"Complete-RunbookStep -Run {run} -Outcome Green -Value @{{ lamps = 0 }}"));
        Assert.Equal("FieldInvalid", Host.ErrorId($"Complete-RunbookStep -Run {run} -Outcome Green"));
        Assert.Equal("FieldInvalid", Host.ErrorId($"Complete-RunbookStep -Run {run} -Outcome Green -Value @{{ lamps = 1; lmaps = 2 }}"));
        Assert.Equal("AnswerMismatch", Host.ErrorId($"Approve-RunbookStep -Run {run}"));
        Assert.Equal("AnswerMismatch", Host.ErrorId($"Resolve-RunbookStep -Run {run} -Outcome Done"));
        Assert.Equal("StepUnknown", Host.ErrorId($"Complete-RunbookStep lok -Run {run}"));
        Assert.Equal("StepNotWaiting", Host.ErrorId($"Complete-RunbookStep good -Run {run}"));
        Host.Run($"Complete-RunbookStep -Run {run} -Outcome Green -Value @{{ lamps = 1 }} -WhatIf");
        Assert.Equal(before, Host.Run<IncidentStore>("Get-IncidentStore").Entries);
        Host.Run($"Complete-RunbookStep -Run {run} -Outcome Red -Value @{{ lamps = 1 }}");
        Assert.Equal("WaitNotOpen", Host.ErrorId($"Complete-RunbookStep -Run {run} -Outcome Green -Value @{{ lamps = 1 }}"));
        Assert.Equal("Succeeded", _runs.Resume(run).State);
        Assert.Equal("Red", Host.Text($"(Get-RunbookStep {run} -Step look).Value.outcome"));
        Assert.Equal("StepNotWaiting", Host.ErrorId($"Complete-RunbookStep -Run {run}"));
    }

    [Fact]
    public void Whoever_runs_it_does_not_approve_it_without_saying_why_alone()
    {
        _runs.Book("lamp", string.Join('\n', RunHost.Approve, RunHost.Good));
        var run = _runs.Invoke("lamp").Run;
        Assert.Equal("ApproverRefused", Host.ErrorId($"Approve-RunbookStep -Run {run}"));
        Assert.Equal("Waiting", _runs.Resume(run).State);
        Host.Run($"Approve-RunbookStep -Run {run} -SoleOperatorReason 'nobody else is awake'");
        Assert.Equal("Succeeded", _runs.Resume(run).State);
        var policy = Path.Combine(_runs.Workspace, "policy.yaml");
        File.WriteAllText(policy, File.ReadAllText(policy).Replace("    allowed: true", "    allowed: false", StringComparison.Ordinal));
        using var strict = _runs.Other();
        run = strict.Run<RunbookRun>("Invoke-Runbook lamp").Run;
        Assert.Equal("ApproverRefused", strict.ErrorId($"Approve-RunbookStep -Run {run} -SoleOperatorReason 'nobody else is awake'"));
    }

    [Fact]
    public void A_denial_ends_the_run_rejected_and_says_who()
    {
        _runs.Book("lamp", string.Join('\n', RunHost.Approve, RunHost.Good));
        var run = _runs.Invoke("lamp").Run;
        Host.Run($"Deny-RunbookStep may -Run {run} -Note 'not now'");
        var (output, errors) = _runs.Try($"Resume-RunbookRun {run}");
        var ended = (RunbookRun)Assert.Single(output).BaseObject;
        Assert.Equal(("Rejected", 1), (ended.State, ended.ExitCode));
        Assert.Equal(["RunFailed"], errors);
        Assert.Contains("not now", _runs.Step(run, "may").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Steps_are_left_out_while_they_wait_and_before_they_are_reached()
    {
        _runs.Book("lamp", string.Join('\n', RunHost.Manual, RunHost.Ask, RunHost.Good));
        var run = _runs.Invoke("lamp").Run;
        Host.Run($"Skip-RunbookStep region -Run {run} -Reason 'only one region'; Skip-RunbookStep -Run {run} -Reason 'seen already'");
        Assert.Equal("Succeeded", _runs.Resume(run).State);
        Assert.Equal(["look Waived seen already", "region Waived only one region", "good Succeeded 1 -eq 1"], Host.Run($"Get-RunbookStep {run} | ForEach-Object {{ \"$($_.Step) $($_.State) $($_.Message)\" }}").Select(item => item.ToString()));
        Assert.Equal("SkipRefused", Host.ErrorId($"Skip-RunbookStep good -Run {run} -Reason late"));
    }

    [Fact]
    public void A_cancelled_run_is_over_and_says_why()
    {
        _runs.Book("lamp", RunHost.Manual);
        var run = _runs.Invoke("lamp").Run;
        var ended = Host.Run<RunbookRun>($"Stop-RunbookRun {run} -Reason 'false alarm'");
        Assert.Equal(("Cancelled", "false alarm", 1), (ended.State, ended.Message, ended.ExitCode));
        Assert.Equal("StepNotWaiting", Host.ErrorId($"Complete-RunbookStep -Run {run}"));
        Assert.Equal("Cancelled", Host.Run<RunbookRun>($"Stop-RunbookRun {run}").State); // once more changes nothing
    }

    [Fact]
    public void One_step_at_a_time_is_driven_and_given()
    {
        _runs.Book("lamp", string.Join('\n', "- { id: first, phase: triage, uses: assert, assert: '1 -eq 1' }", RunHost.Manual, RunHost.Good));
        _runs.Book("start", RunHost.Manual);
        var run = _runs.Invoke("start").Run;
        Assert.Equal("RunNotAtStep", Host.ErrorId($"Invoke-RunbookStep {run} -Step good"));
        Assert.Equal("Waiting", Host.Run<RunbookStep>($"Invoke-RunbookStep {run}").State);
        Host.Run($"Complete-RunbookStep -Run {run} -Outcome Green -Value @{{ lamps = 1 }}");
        Assert.Equal("Succeeded", Host.Run<RunbookStep>($"Invoke-RunbookStep {run} -Step look").State);
        Assert.Equal("Succeeded", _runs.Resume(run).State);
        Assert.Equal("StepNotWaiting", Host.ErrorId($"Invoke-RunbookStep {run}"));
    }

    [Fact]
    public void A_step_in_doubt_is_never_repeated_until_a_person_says_what_became_of_it()
    {
        _runs.Book("lamp", string.Join('\n', RunHost.Sleep("slow", ", timeout: 300ms"), RunHost.Good));
        var (output, errors) = _runs.Try("Invoke-Runbook lamp");
        var run = (RunbookRun)Assert.Single(output).BaseObject;
        Assert.Equal(("Waiting", "InDoubt", 4), (run.State, run.WaitReason, run.ExitCode));
        Assert.Equal(["RunInDoubt"], errors);
        Assert.Equal("InDoubt", _runs.Step(run.Run, "slow").State);
        Assert.Equal(["RunInDoubt"], _runs.Try($"Resume-RunbookRun {run.Run}").Errors);
        Assert.Equal(1, _runs.Step(run.Run, "slow").Attempt);
        Host.Run($"Resolve-RunbookStep -Run {run.Run} -Outcome done -Note 'the lamp is lit'");
        Assert.Equal("Succeeded", _runs.Resume(run.Run).State);
        Assert.Equal(("Succeeded", 1), (_runs.Step(run.Run, "slow").State, _runs.Step(run.Run, "slow").Attempt));
    }
}
