namespace IncidentTools.Module.Tests.Runs;

/// <summary>An exercise: people act for real, nothing else happens, and no list or figure of real runs knows it.</summary>
public sealed class ExerciseTests : IDisposable
{
    private readonly TestHost _screen = new("Fail", "Refused", "", "", "Pass", "", "42", "seen", "Later", "Later");
    private readonly RunHost _runs;
    public ExerciseTests() => _runs = new RunHost(_screen);
    public void Dispose() => _runs.Dispose();

    private string Inject(string cases)
    {
        var file = Path.Combine(_runs.Host.Folder, "drill.yaml");
        File.WriteAllText(file, "schema: incidenttools/rehearsal/v1\ncases:\n" + cases);
        return file;
    }

    private void Book(string head = "concurrency: forbid") => File.WriteAllText(Path.Combine(_runs.Workspace, "runbooks", "drill.yaml"), $$"""
        schema: incidenttools/runbook/v1
        id: drill
        version: 1.0.0
        title: Drill
        {{head}}
        steps:
          - { id: look, phase: detect, title: Look, uses: probe.command, with: { program: touch, args: ['{{_runs.Canary}}'] }, attempts: 2, retry: { delay: 10ms }, onFailure: continue }
          - { id: again, phase: detect, title: Again, uses: probe.command, with: { program: touch, args: ['{{_runs.Canary}}'] }, onFailure: continue }
          - { id: fix, phase: resolve, title: Fix, uses: command, with: { program: touch, args: ['{{_runs.Canary}}'] }, impact: low, onFailure: continue }
          - { id: text, phase: resolve, title: Text, uses: script, with: { text: "[IO.File]::WriteAllText('{{_runs.Canary.Replace('\\', '/')}}', 'x')" }, impact: low, approval: { min: 0 }, onFailure: continue }
          - { id: tell, phase: communicate, title: Tell, uses: notify, with: { audience: internal, subject: Drill, body: Drill }, onFailure: continue }
          - { id: which, phase: triage, title: Which, uses: ask, with: { question: 'Which one?', allowed: [left, right] } }
          - { id: late, phase: verify, title: Late, uses: probe.command, with: { program: touch, args: ['{{_runs.Canary}}'] }, onFailure: continue }
          - { id: done, phase: review, title: Done, uses: end, with: { result: Succeeded } }
        """);

    [Fact]
    public void Nothing_is_executed_and_any_session_goes_on_with_the_results_it_was_started_with()
    {
        Book();
        var file = Inject("  - name: drill\n    mocks: { look: [{ result: Fail, error: Refused }, Pass], again: Pass, fix: { result: Failed, error: NoRoom }, late: [{ result: Warn, value: 3 }] }\n    expect: { run: Succeeded }\n");
        var run = _runs.Invoke($"drill -Exercise -Inject '{file}'");
        Assert.Equal(("Waiting", true, null), (run.State, run.Exercise, run.Incident));
        File.Delete(file);
        using var other = _runs.Other();
        other.Run($"Complete-RunbookStep -Run {run.Run} -Outcome left; $null = Resume-RunbookRun {run.Run}");
        var steps = other.Run($"Get-RunbookStep {run.Run}").Select(item => (RunbookStep)item.BaseObject).ToDictionary(step => step.Step);
        Assert.Equal(("Pass", 2), (steps["look"].Status, steps["look"].Attempt));
        Assert.Equal(("Failed", "NoRoom"), (steps["fix"].State, steps["fix"].Error));
        Assert.Equal(("Succeeded", "an exercise: nothing was done"), (steps["text"].State, steps["text"].Message));
        Assert.Equal(("Warn", 3L), (steps["late"].Status, steps["late"].Value));
        Assert.Equal("Succeeded", other.Run<RunbookRun>($"Get-RunbookRun {run.Run}").State);
        Assert.False(File.Exists(_runs.Canary));
        Assert.True(other.Run<JournalVerification>("Test-IncidentJournal").Valid);
    }

    [Fact]
    public void It_stands_in_no_list_of_real_runs_and_keeps_nobody_out()
    {
        Book();
        _runs.Host.Run("Start-Incident 'Lamp is out' -Runbook drill; Confirm-Incident 1");
        var file = Inject("  - { name: drill, mocks: { look: Pass, again: Pass, late: Pass }, expect: { run: Succeeded } }\n");
        var drill = _runs.Invoke($"drill -Exercise -Inject '{file}'").Run;
        Assert.Empty(_runs.Host.Run("Get-RunbookRun"));
        Assert.Empty(_runs.Host.Run("Get-RunbookRun -State Waiting"));
        Assert.Empty(_runs.Host.Run("Get-RunbookRun -Incident 1"));
        Assert.DoesNotContain(_runs.Host.Run("(Get-IncidentNextStep).Command"), command => command.ToString()!.Contains(drill, StringComparison.Ordinal));
        Assert.Empty(_runs.Host.Run("Get-IncidentNotification 1 | Where-Object Subject -eq Drill"));
        Assert.DoesNotContain(drill, _runs.Host.Text("Export-IncidentReport 1"), StringComparison.Ordinal);
        Assert.Equal(drill, _runs.Host.Run<RunbookRun>("Get-RunbookRun -Exercise").Run);
        Assert.StartsWith("$exercise-", _runs.Host.Text("(Get-IncidentJournal -Type run.started).Incident"), StringComparison.Ordinal);
        // the runbook allows one run at a time: an exercise is none, and a real run keeps no exercise out
        File.WriteAllText(Path.Combine(_runs.Workspace, "runbooks", "drill.yaml"), File.ReadAllText(Path.Combine(_runs.Workspace, "runbooks", "drill.yaml")).Replace("program: touch", "program: 'true'", StringComparison.Ordinal));
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the runbook starts true");
        Assert.Equal("Waiting", _runs.Host.Run<RunbookRun>("Invoke-Runbook drill -Incident 1").State);
        Assert.Equal("Waiting", _runs.Invoke($"drill -Exercise -Inject '{file}'").State);
        Assert.Equal("RunForbidden", _runs.Host.ErrorId("Invoke-Runbook drill"));
    }

    [Fact]
    public void The_person_at_the_session_says_what_probes_give()
    {
        Book();
        var run = _runs.Host.Run<RunbookRun>("Invoke-Runbook drill -Exercise -Interactive 6>$null");
        var look = _runs.Step(run.Run, "look");
        Assert.Contains("Exercise: what does probe.command find?", _screen.Shown, StringComparison.Ordinal);
        Assert.Equal(("Pass", 2, "42", "seen"), (look.Status, look.Attempt, look.Value, look.Message));
        // "later" is no result
        Assert.Equal("NotSimulated", _runs.Step(run.Run, "again").Error);
        Assert.Equal(("Waiting", 0), (run.State, _screen.Unused));
        Assert.False(File.Exists(_runs.Canary));
    }

    [Fact]
    public void A_probe_that_nobody_gives_a_result_could_not_check()
    {
        Book();
        var run = _runs.Invoke("drill -Exercise");
        Assert.Equal(("Error", "NotSimulated"), (_runs.Step(run.Run, "look").Status, _runs.Step(run.Run, "look").Error));
        Assert.False(File.Exists(_runs.Canary));
    }

    [Fact]
    public void The_case_brings_its_service_incident_and_parameters()
    {
        _runs.Book("kinds", "- { id: seen, phase: triage, uses: set, with: { variables: { s: '${{ $service.name }}', i: '${{ $incident.severity }}', p: '${{ $params.n }}' } } }\n" + RunHost.Ask, "parameters: { n: { type: int }, service: { type: service, required: true } }");
        var file = Inject("  - { name: one, expect: { run: Succeeded } }\n  - { name: two, service: { id: lamp, name: The lamp }, incident: { severity: P1 }, parameters: { n: 4 }, expect: { run: Succeeded } }\n");
        var run = _runs.Invoke($"kinds -Exercise -Inject '{file}' -Case TWO");
        Assert.Equal("The lamp|P1|4", _runs.Host.Text($"$v = (Get-RunbookStep {run.Run} -Step seen).Value; $v.s, $v.i, $v.p -join '|'"));
        Assert.Equal("ExerciseCaseUnknown", _runs.Host.ErrorId($"Invoke-Runbook kinds -Exercise -Inject '{file}'"));
        Assert.Equal("ExerciseCaseUnknown", _runs.Host.ErrorId($"Invoke-Runbook kinds -Exercise -Inject '{file}' -Case three"));
    }

    [Theory]
    [InlineData("Invoke-Runbook drill -Exercise -Incident 1", "ExerciseHasIncident")]
    [InlineData("Invoke-Runbook drill -Inject ./x.yaml", "ValueNotGiven")]
    [InlineData("Invoke-Runbook drill -Exercise -Inject ./nowhere.yaml", "RehearsalInvalid")]
    public void A_refusal_has_its_id(string script, string id)
    {
        Book();
        _runs.Host.Run("Start-Incident 'Lamp is out'");
        Assert.Equal(id, _runs.Host.ErrorId(script));
        Assert.Empty(_runs.Host.Run("Get-IncidentJournal -Type run.*"));
    }
}
