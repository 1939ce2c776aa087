using IncidentTools.Engine.Tests.Notifications;

namespace IncidentTools.Module.Tests.Communications;

/// <summary>An update by mail, from the command to a real server's mailbox: encrypted, with a login, in a process that trusts the server.</summary>
public sealed class MailTests : IDisposable
{
    private readonly ModuleHost _host = new();
    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task An_update_arrives_over_STARTTLS_with_a_login()
    {
        using var server = new EximServer(tls: true);
        var start = ShellProcess.Prepare(ShellProcess.Program(), _host.Store, "-File", Workspace(server.Port));
        start.Environment["SSL_CERT_FILE"] = server.CertificateFile;
        start.Environment["INCIDENTTOOLS_SECRET_MAIL"] = "s3cret";
        using var shell = System.Diagnostics.Process.Start(start)!;
        var errors = shell.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal("Sent", (await shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Trim());
        Assert.Equal("", await errors);
        var mail = Assert.Single(server.Mail(1));
        Assert.Contains("Subject: ", mail, StringComparison.Ordinal);
        Assert.Contains("half back", mail, StringComparison.Ordinal);
        Assert.Contains("Message-Id: <", mail, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(_host.Run($"Get-IncidentJournal INC-1 -Store '{_host.Store}'").Select(entry => ((JournalEntry)entry.BaseObject).ToString()), text => text.Contains("s3cret", StringComparison.Ordinal));
    }

    private string Workspace(int port)
    {
        _host.Run("New-IncidentWorkspace ./ops; Disconnect-IncidentStore");
        var policy = Path.Combine(_host.Folder, "ops", "policy.yaml");
        File.WriteAllText(policy, File.ReadAllText(policy)
            .Replace("channels: {}", $"channels: {{ mail: {{ uses: smtp, with: {{ host: localhost, port: {port}, from: incidents@example.test, to: [ana@example.test], user: ops, password: 'secret:mail' }} }} }}", StringComparison.Ordinal)
            .Replace("  internal: []", "  internal: [mail]", StringComparison.Ordinal));
        var script = Path.Combine(_host.Folder, "update.ps1");
        File.WriteAllText(script, $"$null = Start-Incident 'Shop is down' -NoPage; $null = Send-IncidentUpdate 1 -Body 'half back' -Workspace '{_host.Folder}/ops'; (Get-IncidentNotification 1).State");
        return script;
    }
}
