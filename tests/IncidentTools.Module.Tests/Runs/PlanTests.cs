namespace IncidentTools.Module.Tests.Runs;

/// <summary>A plan shows what would be done, and does nothing.</summary>
public sealed class PlanTests : IDisposable
{
    private readonly RunHost _runs = new();
    private ModuleHost Host => _runs.Host;
    public void Dispose() => _runs.Dispose();

    private void Book() => _runs.Book("lamp", string.Join('\n', _runs.Touch("fix", ", approval: { by: [ops-lead], min: 1 }"), RunHost.Manual, RunHost.Good), "parameters: { note: { default: none } }");

    [Fact]
    public void WhatIf_gives_every_step_and_neither_starts_nor_writes_anything()
    {
        Book();
        var steps = Host.Run("Invoke-Runbook lamp -WhatIf").Select(item => (RunbookStep)item.BaseObject).ToArray();
        Assert.Equal(["fix", "look", "good"], steps.Select(step => step.Step));
        Assert.All(steps, step => Assert.Equal("Planned", step.State));
        Assert.Equal((null, "ops-lead"), (steps[0].Run, steps[0].Approval));
        Assert.Contains(_runs.Canary, Assert.Single(steps[0].Plan), StringComparison.Ordinal);
        Assert.False(File.Exists(_runs.Canary));
        Assert.False(File.Exists(_runs.Store)); // not even a store is made
    }

    [Fact]
    public void A_plan_for_an_incident_leaves_the_store_as_it_was()
    {
        Book();
        Host.Run("Start-Incident 'Lamp is out' -Runbook lamp");
        var before = Host.Run<IncidentStore>("Get-IncidentStore").Entries;
        Assert.Equal(3, Host.Run("Invoke-Runbook -Incident 1 -WhatIf").Count);
        Assert.Equal(3, Host.Run("Get-RunbookPlan -Incident 1").Count);
        Assert.Equal(3, Host.Run("Get-Incident 1 | Get-RunbookPlan").Count);
        Host.Run("$WhatIfPreference = $true; $null = Invoke-Runbook -Incident 1; $WhatIfPreference = $false");
        Assert.Equal(before, Host.Run<IncidentStore>("Get-IncidentStore").Entries);
        Assert.Empty(Host.Run("Get-RunbookRun"));
        Assert.False(File.Exists(_runs.Canary));
    }

    [Fact]
    public void Which_runbook_comes_from_the_name_else_the_incident_else_the_service()
    {
        Book();
        _runs.Book("other", RunHost.Good);
        var services = Path.Combine(_runs.Workspace, "services.yaml");
        File.WriteAllText(services, File.ReadAllText(services).Replace("runbooks: [service-outage", "runbooks: [other, service-outage", StringComparison.Ordinal));
        Host.Run("Start-Incident 'Lamp is out' -Service shop -Runbook lamp; Start-Incident 'Shop is down' -Service shop; Start-Incident 'Nothing known'");
        string? Which(string arguments) => Host.Text($"(Get-RunbookPlan {arguments})[0].Runbook");
        Assert.Equal("other", Which("other -Incident 1"));
        Assert.Equal("lamp", Which("-Incident 1"));
        Assert.Equal("other", Which("-Incident 2"));
        Assert.Equal("other", Which("-Service shop"));
        Assert.Equal("RunbookNotGiven", Host.ErrorId("Invoke-Runbook -Incident 3"));
        Assert.Equal("RunbookNotGiven", Host.ErrorId("Invoke-Runbook"));
        Assert.Equal("RunbookNotFound", Host.ErrorId("Invoke-Runbook lmap"));
    }

    [Theory]
    [InlineData("Invoke-Runbook lamp -Parameter @{ nose = 1 }", "ParameterInvalid")]
    [InlineData("Invoke-Runbook lamp -Parameter @{ note = { 1 } }", "ValueNotPlain")]
    [InlineData("Invoke-Runbook lamp -Patience 30", "InvalidDuration")]
    [InlineData("Invoke-Runbook lamp -Incident 9", "IncidentNotFound")]
    [InlineData("Invoke-Runbook lamp -Service shpo", "ServiceNotFound")]
    [InlineData("Get-RunbookRun R-NOTHERE1", "RunNotFound")]
    [InlineData("Resume-RunbookRun R-NOTHERE1", "RunNotFound")]
    [InlineData("Get-RunbookStep", "RunNotGiven")]
    [InlineData("Stop-RunbookRun", "RunNotGiven")]
    [InlineData("Approve-RunbookStep", "RunNotGiven")]
    [InlineData("Skip-RunbookStep -Run R-NOTHERE1", "ValueNotGiven")]
    [InlineData("Resolve-RunbookStep -Run R-NOTHERE1", "ValueNotGiven")]
    public void A_refusal_has_its_id_and_says_what_to_do(string script, string id)
    {
        Book();
        var error = Host.Try(script).Errors[0];
        Assert.Equal(id, error.FullyQualifiedErrorId.Split(',')[0]);
        Assert.False(string.IsNullOrWhiteSpace(error.ErrorDetails?.RecommendedAction));
        Assert.False(File.Exists(_runs.Canary));
    }

    [Fact]
    public void Values_of_every_plain_kind_reach_the_runbook_as_what_they_are()
    {
        _runs.Book("kinds", "- { id: seen, phase: triage, uses: set, with: { variables: { w: '${{ $params.window }}', n: '${{ $params.n + 1 }}', d: '${{ $params.deep }}', l: '${{ $params.hosts }}', m: '${{ $params.tags.b }}' } } }",
            "parameters: { window: { type: duration }, n: { type: int }, deep: { type: bool }, hosts: { type: list }, tags: { type: map } }");
        var run = _runs.Invoke("kinds -Parameter @{ Window = [TimeSpan]::FromMinutes(90); N = 41; deep = $true; hosts = 'a', 'b'; tags = [pscustomobject]@{ b = 'c' } }");
        Assert.Equal("Succeeded", run.State);
        Assert.Equal("01:30:00|42|True|a,b|c", Host.Text($"$s = Get-RunbookStep {run.Run} -Step seen; $s.Value.w, $s.Value.n, $s.Value.d, ($s.Value.l -join ','), $s.Value.m -join '|'"));
    }
}
