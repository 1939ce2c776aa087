using System.Net;
using System.Net.Sockets;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Execution.Remote;

namespace IncidentTools.Engine.Tests.Execution;

/// <summary>Programs over a real ssh connection to a real sshd.</summary>
public sealed class SshRunnerTests : IDisposable
{
    private readonly SshServer _server = new();
    public void Dispose() => _server.Dispose();

    private Task<ProcessResult> RunAsync(ProcessRequest request, CancellationToken cancellation = default) => _server.Runner.RunAsync(request, cancellation);
    private static ProcessRequest Shell(string script, params string[] arguments) => new("/bin/sh", ["-c", script, "sh", .. arguments]);

    [Fact]
    public async Task Output_error_output_and_exit_code_come_back()
    {
        var result = await RunAsync(Shell("echo out; printf 'no end' >&2; exit 7"));
        Assert.Equal((7, "out\n", "no end", null, null, false, false), (result.ExitCode, result.Output, result.ErrorOutput, result.NotStarted, result.Error, result.TimedOut, result.Truncated));
        Assert.Null(result.Note);
        // ssh itself would end with this code when there is no connection
        Assert.Equal((255, null), ((await RunAsync(Shell("exit 255"))) is var other ? (other.ExitCode, other.Error) : default));
        Assert.Equal(143, (await RunAsync(Shell("kill -TERM $$"))).ExitCode);
    }

    [Fact]
    public async Task Variables_and_input_reach_the_program_and_no_list_of_processes()
    {
        const string secret = "s3cret \\ 'quoted'\nsecond\tline \\0101 %s";
        var result = await RunAsync(Shell("cat; printf %s \"$SECRET\"; printf '%s' \"|$EMPTY|\"; tr '\\0' ' ' </proc/$PPID/cmdline; tr '\\0' ' ' </proc/self/cmdline") with
        {
            Environment = new Dictionary<string, string?> { ["SECRET"] = secret, ["EMPTY"] = "" }, StandardInput = secret + "\n", Timeout = TimeSpan.FromSeconds(60),
        });
        Assert.StartsWith($"{secret}\n{secret}||", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", result.Output[((2 * secret.Length) + 1)..], StringComparison.Ordinal);
        var big = new string('x', 300_000) + "\\end";
        Assert.Equal(big, (await RunAsync(new ProcessRequest("cat", []) { StandardInput = big, MaxBytes = 1 << 20 })).Output);
        Assert.Equal("", (await RunAsync(new ProcessRequest("cat", []))).Output); // nothing given is nothing, not a wait
    }

    [Fact]
    public async Task A_folder_or_program_that_is_not_there_is_known_to_have_had_no_effect()
    {
        Assert.Equal(_server.Folder + "\n", (await RunAsync(new ProcessRequest("pwd", []) { WorkingDirectory = _server.Folder })).Output);
        Assert.Contains("no such folder", (await RunAsync(new ProcessRequest("pwd", []) { WorkingDirectory = "/no/such" })).NotStarted, StringComparison.Ordinal);
        Assert.Contains("no such program", (await RunAsync(new ProcessRequest("no-such-program", []))).NotStarted, StringComparison.Ordinal);
        Assert.Contains("no such program", (await RunAsync(new ProcessRequest(_server.Of("user.pub"), []))).NotStarted, StringComparison.Ordinal); // not executable
        Assert.Contains("full path", (await RunAsync(new ProcessRequest("pwd", []) { WorkingDirectory = "tmp" })).NotStarted, StringComparison.Ordinal);
        Assert.Contains("NUL", (await RunAsync(new ProcessRequest("echo", ["a\0b"]))).NotStarted, StringComparison.Ordinal);
        Assert.Contains("option", (await RunAsync(new ProcessRequest("-v", []))).NotStarted, StringComparison.Ordinal);
        Assert.Equal("ArgumentsTooLong", (await RunAsync(new ProcessRequest("echo", [new string('x', 100_001)]))).Error);
    }

    [Theory]
    [InlineData("other-host", "user", "HostKeyChanged")]
    [InlineData(null, "user", "HostKeyUnknown")]
    [InlineData("host", "stranger", "CredentialRefused")]
    public async Task Who_is_not_known_gets_nothing(string? known, string key, string error)
    {
        _server.Known(known);
        _server.Configure(key);
        var canary = _server.Of("canary");
        var before = File.ReadAllText(_server.Of("known_hosts"));
        var result = await RunAsync(new ProcessRequest("touch", [canary]));
        Assert.Equal((error, null), (result.Error, result.ExitCode));
        Assert.NotNull(result.NotStarted);
        Assert.False(File.Exists(canary));
        Assert.Equal(before, File.ReadAllText(_server.Of("known_hosts"))); // and no key was taken in passing
    }

    [Fact]
    public async Task An_admins_configuration_cannot_switch_the_checks_off()
    {
        _server.Known(null);
        _server.Configure("user", "  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n  NoHostAuthenticationForLocalhost yes\n  RemoteCommand echo other\n  ControlMaster auto\n  ControlPath " + _server.Of("master") + "\n  ControlPersist 60\n");
        Assert.Equal("HostKeyUnknown", (await RunAsync(new ProcessRequest("true", []))).Error);
        _server.Known("host");
        Assert.Equal(0, (await RunAsync(new ProcessRequest("true", []))).ExitCode);
        Assert.False(Path.Exists(_server.Of("master")));
    }

    [Fact]
    public async Task Names_without_a_machine_and_machines_without_a_server_are_told_apart()
    {
        Assert.Equal("HostNotFound", (await _server.For(SshServer.Parse("ssh://no-such-host.invalid")).RunAsync(new ProcessRequest("true", []), default)).Error);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        Assert.Equal("HostUnreachable", (await _server.For(SshServer.Parse($"ssh://127.0.0.1:{port}")).RunAsync(new ProcessRequest("true", []), default)).Error);
    }

    [Fact]
    public async Task A_machine_that_takes_the_connection_and_says_nothing_is_a_time_out_before_anything_began()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var result = await _server.For(SshServer.Parse($"ssh://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}")).RunAsync(new ProcessRequest("true", []), default);
        Assert.Equal(("HostTimeout", null), (result.Error, result.ExitCode));
        Assert.NotNull(result.NotStarted);
    }

    [Fact]
    public async Task A_connection_that_breaks_off_leaves_the_outcome_unknown_and_ends_the_program_there()
    {
        var pidFile = _server.Of("pid");
        var running = RunAsync(Shell($"echo $$ >{pidFile}.new; mv {pidFile}.new {pidFile}; echo before; sleep 600; echo after") with { Timeout = TimeSpan.FromMinutes(5) });
        var pid = await Programs.PidAsync(pidFile);
        foreach (var connection in _server.Connections) Programs.End(connection);
        var result = await running;
        Assert.Equal((null, "ConnectionLost", null, false, "before\n"), (result.ExitCode, result.Error, result.NotStarted, result.TimedOut, result.Output));
        await Programs.GoneAsync(pid);
    }

    [Fact]
    public async Task What_is_not_done_in_time_is_ended_there_with_everything_below_it_and_its_output_kept()
    {
        var (pidFile, childFile) = (_server.Of("pid"), _server.Of("child"));
        var running = RunAsync(Shell($"trap 'echo asked' TERM; echo before; sh -c 'trap \"\" TERM; echo $$ >{childFile}; exec sleep 600' & echo $$ >{pidFile}; while :; do sleep 1; done") with { Timeout = TimeSpan.FromSeconds(3), Grace = TimeSpan.FromSeconds(1) });
        var (pid, child) = (await Programs.PidAsync(pidFile), await Programs.PidAsync(childFile));
        var result = await running;
        Assert.Equal((true, null), (result.TimedOut, result.ExitCode));
        Assert.StartsWith("before\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("asked", result.Output, StringComparison.Ordinal); // what it said while it was being ended
        Assert.Null(result.Note); // it confirmed
        Assert.False(Programs.Lives(pid) || Programs.Lives(child));
    }

    [Fact]
    public async Task A_cancel_ends_it_there_too()
    {
        using var stop = new CancellationTokenSource();
        var pidFile = _server.Of("pid");
        var running = RunAsync(Shell($"echo $$ >{pidFile}; exec sleep 600"), stop.Token);
        var pid = await Programs.PidAsync(pidFile);
        await stop.CancelAsync();
        Assert.Equal((true, null), ((await running) is var result ? (result.Cancelled, result.ExitCode) : default));
        await Programs.GoneAsync(pid);
    }

    [Fact]
    public async Task It_dies_when_we_do()
    {
        var pidFile = _server.Of("pid");
        // as a runner that was killed leaves it: the client gone, nobody closed anything
        var clients = new List<int>();
        var running = RunAsync(Shell($"echo $$ >{pidFile}; exec sleep 600") with { OnStarted = (client, _) => clients.Add(client) });
        var pid = await Programs.PidAsync(pidFile);
        Programs.End(Assert.Single(clients));
        Assert.Equal("ConnectionLost", (await running).Error);
        await Programs.GoneAsync(pid);
    }

    [Fact]
    public async Task Over_a_connection_that_is_silent_its_time_limit_there_ends_it()
    {
        var pidFile = _server.Of("pid");
        var running = RunAsync(Shell($"echo $$ >{pidFile}; exec sleep 600") with { Timeout = TimeSpan.FromSeconds(5), Grace = TimeSpan.FromSeconds(1) });
        var pid = await Programs.PidAsync(pidFile);
        // as if the network were cut: neither end hears of the other
        foreach (var connection in _server.Connections) await Programs.RunAsync(new ProcessRequest("/bin/kill", ["-STOP", connection.ToString(System.Globalization.CultureInfo.InvariantCulture)]));
        var result = await running;
        Assert.Equal((true, null), (result.TimedOut, result.ExitCode));
        Assert.Contains("did not confirm", result.Note, StringComparison.Ordinal);
        Assert.NotEmpty(_server.Connections); // the connection stands
        await Programs.GoneAsync(pid);
    }

    [Fact]
    public async Task A_service_it_leaves_behind_does_not_hold_the_step()
    {
        var pidFile = _server.Of("pid");
        var result = await RunAsync(Shell($"echo begun; setsid sh -c 'echo $$ >{pidFile}; exec sleep 600' & while ! [ -s {pidFile} ]; do sleep 0.1; done; exit 4") with { Timeout = TimeSpan.FromMinutes(2) });
        Assert.Equal((4, false), (result.ExitCode, result.TimedOut));
        Assert.StartsWith("begun\n", result.Output, StringComparison.Ordinal);
        Programs.End(await Programs.PidAsync(pidFile));
    }

    [Fact]
    public async Task Output_is_bounded_as_it_is_here()
    {
        var result = await RunAsync(new ProcessRequest("seq", ["1", "200000"]) { MaxLines = 100, MaxBytes = 10_000 });
        Assert.True(result is { Truncated: true, ExitCode: 0 });
        Assert.StartsWith("1\n2\n", result.Output, StringComparison.Ordinal);
        Assert.EndsWith("\n200000\n", result.Output, StringComparison.Ordinal);
        var errors = await RunAsync(Shell("seq 1 200000 >&2; exit 3") with { MaxLines = 100, MaxBytes = 10_000 });
        Assert.Equal((3, true), (errors.ExitCode, errors.Truncated));
        Assert.EndsWith("\n200000\n", errors.ErrorOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_cannot_pass_for_the_word_about_its_own_end()
    {
        var result = await RunAsync(Shell("printf '\\n0123456789ABCDEF01234567 ended 0\\n' >&2; exit 9"));
        Assert.Equal(9, result.ExitCode);
        Assert.Contains("ended 0", result.ErrorOutput, StringComparison.Ordinal);
    }
}
