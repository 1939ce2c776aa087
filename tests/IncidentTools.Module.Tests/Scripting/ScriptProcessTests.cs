namespace IncidentTools.Module.Tests.Scripting;

/// <summary>Scripts in a process of their own: the Shell stands for pwsh, whose switches it takes.</summary>
[Collection("PATH")]
public sealed class ScriptProcessTests : IDisposable
{
    private readonly ModuleHost _host = new();
    private readonly string? _path = Environment.GetEnvironmentVariable("PATH");

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("PATH", _path);
        _host.Dispose();
    }

    private Task<PackagedModule.Outcome> Run(string text, Dictionary<string, object?>? parameters = null, double seconds = 120, int maxLines = 1000, CancellationToken cancellation = default)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the stand-in for pwsh is a Unix script");
        var folder = Directory.CreateDirectory(Path.Combine(_host.Folder, "bin")).FullName;
        var pwsh = Path.Combine(folder, "pwsh");
        File.WriteAllText(pwsh, $"#!/bin/sh\nexec dotnet '{ShellProcess.Program()}' \"$@\"\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(pwsh, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Environment.SetEnvironmentVariable("PATH", folder + Path.PathSeparator + _path); // only more is found by it than before
        return PackagedModule.RunAsync(PackagedModule.Scripts(_host), text, parameters, TimeSpan.FromSeconds(seconds), ownProcess: true, maxLines, cancellation: cancellation);
    }

    [Fact]
    public async Task It_runs_elsewhere_as_it_would_here()
    {
        string[] nasty = ["", "'", "\"", "`", "$(exit 1)", "a\0b", "\r\n", "”“‘’", "ü😀", "--", new string('x', 100_000)];
        var given = new Dictionary<string, object?> { ["Texts"] = nasty.ToList<object?>(), ["Map"] = new Dictionary<string, object?> { ["$datetime"] = "not a time", ["k"] = 1L }, ["Span"] = TimeSpan.FromSeconds(90), ["Time"] = DateTimeOffset.UnixEpoch };
        var result = await Run("param($Texts, [hashtable] $Map, [TimeSpan] $Span, [DateTimeOffset] $Time) , $Texts; $Map['$datetime']; $Span; $Time; $PID; [Console]::WriteLine('to the console'); $ExecutionContext.SessionState.Path.CurrentLocation.Path", given);
        Assert.True(result.Succeeded, string.Join('\n', result.Errors));
        Assert.Equal(nasty, ((IReadOnlyList<object?>)result.Output[0]!).Cast<string>());
        Assert.Equal(["not a time", TimeSpan.FromSeconds(90), DateTimeOffset.UnixEpoch], result.Output.Skip(1).Take(3));
        Assert.NotEqual((long)Environment.ProcessId, result.Output[4]);
        Assert.Equal(_host.Folder, result.Output[5]);
        Assert.Contains("to the console", result.Log);
    }

    [Fact]
    public async Task What_it_is_given_is_in_no_command_line_and_our_variables_are_not_handed_on()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        const string secret = "s3cret-Value";
        var result = await Run("param($Password) [IO.File]::ReadAllText('/proc/self/cmdline'); [IO.File]::ReadAllText('/proc/self/environ'); $Password.Length", new() { ["Password"] = secret });
        Assert.True(result.Succeeded, string.Join('\n', result.Errors));
        Assert.DoesNotContain(secret, string.Join('\n', result.Output), StringComparison.Ordinal);
        Assert.Contains("ScriptChild", (string)result.Output[0]!, StringComparison.Ordinal);
        Assert.DoesNotContain("INCIDENTTOOLS_", (string)result.Output[1]!, StringComparison.Ordinal);
        Assert.Equal((long)secret.Length, result.Output[2]);
    }

    [Theory]
    [InlineData("throw 'broken'", "broken")]
    [InlineData("1 +", "line 1, column 4")]
    [InlineData("exit 4", "exit code 4")]
    public async Task Its_errors_are_errors_here(string text, string message)
    {
        var result = await Run(text);
        Assert.True(result is { Succeeded: false, Ended: true });
        Assert.Contains(message, Assert.Single(result.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_stopped_within_a_process_ends_with_it_and_its_children()
    {
        var pids = Path.Combine(_host.Folder, "pids");
        var result = await Run($"'given before'; [Console]::Error.WriteLine('said before'); [IO.File]::AppendAllText('{pids}', \"$PID`n\"); /bin/sh -c 'echo $$ >> {pids}; exec sleep 600' & [Threading.Thread]::Sleep(600000)".Replace("& [", "; [", StringComparison.Ordinal), seconds: 8);
        Assert.True((result.Succeeded, result.TimedOut, result.Ended) is (false, true, true));
        Assert.Equal(["given before"], result.Output); // what there was by then is kept
        Assert.Contains("said before", result.Log);
        var lines = File.ReadAllLines(pids);
        Assert.Equal(2, lines.Length);
        Assert.All(lines, pid => Assert.False(Directory.Exists($"/proc/{pid}") && !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_process_that_ends_without_a_result_leaves_it_unknown()
    {
        var result = await Run("[Environment]::Exit(0)");
        Assert.True(result is { Succeeded: false, Ended: false });
        Assert.Contains("without a result", Assert.Single(result.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_came_before_a_process_is_ended_is_kept_within_bounds()
    {
        var result = await Run("1..3; foreach ($i in 1..3000) { 'x' * 10000 }; [Threading.Thread]::Sleep(600000)", seconds: 15);
        Assert.True(result is { TimedOut: true, Truncated: true, Succeeded: false });
        Assert.Equal([1L, 2L, 3L], result.Output.Take(3));
        Assert.True(result.Output.Count is > 50 and <= 1000, $"{result.Output.Count}");
    }

    [Fact]
    public async Task Much_output_is_cut()
    {
        var result = await Run("1..50000", maxLines: 100);
        Assert.True(result.Succeeded && result.Truncated, string.Join('\n', result.Errors));
        Assert.Equal((100, 50000L), (result.Output.Count, result.Output[^1]));
    }

    [Fact]
    public async Task Without_a_PowerShell_to_start_it_says_so()
    {
        Assert.SkipWhen((_path ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, OperatingSystem.IsWindows() ? "pwsh.exe" : "pwsh"))), "pwsh is installed here");
        var result = await PackagedModule.RunAsync(PackagedModule.Scripts(_host), "1", ownProcess: true);
        Assert.True(result is { Succeeded: false, Ended: true });
        Assert.Contains("'pwsh' is not on PATH", Assert.Single(result.Errors), StringComparison.Ordinal);
    }
}
