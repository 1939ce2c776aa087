namespace IncidentTools.Module.Tests.Incidents;

public sealed class IncidentCommandTests : IDisposable
{
    private readonly ModuleHost _host = new();

    // pages are the communication tests' matter
    public IncidentCommandTests() => _host.Run("$PSDefaultParameterValues['Start-Incident:NoPage'] = $true");
    public void Dispose() => _host.Dispose();

    [Fact]
    public void An_incident_from_declaration_to_close()
    {
        var declared = _host.Run<Incident>("Start-Incident 'Shop is down' -Service shop -Impact 1 -Urgency 1");
        Assert.Equal(("INC-1", "P0", "Open", "shop"), (declared.Id, declared.Severity, declared.State, declared.Service[0]));
        _host.Run("$i = Confirm-Incident 1 -Note 'on it'; $i | Set-IncidentRole -Role incident-commander -Contact ana");
        Assert.Equal("ana", _host.Run<Incident>("Get-Incident 1").Commander);
        _host.Run("'pool is full' | Add-IncidentNote -Incident 1 -Kind finding");
        _host.Run("Set-Incident 1 -Impact 2 -Reason 'half the users' -Force");
        Assert.Equal("Resolved", _host.Run<Incident>("Resolve-Incident 1 -Summary 'restarted'").State);
        Assert.Equal("ReviewOwed", _host.ErrorId("Close-Incident 1"));
        Assert.Equal("Closed", _host.Run<Incident>("Close-Incident 1 -Review 'The pool needs an alert.'").State);
        Assert.Empty(_host.Run("Get-Incident"));
        Assert.Equal("P0", _host.Text("(Get-Incident -State Closed).HighestSeverity"));
        Assert.Equal(
            ["incident.declared", "incident.acknowledged", "role.assigned", "note.added", "severity.changed", "incident.resolved", "review.recorded", "incident.closed"],
            _host.Run("(Get-IncidentTimeline 1).Type").Select(item => item.ToString()));
        Assert.True(_host.Run<bool>("Test-IncidentJournal -Deep -Quiet"));
    }

    [Fact]
    public void Text_from_the_pipeline_is_a_note_and_never_an_id()
    {
        _host.Run("Start-Incident one; Start-Incident two");
        _host.Run("'INC-2', '2', 'three' | Add-IncidentNote -Incident 1");
        Assert.Equal(["INC-2", "2", "three"], _host.Run("(Get-IncidentTimeline 1 -Type note.*).Text").Select(item => item.ToString()));
        Assert.Empty(_host.Run("Get-IncidentTimeline 2 -Type note.*"));
        Assert.Equal("IncidentIdInvalid", _host.ErrorId("'the database is down' | Get-Incident"));
    }

    [Fact]
    public void A_service_that_the_catalogue_does_not_have_is_refused_also_later()
    {
        _host.Run("$null = New-IncidentWorkspace ./ops; $PSDefaultParameterValues['*-*:Workspace'] = \"$PWD/ops\"; $null = Start-Incident 'Shop is down' -Service shop");
        Assert.Equal("ServiceNotFound", _host.ErrorId("Set-Incident 1 -Service shop, shpo"));
        Assert.Equal("shop", _host.Text("(Get-Incident 1).Service -join ','"));
    }

    [Fact]
    public void Incidents_bind_as_objects_ids_and_numbers()
    {
        _host.Run("Start-Incident one; Start-Incident two");
        Assert.Equal(["INC-1", "INC-2"], _host.Run("(Get-Incident | Confirm-Incident).Id").Select(item => item.ToString()));
        Assert.Equal("two", _host.Text("('inc-2' | Get-Incident).Title"));
        Assert.Equal("two", _host.Text("(2 | Get-Incident).Title"));
        Assert.Equal("INC-2", _host.Text("(Get-IncidentTimeline 2)[0] | Get-Incident | ForEach-Object Id"));
    }

    [Fact]
    public void One_bad_id_does_not_hide_the_good_ones()
    {
        _host.Run("Start-Incident one");
        var result = _host.Try("Get-Incident 9, 1");
        Assert.Equal("IncidentNotFound", Assert.Single(result.Errors).FullyQualifiedErrorId.Split(',')[0]);
        Assert.Single(result.Output);
    }

    [Theory]
    [InlineData("Start-Incident", "ValueNotGiven")]
    [InlineData("Start-Incident x -Impact 7", "RankInvalid")]
    [InlineData("Start-Incident x -Condition tenant-isolation-braech", "ConditionUnknown")]
    [InlineData("Start-Incident x -OnsetAt ([DateTimeOffset]::MaxValue)", "TimeInFuture")]
    [InlineData("Confirm-Incident 5", "IncidentNotFound")]
    [InlineData("Confirm-Incident", "IncidentNotGiven")]
    [InlineData("Start-Incident x; Close-Incident 1", "TransitionRefused")]
    [InlineData("Start-Incident x; Set-Incident 1", "ValueNotGiven")]
    [InlineData("Start-Incident x; Set-IncidentRole 1 -Role boss -Contact ana", "RoleUnknown")]
    [InlineData("Start-Incident x; Set-IncidentRole 1 -Role scribe", "ValueNotGiven")]
    [InlineData("Start-Incident x; Resolve-Incident 1 -As Duplicate", "ValueNotGiven")]
    [InlineData("Start-Incident x; Set-Incident 1 -Severity P0", "OverrideNeedsReason")]
    [InlineData("Add-IncidentNote ''", "ValueNotGiven")]
    [InlineData("Get-IncidentSeverity -Impact 1", "ValueNotGiven")]
    public void A_refusal_has_its_id_and_says_what_to_do(string script, string id)
    {
        var error = _host.Try(script).Errors[0];
        Assert.Equal(id, error.FullyQualifiedErrorId.Split(',')[0]);
        Assert.False(string.IsNullOrWhiteSpace(error.ErrorDetails?.RecommendedAction));
    }

    [Fact]
    public void WhatIf_changes_nothing()
    {
        _host.Run("Start-Incident one");
        _host.Run("Start-Incident two -WhatIf; Confirm-Incident 1 -WhatIf; Resolve-Incident 1 -WhatIf; 'x' | Add-IncidentNote -Incident 1 -WhatIf");
        Assert.Equal("Open", _host.Run<Incident>("Get-Incident").State);
        Assert.Single(_host.Run("Get-IncidentTimeline 1"));
    }

    [Fact]
    public void The_same_key_declares_once()
    {
        Assert.Equal("INC-1", _host.Run<Incident>("Start-Incident x -Key a").Id);
        Assert.Equal("INC-1", _host.Run<Incident>("Start-Incident x -Key a").Id);
        Assert.Equal("IdempotencyKeyReused", _host.ErrorId("Start-Incident y -Key a"));
    }

    [Fact]
    public void Grading_without_declaring_explains_itself_and_opens_no_store()
    {
        var graded = _host.Run<IncidentSeverity>("Get-IncidentSeverity 3 3 -Condition tenant-isolation-breach");
        Assert.Equal(("P0", "P4", "Critical"), (graded.Severity, graded.Matrix, graded.Label));
        Assert.Equal(2, graded.Reason.Count);
        Assert.False(File.Exists(_host.Store));
    }

    [Fact]
    public void The_current_incident_serves_what_is_typed()
    {
        _host.Run("Start-Incident one; Enter-Incident 1");
        _host.Run("'seen' | Add-IncidentNote");
        Assert.Equal(2, _host.Run("Get-IncidentTimeline").Count);
        var script = Path.Combine(_host.Folder, "note.ps1");
        File.WriteAllText(script, "'from a script' | Add-IncidentNote");
        Assert.Equal("IncidentNotGiven", _host.ErrorId($"& '{script}'"));
        _host.Run("Exit-Incident");
        Assert.Equal("IncidentNotGiven", _host.ErrorId("Get-IncidentTimeline"));
    }

    [Fact]
    public void The_next_step_comes_with_a_command_that_works()
    {
        _host.Run("Start-Incident 'Shop is down' -Impact 1 -Urgency 1");
        var first = _host.Run("Get-IncidentNextStep").First().BaseObject as IncidentNextStep;
        Assert.Equal("Acknowledged", _host.Run<Incident>(first!.Command).State);
        Assert.Contains(_host.Run("Get-IncidentClock 1"), clock => ((IncidentClock)clock.BaseObject) is { Name: "Acknowledge", State: "Met" });
    }

    [Theory]
    [InlineData("Get-Incident IN", "INC-1")]
    [InlineData("Start-Incident x -Condition ten", "tenant-isolation-breach")]
    [InlineData("Set-IncidentRole 1 -Role inc", "incident-commander")]
    public void Ids_and_names_complete(string typed, string expected)
    {
        _host.Run("Start-Incident 'Shop is down'");
        var command = $"TabExpansion2 '{typed} -Store {_host.Store}' {typed.Length}";
        Assert.Equal(expected, _host.Text($"({command}).CompletionMatches[0].CompletionText"));
    }
}
