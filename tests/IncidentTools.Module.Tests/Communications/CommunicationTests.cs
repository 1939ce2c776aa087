using System.Text.Json;

namespace IncidentTools.Module.Tests.Communications;

public sealed class CommunicationTests : IDisposable
{
    private readonly ModuleHost _host = new();
    public void Dispose() => _host.Dispose();

    /// <summary>A workspace whose channel is a file: what was sent can be read.</summary>
    private void Workspace()
    {
        _host.Run("New-IncidentWorkspace ./ops");
        Edit("policy.yaml", "channels: {}", "channels: { log: { uses: file, with: { path: sent.jsonl } } }");
        Edit("policy.yaml", "  internal: []", "  internal: [log]");
        Edit("policy.yaml", "  customers: []", "  customers: [log]");
        Edit("contacts.yaml", "address: ana@example.com }", "address: ana@example.com, channel: log }");
        _host.Run("$PSDefaultParameterValues['*-*:Workspace'] = \"$PWD/ops\"");
    }

    private void Edit(string file, string from, string to)
    {
        var path = Path.Combine(_host.Folder, "ops", file);
        var text = File.ReadAllText(path);
        Assert.Contains(from, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(from, to, StringComparison.Ordinal));
    }

    private JsonElement[] Sent() => [.. File.ReadAllLines(Path.Combine(_host.Folder, "ops", "sent.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)];

    [Fact]
    public void A_declaration_pages_the_first_level()
    {
        Workspace();
        _host.Run("Start-Incident 'Shop is down' -Service shop");
        var page = Assert.Single(Sent());
        Assert.Equal(("INC-1", "ana@example.com", "P0 INC-1: Shop is down"), (page.GetProperty("incident").GetString(), page.GetProperty("to").GetString(), page.GetProperty("subject").GetString()));
        Assert.Equal(("Sent", "ana", "page"), (_host.Text("(Get-IncidentNotification 1).State"), _host.Text("(Get-IncidentNotification 1).Contact"), _host.Text("(Get-IncidentNotification 1).Purpose")));
    }

    [Fact]
    public void Nobody_notified_is_said_loudly_and_kept()
    {
        var result = _host.Try("Start-Incident 'Shop is down'");
        Assert.Contains(result.Warnings, warning => warning.StartsWith("Nobody was notified", StringComparison.Ordinal));
        Assert.Equal("Unreachable", _host.Text("(Get-IncidentNotification 1).State"));
        Assert.Empty(_host.Run("Start-Incident 'drill' -NoPage | Get-IncidentNotification"));
    }

    [Fact]
    public void Text_to_the_outside_is_approved_by_whom_the_policy_names()
    {
        Workspace();
        _host.Run("$null = Start-Incident 'Shop is down' -Service shop -NoPage");
        const string Text = "Send-IncidentUpdate 1 -Audience customers -Subject s -Body b";
        Assert.Equal("TextNotApproved", _host.ErrorId(Text));
        _host.Run("$null = Set-IncidentRole 1 -Role incident-commander -Contact ana");
        Assert.Equal("TextNotApproved", _host.ErrorId(Text + " -ApprovedBy bo"));
        Assert.False(File.Exists(Path.Combine(_host.Folder, "ops", "sent.jsonl")));
        Assert.Equal("TextNotApproved", _host.ErrorId("Send-IncidentUpdate 1 -Audience regulators -Subject s -Body b"));
        // what was told was told
        Assert.Empty(_host.Try(Text + " -Via phone").Errors);
        _host.Run(Text + " -ApprovedBy ana");
        Assert.Contains("(approved by ana)", _host.Text("(Get-IncidentTimeline 1 -Type update.posted)[-1].Text"), StringComparison.Ordinal);
        // whoever holds the role approves by sending
        _host.Run("$null = Set-IncidentRole 1 -Role incident-commander -Contact (Get-IncidentTimeline 1)[0].Actor");
        Assert.Empty(_host.Try(Text).Errors);
        Assert.Equal(2, Sent().Length);
    }

    [Fact]
    public void All_values_that_a_template_misses_are_told_at_once()
    {
        Workspace();
        var error = Assert.Single(_host.Try("$null = Start-Incident one -NoPage; Send-IncidentUpdate 1 -Template stakeholder -Value @{ impact = 'x' }").Errors);
        Assert.Contains("values are missing: estimate, confidence, decisions, nextUpdate", error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_update_goes_out_and_winds_the_clocks()
    {
        Workspace();
        _host.Run("Start-Incident 'Shop is down' -Service shop -NoPage | Set-IncidentRole -Role incident-commander -Contact ana");
        _host.Run("Send-IncidentUpdate 1 -Audience customers -Template customer-notice -Value @{ condition = 'errors at checkout'; nextUpdate = '10:30 UTC' } -ApprovedBy ana");
        Assert.Contains("errors at checkout", Assert.Single(Sent()).GetProperty("body").GetString(), StringComparison.Ordinal);
        Assert.Equal("Met", _host.Text("(Get-IncidentClock 1 | Where-Object Name -eq ClientNotice).State"));
        Assert.Equal("TemplateInvalid", _host.ErrorId("Send-IncidentUpdate 1 -Template update"));
        Assert.Equal("TemplateNotFound", _host.ErrorId("Send-IncidentUpdate 1 -Template nothing"));
        Assert.Equal("AudienceUnknown", _host.ErrorId("Send-IncidentUpdate 1 -Audience customer -Body x"));
        Assert.Equal("ValueNotGiven", _host.ErrorId("Send-IncidentUpdate 1"));
        Assert.Single(Sent());
    }

    [Fact]
    public void An_update_to_nobody_leaves_the_clock_running_and_one_told_by_phone_does_not()
    {
        _host.Run("Start-Incident 'Shop is down' -NoPage");
        Assert.Contains(_host.Try("Send-IncidentUpdate 1 -Body 'half back'").Warnings, warning => warning.StartsWith("Nobody was notified", StringComparison.Ordinal));
        Assert.Null(_host.Run<Incident>("Get-Incident 1").LastUpdateAt);
        _host.Run("Send-IncidentUpdate 1 -Body 'half back' -Via 'the bridge'");
        Assert.NotNull(_host.Run<Incident>("Get-Incident 1").LastUpdateAt);
    }

    [Fact]
    public void An_update_told_by_hand_still_names_a_known_audience_and_no_future()
    {
        _host.Run("Start-Incident 'Shop is down' -NoPage");
        Assert.Equal("AudienceUnknown", _host.ErrorId("Send-IncidentUpdate 1 -Audience customer -Body x -Via phone"));
        Assert.Equal("TimeInFuture", _host.ErrorId("Send-IncidentUpdate 1 -Body x -Via phone -OccurredAt ([DateTimeOffset]::MaxValue)"));
        Assert.Single(_host.Run("Get-IncidentTimeline 1"));
    }

    [Fact]
    public void A_workspace_found_from_below_sends_only_once_it_is_trusted()
    {
        Workspace();
        var below = $"Set-Location '{Path.Combine(_host.Folder, "ops")}'; ";
        var first = ShellProcess.Run(_host.Store, "-Command", below + "$null = Start-Incident 'Shop is down' -Service shop; (Get-IncidentNotification 1).State");
        Assert.Contains("Rejected", first.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_host.Folder, "ops", "sent.jsonl")));
        ShellProcess.Run(_host.Store, "-Command", below + "Test-IncidentWorkspace -Trust -WhatIf");
        Assert.Contains("False", ShellProcess.Run(_host.Store, "-Command", below + "(Get-IncidentWorkspace).Trusted").Output, StringComparison.Ordinal);
        ShellProcess.Run(_host.Store, "-Command", below + "Test-IncidentWorkspace -Trust");
        Assert.Contains("Sent", ShellProcess.Run(_host.Store, "-Command", below + "$null = Start-Incident 'again' -Service shop; (Get-IncidentNotification 2).State").Output, StringComparison.Ordinal);
        Edit("policy.yaml", "reopenWindow: 24h", "reopenWindow: 12h");
        Assert.Contains("False", ShellProcess.Run(_host.Store, "-Command", below + "(Get-IncidentWorkspace).Trusted").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_key_sends_once()
    {
        Workspace();
        _host.Run("Start-Incident 'Shop is down' -NoPage; Send-IncidentUpdate 1 -Body x -Key k; Send-IncidentUpdate 1 -Body x -Key k");
        Assert.Single(Sent());
    }

    [Fact]
    public void Escalation_contacts_come_in_calling_order()
    {
        Workspace();
        Assert.Equal(["1:ana", "2:bo"], _host.Run("Get-EscalationContact shop | ForEach-Object { \"$($_.Level):$($_.Contact)\" }").Select(item => item.ToString()));
        Assert.Equal("bo", _host.Text("(Get-EscalationContact shop -Level 2).Contact"));
        Assert.Equal("ServiceNotFound", _host.ErrorId("Get-EscalationContact shpo"));
        using var bare = new ModuleHost();
        Assert.Contains(bare.Try("Get-EscalationContact").Warnings, warning => warning.StartsWith("Nobody is named", StringComparison.Ordinal));
    }

    [Fact]
    public void The_report_holds_everything_and_escapes_what_was_typed()
    {
        _host.Run("Start-Incident 'Shop | <b>down</b> [x](http://evil)' -Impact 1 -Urgency 1; Confirm-Incident 1; 'pool `full`' | Add-IncidentNote -Incident 1 -Kind finding");
        var text = _host.Text("Export-IncidentReport 1")!;
        Assert.StartsWith(@"# INC-1: Shop \| &lt;b>down&lt;/b> \[x\](http://evil)", text, StringComparison.Ordinal);
        foreach (var part in new[] { "## Severity", "## Clocks", "## Timeline", "## Notifications", "Nobody was notified", @"Finding: pool \`full\`", "Journal: `incidents/" }) Assert.Contains(part, text, StringComparison.Ordinal);
        Assert.Equal(text, _host.Text("Export-IncidentReport 1"));
        var json = JsonDocument.Parse(_host.Text("Export-IncidentReport 1 -Format Json")!).RootElement;
        Assert.Equal(4, json.GetProperty("timeline").GetArrayLength());
        _host.Run("Export-IncidentReport 1 -Path report.md");
        Assert.Equal(text, File.ReadAllText(Path.Combine(_host.Folder, "report.md")));
        Assert.Equal("ReportExists", _host.ErrorId("Export-IncidentReport 1 -Path report.md"));
        Assert.Equal("ReportNotWritten", _host.ErrorId("Export-IncidentReport 1 -Path ./no/such/folder/report.md"));
    }
}
