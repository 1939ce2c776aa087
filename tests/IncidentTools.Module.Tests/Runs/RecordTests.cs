using System.Text.Json;

namespace IncidentTools.Module.Tests.Runs;

/// <summary>What a run leaves to be read: next steps, timeline, report, views.</summary>
public sealed class RecordTests
{
    // the types of the module are there before a test that names them is compiled
    public RecordTests() => new ModuleHost().Dispose();

    [Fact]
    public void Next_steps_list_what_runs_ask_each_with_a_command_that_works()
    {
        using var runs = new RunHost();
        runs.Book("lamp", string.Join('\n', RunHost.Ask, RunHost.Good));
        runs.Host.Run("Start-Incident 'Lamp is out' -Runbook lamp; Confirm-Incident 1");
        string[] Commands() => [.. runs.Host.Run("(Get-IncidentNextStep).Command").Select(item => item.ToString())];
        Assert.Contains("Invoke-Runbook -Incident INC-1", Commands());
        var run = runs.Host.Run<RunbookRun>("Invoke-Runbook -Incident INC-1").Run;
        var answer = $"Complete-RunbookStep -Run {run} -Step region -Outcome eu";
        Assert.Contains(answer, Commands());
        Assert.DoesNotContain("Invoke-Runbook -Incident INC-1", Commands());
        runs.Host.Run(answer);
        Assert.Contains($"Resume-RunbookRun {run}", Commands());
        runs.Host.Run($"Resume-RunbookRun {run}");
        Assert.DoesNotContain(Commands(), command => command.Contains("Runbook", StringComparison.Ordinal));
        var alone = runs.Invoke("lamp").Run;
        var step = (IncidentNextStep)runs.Host.Run("Get-IncidentNextStep")[^1].BaseObject;
        Assert.Equal((null, $"Complete-RunbookStep -Run {alone} -Step region -Outcome eu"), (step.Incident, step.Command));
    }

    [Fact]
    public void Timeline_and_report_tell_the_run_its_steps_and_who_said_what()
    {
        using var runs = new RunHost();
        runs.Book("lamp", string.Join('\n', RunHost.Approve, RunHost.Bad.Replace("with:", "onFailure: continue, with:", StringComparison.Ordinal)));
        runs.Host.Run("Start-Incident 'Lamp is out'");
        var run = runs.Invoke("lamp -Incident 1").Run;
        runs.Host.Run($"Approve-RunbookStep -Run {run} -Note 'go | on' -SoleOperatorReason 'alone'; $null = Resume-RunbookRun {run}");
        Assert.Contains("Runbook lamp 1.0.0 started", runs.Host.Run("(Get-IncidentTimeline 1).Text").Select(item => item.ToString()));
        var text = runs.Host.Text("Export-IncidentReport 1")!;
        var section = text[text.IndexOf("## Runbook", StringComparison.Ordinal)..text.IndexOf("## Timeline", StringComparison.Ordinal)];
        foreach (var part in new[] { "### lamp 1.0.0: Book lamp", $"Run {run}", "ended SucceededWithFailures", @"Approve (go \| on), as the only operator: alone", "| Failed |", "The lamp is out" }) Assert.Contains(part, section, StringComparison.Ordinal);
        var json = JsonDocument.Parse(runs.Host.Text("Export-IncidentReport 1 -Format Json")!).RootElement.GetProperty("runs")[0];
        Assert.Equal((run, "1.0.0", "SucceededWithFailures"), (json.GetProperty("run").GetString(), json.GetProperty("version").GetString(), json.GetProperty("state").GetString()));
        var said = json.GetProperty("steps")[0].GetProperty("said")[0];
        Assert.Equal(("Approve", Environment.UserName, "alone"), (said.GetProperty("answer").GetString(), said.GetProperty("by").GetString(), said.GetProperty("soleOperator").GetString()));
        Assert.Equal("None was run.", runs.Host.Text("Start-Incident 'Another' | Export-IncidentReport")!.Split('\n').SkipWhile(line => line != "## Runbook").ElementAt(2));
    }

    [Fact]
    public void Views_fit_a_hundred_columns()
    {
        var screen = new TestHost();
        using var runs = new RunHost(screen);
        runs.Book("lamp", string.Join('\n', runs.Touch("fix", ", approval: { by: [ops-lead], min: 1, notRequester: true, expires: 30m }"), RunHost.Manual.Replace("id: look", "id: look_closely_at_it, purpose: 'Tell a lamp that is out from one that is off.'", StringComparison.Ordinal)));
        IReadOnlyList<string> Lines(string script)
        {
            var before = screen.Lines.Count;
            runs.Host.Run(script + " | Out-Default");
            return [.. screen.Lines.Skip(before - 1)];
        }
        var plan = Lines("Get-RunbookPlan lamp");
        Assert.Contains(plan, line => line.Contains("Would do", StringComparison.Ordinal));
        Assert.Contains(plan, line => line.Contains(OperatingSystem.IsWindows() ? "cmd" : "touch", StringComparison.Ordinal));
        var run = runs.Invoke("lamp").Run;
        Assert.Contains(Lines("Get-RunbookRun"), line => line.StartsWith(run, StringComparison.Ordinal) && line.Contains("Approval", StringComparison.Ordinal));
        Assert.Contains(Lines($"Get-RunbookStep {run}"), line => line.Contains("Waiting", StringComparison.Ordinal) && line.Contains("fix", StringComparison.Ordinal));
        var asked = string.Join('\n', Lines($"Get-RunbookStep {run} -State Waiting"));
        foreach (var part in new[] { "Waits for", "Choices", "Approve | Deny", $"Approve-RunbookStep -Run {run} -Step fix", "ops-lead" }) Assert.Contains(part, asked, StringComparison.Ordinal);
        Assert.All(screen.Lines, line => Assert.True(line.Length <= 100, line));
    }
}
