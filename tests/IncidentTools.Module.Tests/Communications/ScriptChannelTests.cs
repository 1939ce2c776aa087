using System.Management.Automation;

namespace IncidentTools.Module.Tests.Communications;

/// <summary>The script channel through the commands: the message arrives, its end is the message's state, and nothing runs where nothing may.</summary>
public sealed class ScriptChannelTests : IDisposable
{
    private readonly ModuleHost _host = new();
    public void Dispose() => _host.Dispose();

    private string Sent => Path.Combine(_host.Folder, "sent.txt");

    private void Workspace(string script, string settings = "", bool asText = false)
    {
        _host.Run("New-IncidentWorkspace ./ops");
        var policy = Path.Combine(_host.Folder, "ops", "policy.yaml");
        if (!asText)
        {
            Directory.CreateDirectory(Path.Combine(_host.Folder, "ops", "scripts"));
            File.WriteAllText(Path.Combine(_host.Folder, "ops", "scripts", "send.ps1"), script);
        }
        var where = asText ? $"text: \"{script.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"" : "file: scripts/send.ps1";
        File.WriteAllText(policy, File.ReadAllText(policy).Replace("channels: {}", $"channels: {{ own: {{ uses: script, with: {{ {where}{settings} }} }} }}", StringComparison.Ordinal).Replace("  internal: []", "  internal: [own]", StringComparison.Ordinal));
        _host.Run("$PSDefaultParameterValues['*-*:Workspace'] = \"$PWD/ops\"; Start-Incident 'Shop is down' -NoPage");
    }

    private (string? State, string? Detail) Send(string body = "half back")
    {
        _host.Try($"Send-IncidentUpdate 1 -Subject 'On it' -Body '{body}'");
        return (_host.Text("@(Get-IncidentNotification 1)[-1].State"), _host.Text("@(Get-IncidentNotification 1)[-1].Detail"));
    }

    private string Write(string what) => $"[IO.File]::AppendAllText('{Sent}', {what})";

    [Fact]
    public void The_script_has_the_message_and_what_the_policy_gives_it()
    {
        Workspace($"param([hashtable] $Message, $Room, [int] $Level) {Write("\"$($Message.incident)|$($Message.Subject)|$($Message.body)|$($Message.audience)|$($Message.id.Length -gt 10)|$($Message.footer.Length -gt 10)|$Room|$Level\"")}; 'posted as 17'", ", parameters: { Room: '#ops $(x)', Level: 3 }");
        Assert.Equal(("Sent", "posted as 17"), Send("a '' $(Get-Process) `b"));
        Assert.Equal("INC-1|On it|a ' $(Get-Process) `b|internal|True|True|#ops $(x)|3", File.ReadAllText(Sent));
    }

    [Fact]
    public void A_script_in_the_policy_itself_will_do()
    {
        Workspace($"param($Message) {Write("$Message.subject")}", asText: true);
        Assert.Equal(("Sent", "the script succeeded"), Send());
        Assert.Equal("On it", File.ReadAllText(Sent));
    }

    [Theory]
    [InlineData("param($Message) throw 'the room is closed'", "", "Rejected", "the room is closed")]
    [InlineData("param($Text) 1", "", "Rejected", "no parameter 'Message'")]
    [InlineData("param($Message) 1 +", "", "Rejected", "line 1")]
    [InlineData("param($Message, $Key) 1", ", parameters: { Key: 'secret:not-there-at-all' }", "Rejected", "was not found")]
    [InlineData("param($Message) while ($true) { }", ", timeout: 1s", "Unknown", "not done after 1s")]
    public void How_it_ends_is_what_became_of_the_message(string script, string settings, string state, string detail)
    {
        Workspace(script, settings);
        var sent = Send();
        Assert.Equal(state, sent.State);
        Assert.Contains(detail, sent.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_reaches_the_script_and_nothing_else()
    {
        Environment.SetEnvironmentVariable("INCIDENTTOOLS_SECRET_SCRIPT_CHANNEL_TEST", "s3cret-Value");
        try
        {
            Workspace($"param($Message, $Key) {Write("$Key")}; \"sent with $Key\"", ", parameters: { Key: 'secret:script-channel-test' }");
            Assert.Equal(("Sent", "sent with ***"), Send());
            Assert.Equal("s3cret-Value", File.ReadAllText(Sent));
            using var store = new StreamReader(new FileStream(_host.Store, FileMode.Open, FileAccess.Read, FileShare.ReadWrite), System.Text.Encoding.Latin1); // the session has it open
            Assert.DoesNotContain("s3cret-Value", store.ReadToEnd(), StringComparison.Ordinal);
        }
        finally { Environment.SetEnvironmentVariable("INCIDENTTOOLS_SECRET_SCRIPT_CHANNEL_TEST", null); }
    }

    [Theory]
    [InlineData(PSLanguageMode.NoLanguage)]
    [InlineData(PSLanguageMode.ConstrainedLanguage)]
    public void From_a_restricted_session_it_does_not_run(PSLanguageMode mode)
    {
        Workspace($"param($Message) {Write("'x'")}");
        _host.Runspace.SessionStateProxy.LanguageMode = mode;
        var result = _host.Command("Send-IncidentUpdate", ("Incident", "1"), ("Body", "half back"), ("Workspace", Path.Combine(_host.Folder, "ops")));
        var row = (IncidentNotification)Assert.Single(result.Output).BaseObject;
        Assert.Equal("Rejected", row.State);
        Assert.Contains("LanguageModeRestricted", row.Detail, StringComparison.Ordinal);
        Assert.False(File.Exists(Sent));
    }

    [Fact]
    public void From_a_workspace_that_is_not_trusted_it_does_not_run_and_a_changed_script_needs_trust_again()
    {
        Workspace($"param($Message) {Write("'x'")}");
        var below = $"Set-Location '{Path.Combine(_host.Folder, "ops")}'; ";
        string State() => ShellProcess.Run(_host.Store, "-Command", below + "$null = Send-IncidentUpdate 1 -Body again; @(Get-IncidentNotification 1)[-1].State").Output;
        Assert.Contains("Rejected", State(), StringComparison.Ordinal);
        Assert.False(File.Exists(Sent));
        ShellProcess.Run(_host.Store, "-Command", below + "Test-IncidentWorkspace -Trust");
        Assert.Contains("Sent", State(), StringComparison.Ordinal);
        File.AppendAllText(Path.Combine(_host.Folder, "ops", "scripts", "send.ps1"), "\n# changed by somebody\n");
        Assert.Contains("Rejected", State(), StringComparison.Ordinal);
        ShellProcess.Run(_host.Store, "-Command", below + "Test-IncidentWorkspace -Trust");
        const string twice = "$null = Send-IncidentUpdate 1 -Body a; @(Get-IncidentNotification 1)[-1].State; [IO.File]::AppendAllText('scripts/send.ps1', '#'); $null = Send-IncidentUpdate 1 -Body b; @(Get-IncidentNotification 1)[-1].State";
        Assert.Equal(["Sent", "Rejected"], ShellProcess.Run(_host.Store, "-Command", below + $"[Environment]::CurrentDirectory = \"$($ExecutionContext.SessionState.Path.CurrentLocation)\"; {twice}").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    [Fact]
    public void Ctrl_C_stops_the_script_and_leaves_the_message_unknown()
    {
        Workspace($"param($Message) {Write("'x'")}; while ($true) {{ }}", ", timeout: 5m");
        using var shell = PowerShell.Create();
        shell.Runspace = _host.Runspace;
        var running = shell.AddScript("Send-IncidentUpdate 1 -Body again").BeginInvoke();
        while (!File.Exists(Sent) && !running.IsCompleted) TestContext.Current.CancellationToken.WaitHandle.WaitOne(20);
        shell.Stop();
        Assert.Equal("Unknown", _host.Text("@(Get-IncidentNotification 1)[-1].State"));
        Assert.Contains("stopped on request", _host.Text("@(Get-IncidentNotification 1)[-1].Detail"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_template_takes_whole_expressions()
    {
        Workspace($"param($Message) {Write("$Message.body")}");
        Directory.CreateDirectory(Path.Combine(_host.Folder, "ops", "templates"));
        File.WriteAllText(Path.Combine(_host.Folder, "ops", "templates", "own.md"), "Subject: ${{ $incident.id }}\n\n${{ $incident.severity -in 'P0', 'P1' ? 'All hands' : 'No hurry' }}: ${{ $incident.title -replace 'down', '}} up' }}, ${{ $incident.nothing ?? 'unknown' }}, ${{ $incident.services.count }} services, costs $${{ x }}");
        _host.Run("Send-IncidentUpdate 1 -Template own");
        Assert.Matches("^(All hands|No hurry): Shop is }} up, unknown, 0 services, costs \\$\\{\\{ x }}\n$", File.ReadAllText(Sent));
        File.WriteAllText(Path.Combine(_host.Folder, "ops", "templates", "bad.md"), "Subject: x\n\nline\n${{ Get-Process }}");
        var error = Assert.Single(_host.Try("Send-IncidentUpdate 1 -Template bad").Errors);
        Assert.StartsWith("TemplateInvalid", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("bad.md:4", error.Exception.Message, StringComparison.Ordinal);
    }
}
