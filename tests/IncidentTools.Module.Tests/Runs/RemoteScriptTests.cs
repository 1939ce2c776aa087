using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace IncidentTools.Module.Tests.Runs;

/// <summary>Scripts in the PowerShell of another machine: a real sshd on loopback with a real pwsh as its subsystem.</summary>
[Collection("PATH")]
public sealed class RemoteScriptTests : IDisposable
{
    private readonly RunHost _runs = new();
    private readonly int _port = FreePort();
    private Process? _sshd;

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("INCIDENTTOOLS_SSH_CONFIG", null);
        Environment.SetEnvironmentVariable("INCIDENTTOOLS_SSH_KNOWN_HOSTS", null);
        if (_sshd is { HasExited: false }) _sshd.Kill(entireProcessTree: true);
        _sshd?.Dispose();
        _runs.Dispose();
    }

    private string Of(string name) => Path.Combine(_runs.Host.Folder, name);

    private void Serve(string known = "host", bool shell = true)
    {
        const string program = "/usr/sbin/sshd";
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists(program), "needs sshd (Debian: openssh-server)");
        var pwsh = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, "pwsh")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(shell && pwsh is null, "needs pwsh on PATH");
        if (Environment.UserName == "root") Directory.CreateDirectory("/run/sshd");
        foreach (var key in new[] { "host", "other", "user" }) Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", Of(key)).WaitForExit();
        File.WriteAllText(Of("sshd_config"), $"Port {_port}\nListenAddress 127.0.0.1\nHostKey {Of("host")}\nAuthorizedKeysFile {Of("user.pub")}\nPidFile none\nStrictModes no\nUsePAM no\nPermitRootLogin yes\nSubsystem powershell {pwsh ?? "/bin/false"} -sshs -NoLogo -NoProfile\n");
        File.WriteAllText(Of("known_hosts"), known.Length == 0 ? "" : $"[127.0.0.1]:{_port} {File.ReadAllText(Of(known + ".pub"))}");
        File.WriteAllText(Of("ssh_config"), $"Host *\n  IdentityFile {Of("user")}\n  IdentitiesOnly yes\n  IdentityAgent none\n");
        Environment.SetEnvironmentVariable("INCIDENTTOOLS_SSH_CONFIG", Of("ssh_config"));
        Environment.SetEnvironmentVariable("INCIDENTTOOLS_SSH_KNOWN_HOSTS", Of("known_hosts"));
        _sshd = Run(program, "-D", "-e", "-f", Of("sshd_config"));
        for (var tries = 0; tries < 200 && !Answers(); tries++) Thread.Sleep(50);
    }

    private RunbookStep Step(string script, string more = "", string with = "")
    {
        _runs.Book("far", $"- {{ id: far, phase: resolve, uses: script, target: 'psrp://127.0.0.1:{_port}', with: {{ text: \"{script}\"{with} }}, impact: none, approval: {{ min: 0 }}{more} }}");
        var (output, _) = _runs.Try("Invoke-Runbook far");
        return _runs.Step(((RunbookRun)Assert.Single(output).BaseObject).Run, "far");
    }

    [Fact]
    public void A_program_runs_on_the_hosts_of_a_service()
    {
        Serve(shell: false);
        File.WriteAllText(Path.Combine(_runs.Workspace, "services.yaml"), $"schema: incidenttools/services/v1\nservices:\n  shop: {{ name: Shop, hosts: ['ssh://127.0.0.1:{_port}', 'ssh://nobody@127.0.0.1:{_port}'] }}\n");
        _runs.Book("far", "- { id: far, phase: investigate, uses: command, target: '${{ $service.hosts }}', concurrency: 2, errorThreshold: 50%, with: { program: printf, args: ['%s', \"'; touch canary; '\"] }, impact: none }", "parameters: { service: { type: service, required: true } }");
        var run = _runs.Invoke("far -Service shop");
        Assert.Equal("Succeeded", run.State);
        var hosts = ((IReadOnlyList<object?>)_runs.Step(run.Run, "far").Value!).Cast<IReadOnlyDictionary<string, object?>>().ToArray();
        Assert.Equal(("Succeeded", 0L, "'; touch canary; '"), (hosts[0]["status"], hosts[0]["exitCode"], ((IReadOnlyDictionary<string, object?>)hosts[0]["value"]!)["output"]));
        Assert.Equal(("Failed", null, "CredentialRefused"), (hosts[1]["status"], hosts[1]["exitCode"], hosts[1]["error"]));
        Assert.Contains("ssh://nobody@127.0.0.1", _runs.Step(run.Run, "far").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_go_there_and_typed_results_come_back()
    {
        Serve();
        var step = Step("param($list, $text) $list.Count; $text; [TimeSpan]::FromSeconds(90); @{ a = 1.5 }; (Get-Command ConvertTo-Json).Source; Write-Warning careful; $PID", with: ", parameters: { list: [1, 2], text: \"'; exit 9; $(exit 9) `\" }");
        Assert.True(step.State == "Succeeded", step.Message);
        var value = (IReadOnlyList<object?>)step.Value!;
        Assert.Equal([2L, "'; exit 9; $(exit 9) `", TimeSpan.FromSeconds(90)], value.Take(3));
        Assert.Equal(1.5, ((IReadOnlyDictionary<string, object?>)value[3]!)["a"]);
        Assert.Equal("Microsoft.PowerShell.Utility", value[4]);
        Assert.NotEqual((long)Environment.ProcessId, value[5]);
    }

    [Fact]
    public void Its_errors_are_errors_here_and_exit_leaves_it_in_doubt()
    {
        Serve();
        var step = Step("1; throw 'broken'");
        Assert.Equal(("Failed", "ScriptFailed"), (step.State, step.Error));
        Assert.Contains("broken", step.Message, StringComparison.Ordinal);
        Assert.Contains("not good", Step("Write-Error 'not good'; 2").Message, StringComparison.Ordinal);
        step = Step("exit 0");
        Assert.Equal(("InDoubt", "ConnectionLost"), (step.State, step.Error));
    }

    [Theory]
    [InlineData("other", "HostKeyChanged")]
    [InlineData("", "HostKeyUnknown")]
    public void A_machine_that_is_not_believed_gets_nothing(string known, string error)
    {
        Serve(known);
        var canary = Of("canary");
        var step = Step($"[IO.File]::WriteAllText('{canary}', 'x')");
        Assert.Equal(("Failed", error), (step.State, step.Error));
        Assert.False(File.Exists(canary));
    }

    [Fact]
    public void What_does_not_end_ends_with_the_connection()
    {
        Serve();
        var pid = Of("pid");
        var step = Step($"[IO.File]::WriteAllText('{pid}', $PID); [Threading.Thread]::Sleep(600000)", ", timeout: 15s");
        Assert.Equal("InDoubt", step.State);
        Assert.Contains("no result within 15s", step.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(pid), step.Message);
        var number = File.ReadAllText(pid);
        for (var tries = 0; tries < 600 && Directory.Exists($"/proc/{number}"); tries++) Thread.Sleep(50);
        Assert.False(Directory.Exists($"/proc/{number}"), "it lives on");
    }

    [Fact]
    public void A_loop_is_stopped_over_there()
    {
        Serve();
        var step = Step("'before'; while ($true) { Start-Sleep -Milliseconds 100 }", ", timeout: 15s");
        Assert.Equal("InDoubt", step.State);
        Assert.Contains("no result within 15s", step.Message, StringComparison.Ordinal);
    }

    private static Process Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardError = true };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        _ = process.StandardError.ReadToEndAsync();
        return process;
    }

    private bool Answers()
    {
        try
        {
            using var client = new TcpClient();
            client.Connect(IPAddress.Loopback, _port);
            return true;
        }
        catch (SocketException) { return false; }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
