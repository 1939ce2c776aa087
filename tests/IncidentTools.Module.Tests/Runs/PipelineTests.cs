using System.Management.Automation;
using System.Text.Json;

namespace IncidentTools.Module.Tests.Runs;

/// <summary>What binds to what, and that nothing binds to what it does not mean.</summary>
public sealed class PipelineTests : IDisposable
{
    private readonly RunHost _runs = new();
    private ModuleHost Host => _runs.Host;
    public void Dispose() => _runs.Dispose();

    [Fact]
    public void The_scheduled_tick_takes_up_every_run_that_waits()
    {
        _runs.Book("lamp", string.Join('\n', RunHost.Ask, RunHost.Good));
        var (one, two) = (_runs.Invoke("lamp").Run, _runs.Invoke("lamp").Run);
        Host.Run($"Complete-RunbookStep -Run {one} -Outcome eu");
        var ticked = Host.Run("Get-RunbookRun -State Waiting | Resume-RunbookRun").Select(item => (RunbookRun)item.BaseObject).ToDictionary(run => run.Run, run => run.State);
        Assert.Equal(("Succeeded", "Waiting"), (ticked[one], ticked[two]));
        Assert.Equal(two, Host.Text("(Get-RunbookRun -State Open).Run"));
        Assert.Equal(2, Host.Run("Get-RunbookRun -Runbook lamp").Count);
        Assert.Empty(Host.Run("Get-RunbookRun -Runbook other"));
    }

    [Fact]
    public void Runs_and_steps_come_back_from_serialisation_and_bind_by_their_ids()
    {
        _runs.Book("lamp", string.Join('\n', RunHost.Manual, RunHost.Good));
        Host.Run("Start-Incident 'Lamp is out'");
        var run = _runs.Invoke("lamp -Incident 1");
        var step = _runs.Step(run.Run, "look");
        Host.Runspace.SessionStateProxy.SetVariable("run", PSSerializer.Deserialize(PSSerializer.Serialize(run)));
        Host.Runspace.SessionStateProxy.SetVariable("step", PSSerializer.Deserialize(PSSerializer.Serialize(step)));
        Assert.Equal(run.Run, Host.Text("($run | Get-RunbookRun).Run"));
        Assert.Equal("look", Host.Text("($run | Get-RunbookStep -State Waiting).Step"));
        Host.Run("$step | Complete-RunbookStep -Outcome Green -Value @{ lamps = 3 } -WhatIf");
        Assert.Equal("Waiting", Host.Text("($run | Resume-RunbookRun).State"));
        Host.Run("$step | Complete-RunbookStep -Outcome Green -Value @{ lamps = 3 }");
        Assert.Equal("Succeeded", Host.Text("($run | Resume-RunbookRun).State"));
        Assert.Equal("INC-1", Host.Text("$run.Incident"));
        step = _runs.Step(run.Run, "look");
        Host.Runspace.SessionStateProxy.SetVariable("step", PSSerializer.Deserialize(PSSerializer.Serialize(step)));
        Assert.Equal("3 Green", Host.Text("\"$($step.Value.lamps) $($step.Value.outcome)\""));
        var again = JsonSerializer.Deserialize<RunbookStep>(JsonSerializer.Serialize(step))!;
        Assert.Equal(step with { Value = null, Detail = again.Detail, Field = again.Field, Choice = again.Choice, Plan = again.Plan, Unknown = again.Unknown, ImpactReason = again.ImpactReason }, again with { Value = null });
        Assert.Equal(JsonSerializer.Serialize(step), JsonSerializer.Serialize(again));
        var ended = Host.Run<RunbookRun>($"Get-RunbookRun {run.Run}");
        Assert.Equal(ended, JsonSerializer.Deserialize<RunbookRun>(JsonSerializer.Serialize(ended)));
    }

    [Fact]
    public void A_step_read_before_it_waited_or_planned_only_answers_nothing()
    {
        _runs.Book("lamp", string.Join('\n', RunHost.Ask, RunHost.Approve.Replace("id: may", "id: again", StringComparison.Ordinal)));
        Host.Run("Start-Incident 'Lamp is out'; Enter-Incident 1");
        var run = _runs.Invoke("lamp").Run; // typed: for the current incident
        Assert.Equal("INC-1", Host.Text($"(Get-RunbookRun {run}).Incident"));
        Host.Run($"$early = Get-RunbookStep {run} -Step again; Complete-RunbookStep -Outcome eu; Resume-RunbookRun");
        Assert.Equal("StepNotWaiting", Host.ErrorId("$early | Approve-RunbookStep -SoleOperatorReason x"));
        Assert.Equal("RunNotGiven", Host.ErrorId("Get-RunbookPlan lamp | Where-Object Step -eq again | Approve-RunbookStep -SoleOperatorReason x"));
        Assert.Equal("Waiting", Host.Text($"(Get-RunbookRun {run}).State"));
        Host.Run($"Get-RunbookStep {run} -State Waiting | Approve-RunbookStep -SoleOperatorReason x");
        Assert.Equal("Succeeded", _runs.Resume(run).State);
    }

    [Fact]
    public void The_only_open_run_of_the_current_incident_is_meant_when_typed_and_never_to_be_cancelled()
    {
        _runs.Book("lamp", RunHost.Ask);
        Host.Run("Start-Incident 'Lamp is out'; Enter-Incident 1");
        Assert.Equal("RunNotGiven", Host.ErrorId("Get-RunbookStep"));
        var run = _runs.Invoke("lamp").Run;
        Assert.Equal("region", Host.Text("(Get-RunbookStep).Step"));
        Assert.Equal("RunNotGiven", Host.ErrorId("Stop-RunbookRun"));
        var script = Path.Combine(Host.Folder, "tick.ps1");
        File.WriteAllText(script, "Complete-RunbookStep -Outcome eu");
        Assert.Equal("RunNotGiven", Host.ErrorId($"& '{script}'"));
        _runs.Invoke("lamp");
        Assert.Equal("RunNotGiven", Host.ErrorId("Complete-RunbookStep -Outcome eu"));
        Assert.Equal(2, Host.Run("Get-Incident 1 | Get-RunbookRun").Count);
        Assert.Equal(run, Host.Run<RunbookRun>($"'{run.ToLowerInvariant()}' | Get-RunbookRun").Run);
    }

    [Fact]
    public void Incidents_bind_to_Invoke_Runbook_and_the_same_key_starts_one_run()
    {
        _runs.Book("lamp", string.Join('\n', RunHost.Ask, RunHost.Good));
        Host.Run("Start-Incident 'Lamp is out' -Runbook lamp");
        var run = Host.Run<RunbookRun>("Get-Incident 1 | Invoke-Runbook -Key tonight");
        Assert.Equal(("INC-1", "lamp"), (run.Incident, run.Runbook));
        Assert.Equal(run.Run, Host.Run<RunbookRun>("1 | Invoke-Runbook -IdempotencyKey tonight").Run);
        Assert.Single(Host.Run("Get-RunbookRun"));
        Host.Run($"Complete-RunbookStep -Run {run.Run} -Outcome us");
        Assert.Equal("Succeeded", Host.Run<RunbookRun>("Invoke-Runbook -Incident 1 -Key tonight").State);
        Assert.Equal("Succeeded", Host.Run<RunbookRun>("Invoke-Runbook -Incident 1 -Key tonight").State);
        Assert.Single(Host.Run("Get-RunbookRun"));
    }

    [Theory]
    [InlineData("Resume-RunbookRun R", "{run}")]
    [InlineData("Complete-RunbookStep -Run {run} -Step l", "look")]
    [InlineData("Skip-RunbookStep -Run {run} -Step ", "look")]
    [InlineData("Complete-RunbookStep -Run {run} -Outcome ", "Green")]
    public void Runs_steps_and_outcomes_complete(string typed, string expected)
    {
        _runs.Book("lamp", string.Join('\n', RunHost.Manual, RunHost.Good));
        var run = _runs.Invoke("lamp").Run;
        typed = typed.Replace("{run}", run, StringComparison.Ordinal);
        var tail = $" -Store {_runs.Store} -Workspace {_runs.Workspace}";
        var head = typed[..typed.IndexOf(' ', StringComparison.Ordinal)];
        var line = $"{head}{tail}{typed[head.Length..]}";
        Assert.Equal(expected.Replace("{run}", run, StringComparison.Ordinal), Host.Text($"(TabExpansion2 '{line}' {line.Length}).CompletionMatches[0].CompletionText"));
    }
}
