namespace IncidentTools.Module.Tests.Workspace;

public sealed class WorkspaceCommandTests : IDisposable
{
    private readonly ModuleHost _host = new();
    public void Dispose() => _host.Dispose();

    [Fact]
    public void Without_one_the_shipped_workspace_serves()
    {
        var workspace = _host.Run<IncidentWorkspace>("Get-IncidentWorkspace");
        Assert.Equal(("shipped", true, 0), (workspace.FoundBy, workspace.Trusted, workspace.Services));
    }

    [Fact]
    public void A_new_one_is_valid_found_from_below_and_never_overwritten()
    {
        _host.Run("New-IncidentWorkspace ./ops -WhatIf");
        Assert.False(Directory.Exists(Path.Combine(_host.Folder, "ops")));
        Assert.Equal(2, _host.Run<IncidentWorkspace>("New-IncidentWorkspace ./ops").Services);
        Assert.True(_host.Run<bool>("Test-IncidentWorkspace -Workspace ./ops -Quiet"));
        Assert.Equal("WorkspaceExists", _host.ErrorId("New-IncidentWorkspace ./ops"));
        Assert.Equal(["reports", "shop"], _host.Run("(Get-IncidentService -Workspace ./ops).Id").Select(item => item.ToString()));
        Assert.Equal("ServiceNotFound", _host.ErrorId("Get-IncidentService shopp -Workspace ./ops"));
        var declared = _host.Run<Incident>("Start-Incident 'Shop is down' -Service shop -Workspace ./ops");
        Assert.Equal((1, "P0", "service-outage"), (declared.Impact, declared.Severity, declared.Runbook));
        Assert.Equal("ServiceNotFound", _host.ErrorId("Start-Incident x -Service shpo -Workspace ./ops"));
    }

    [Fact]
    public void A_mistake_is_shown_with_line_and_column()
    {
        _host.Run("New-IncidentWorkspace ./ops");
        var file = Path.Combine(_host.Folder, "ops", "policy.yaml");
        File.WriteAllText(file, File.ReadAllText(file).Replace("stabilityWindow: 30m", "stabilityWindow: 30", StringComparison.Ordinal));
        var result = _host.Try("Test-IncidentWorkspace -Workspace ./ops");
        Assert.Equal("WorkspaceInvalid", Assert.Single(result.Errors).FullyQualifiedErrorId.Split(',')[0]);
        var finding = Assert.Single(((WorkspaceVerification)result.Output[0].BaseObject).Findings);
        Assert.Equal(("IT2002", "Add the unit: 30s, 30m or 30h."), (finding.Id, finding.Fix));
        Assert.Contains("stabilityWindow: 30", File.ReadAllLines(file)[finding.Line - 1], StringComparison.Ordinal);
        Assert.False(_host.Run<bool>("Test-IncidentWorkspace -Workspace ./ops -Quiet"));
        Assert.Equal("WorkspaceInvalid", _host.ErrorId("Start-Incident x -Workspace ./ops"));
        Assert.False(_host.Run<bool>("Test-IncidentWorkspace -Workspace ./nowhere -Quiet"));
    }
}
