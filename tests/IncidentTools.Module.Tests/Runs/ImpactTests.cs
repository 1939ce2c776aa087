namespace IncidentTools.Module.Tests.Runs;

/// <summary>A script that says less of itself than it does is asked about all the same.</summary>
public sealed class ImpactTests : IDisposable
{
    private readonly RunHost _runs = new();
    public void Dispose() => _runs.Dispose();

    private string Script(string text, string more = "impact: low") => $"- {{ id: fix, phase: resolve, uses: script, with: {{ text: \"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\" }}, {more} }}";

    [Fact]
    public void A_declared_impact_is_raised_and_the_plan_and_the_approver_are_told_why()
    {
        _runs.Book("lamp", Script("Remove-Item '" + _runs.Canary.Replace('\\', '/') + "'"));
        var plan = _runs.Host.Run<RunbookStep>("Get-RunbookPlan lamp");
        Assert.Equal("high", plan.Impact);
        Assert.Contains("Remove-Item", Assert.Single(plan.ImpactReason), StringComparison.Ordinal);
        Assert.Contains("line 1, column 1", plan.ImpactReason[0], StringComparison.Ordinal);
        Assert.Contains("incident-commander", plan.Approval, StringComparison.Ordinal);
        Assert.Contains(plan.Plan, line => line.StartsWith("# SHA-256 ", StringComparison.Ordinal));
        Assert.NotNull(plan.NoUndo);
        var run = _runs.Invoke("lamp");
        Assert.Equal(("Waiting", "Approval"), (run.State, run.WaitReason));
        var asked = _runs.Step(run.Run, "fix").Prompt;
        Assert.Contains("raised from low: high: Remove-Item", asked, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_step_counted_as_is_in_the_journal_with_the_reasons()
    {
        _runs.Book("lamp", Script("$x = 'a'; $x.Frobnicate()", "impact: none, approval: { min: 0 }"));
        _runs.Host.Try("Invoke-Runbook lamp");
        var data = _runs.Host.Text("(Get-IncidentJournal -Type step.intended).Data")!;
        Assert.Contains("\"impact\":\"medium\"", data, StringComparison.Ordinal);
        // a script's words are the script's: sealed like it
        Assert.Contains("\"impactReasons\":{\"$sealed\"", data, StringComparison.Ordinal);
        Assert.DoesNotContain("Frobnicate", data, StringComparison.Ordinal);
    }

    [Fact]
    public void A_harmless_script_keeps_the_impact_it_declares_and_runs()
    {
        _runs.Book("lamp", Script("param($n = 2) [Math]::Pow($n, 3)"));
        Assert.Equal("Succeeded", _runs.Invoke("lamp").State);
        Assert.Empty(_runs.Host.Run<RunbookStep>("Get-RunbookPlan lamp").ImpactReason);
    }

    [Fact]
    public void An_undeclared_script_stays_high_however_harmless_it_looks()
    {
        _runs.Book("lamp", Script("1 + 1", "onFailure: stop"));
        var plan = _runs.Host.Run<RunbookStep>("Get-RunbookPlan lamp");
        Assert.Equal("high", plan.Impact);
        Assert.Empty(plan.ImpactReason);
        Assert.Equal("Approval", _runs.Invoke("lamp").WaitReason);
    }

    [Fact]
    public void An_approval_that_a_runbook_waives_is_said_in_the_plan()
    {
        _runs.Book("lamp", Script("Remove-Item x", "impact: low, approval: { min: 0 }"));
        Assert.StartsWith("nobody: the runbook waives the policy's (incident-commander", _runs.Host.Run<RunbookStep>("Get-RunbookPlan lamp").Approval, StringComparison.Ordinal);
    }

    [Fact]
    public void An_approval_that_nobody_here_can_give_is_said_in_the_plan()
    {
        _runs.Book("lamp", Script("Remove-Item x", "impact: low, approval: { by: [ana], min: 2, notRequester: true, assurance: db }"));
        var approval = _runs.Host.Run<RunbookStep>("Get-RunbookPlan lamp").Approval;
        Assert.Contains("2 of ana, not whoever runs it, known by db or better", approval, StringComparison.Ordinal);
        Assert.Contains("so nobody can", approval, StringComparison.Ordinal);
    }

    [Fact]
    public void Work_by_hand_with_an_approval_of_its_own_waits_for_it_first()
    {
        _runs.Book("lamp", "- { id: fix, phase: resolve, title: Fix, uses: manual, with: { instruction: Cut the wire }, impact: high, approval: { min: 1 } }");
        var run = _runs.Invoke("lamp");
        Assert.Equal("Approval", run.WaitReason);
        Assert.Contains("Cut the wire", _runs.Step(run.Run, "fix").Prompt, StringComparison.Ordinal);
        _runs.Host.Run($"Approve-RunbookStep -Run {run.Run}");
        Assert.Equal("Answer", _runs.Resume(run.Run).WaitReason);
        _runs.Host.Run($"Complete-RunbookStep -Run {run.Run}");
        Assert.Equal("Succeeded", _runs.Resume(run.Run).State);
        var second = _runs.Invoke("lamp");
        _runs.Host.Run($"Deny-RunbookStep -Run {second.Run} -Note 'not that wire'");
        Assert.Equal("Rejected", ((RunbookRun)_runs.Try($"Resume-RunbookRun {second.Run}").Output[0].BaseObject).State);
    }
}
