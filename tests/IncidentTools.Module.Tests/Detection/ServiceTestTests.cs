namespace IncidentTools.Module.Tests.Detection;

/// <summary>Test-IncidentService against servers that are there, and some that are not.</summary>
public sealed class ServiceTestTests
{
    // the module brings the types that these tests name
    static ServiceTestTests() => new ModuleHost().Dispose();

    private static IncidentServiceCheck[] Checks(ModuleHost.Result result) => [.. result.Output.Select(item => (IncidentServiceCheck)item.BaseObject)];

    [Fact]
    public void A_service_that_is_well_passes_and_quiet_says_true()
    {
        using var site = new Site();
        using var watched = new Watched($"  shop: {{ name: Shop, url: '{site.Url}', dependencies: [{{ name: db, host: 127.0.0.1, port: {site.Port} }}] }}\n");
        var result = watched.Host.Try("Test-IncidentService shop");
        Assert.Empty(result.Errors);
        Assert.Equal(["dependency-db", "overall", "url"], Checks(result).Select(check => check.Probe).Order());
        Assert.Equal("overall", Checks(result)[^1].Probe);
        Assert.All(Checks(result), check => Assert.Equal("Pass", check.Status));
        Assert.True(watched.Host.Run<bool>("Test-IncidentService shop -Quiet"));
    }

    [Fact]
    public void What_fails_is_named_and_written_as_an_error()
    {
        using var site = new Site { Status = "502 Bad Gateway" };
        using var watched = new Watched($"  shop: {{ name: Shop, url: '{site.Url}' }}\n");
        var result = watched.Host.Try("Test-IncidentService shop");
        Assert.Equal("ServiceNotWell", Assert.Single(result.Errors).FullyQualifiedErrorId.Split(',')[0]);
        Assert.Equal([("url", "Fail", "StatusUnexpected"), ("overall", "Fail", null)], Checks(result).Select(check => (check.Probe, check.Status, check.Error)));
        Assert.False(watched.Host.Run<bool>("Test-IncidentService shop -Quiet"));
    }

    [Fact]
    public void Could_not_check_is_an_error_and_never_good()
    {
        using var watched = new Watched("  shop:\n    name: Shop\n    probes:\n      - { id: odd, uses: probe.http, with: { url: nowhere } }\n      - { id: new, uses: probe.htpp, with: {} }\n  bare: { name: Bare }\n");
        var checks = Checks(watched.Host.Try("Test-IncidentService shop"));
        Assert.Equal(["Error", "Error", "Error"], checks.Select(check => check.Status));
        Assert.Contains(checks, check => check.Probe == "new" && check.Message.Contains("probe.http", StringComparison.Ordinal));
        Assert.False(watched.Host.Run<bool>("Test-IncidentService shop -Quiet"));
        Assert.Equal("NothingToCheck", Assert.Single(Checks(watched.Host.Try("Test-IncidentService bare"))).Error);
        Assert.False(watched.Host.Run<bool>("Test-IncidentService bare -Quiet"));
        Assert.False(watched.Host.Run<bool>("Test-IncidentService nobody -Quiet"));
        Assert.Equal("ServiceNotFound", watched.Host.ErrorId("Test-IncidentService shpo"));
        Assert.Equal("ValueNotGiven", watched.Host.ErrorId("Test-IncidentService"));
    }

    [Fact]
    public void What_a_runbook_reads_and_the_entry_lacks_is_found()
    {
        using var site = new Site();
        using var watched = new Watched($"  shop: {{ name: Shop, url: '{site.Url}', x-kept: 1 }}\n");
        watched.Write("runbooks/odd.yaml", """
            schema: incidenttools/runbook/v1
            id: odd
            version: 1.0.0
            title: Odd
            symptoms:
              - { id: answers, text: It answers, uses: probe.http, with: { url: '${{ $service.healthUrl ?? $service.url }}', timeout: 5s } }
              - { id: proxy, text: The proxy is gone, uses: probe.service, with: { name: '${{ $service.proxyUnit }}' } }
            steps:
              - { id: one, phase: detect, title: One, uses: set, with: { variables: { a: '${{ $service.unit }}', b: '${{ $service.logs ?? 0 }}' } } }
              - { id: two, phase: detect, title: Two, uses: set, when: '$service.x-kept -eq 1', with: { variables: { c: '${{ $service.pidFile }}' } } }
            """.Replace("$service.x-kept -eq 1", "($service.critical ?? $false) -eq $true", StringComparison.Ordinal));
        var checks = Checks(watched.Host.Try("Test-IncidentService shop -Runbook odd"));
        Assert.Equal([("pidFile", "Warn"), ("unit", "Fail")], checks.Where(check => check.Error == "KeyMissing").Select(check => (check.Probe, check.Status)).Order());
        Assert.Contains("one", checks.Single(check => check.Probe == "unit").Message, StringComparison.Ordinal);
        // a symptom that fits is asked; one that reads what the service does not have is not
        Assert.Equal(["answers", "overall", "pidFile", "unit", "url"], checks.Select(check => check.Probe).Order());
        Assert.False(watched.Host.Run<bool>("Test-IncidentService shop -Runbook odd -Quiet"));
        Assert.True(watched.Host.Run<bool>("Test-IncidentService shop -Quiet"));
    }

    [Fact]
    public void A_workspace_found_by_searching_upward_starts_no_program_until_it_is_trusted()
    {
        using var watched = new Watched("  shop: { name: Shop, control: { status: [/bin/true] } }\n");
        watched.Host.Run("$PSDefaultParameterValues.Remove('*-*:Workspace')");
        watched.Host.Runspace.SessionStateProxy.Path.SetLocation(watched.Ops);
        Assert.Equal("WorkspaceNotTrusted", watched.Host.ErrorId("Test-IncidentService shop"));
    }
}
