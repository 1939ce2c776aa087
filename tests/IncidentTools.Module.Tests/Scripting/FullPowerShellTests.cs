namespace IncidentTools.Module.Tests.Scripting;

/// <summary>Scripts in a full PowerShell of their own, where there is one.</summary>
[Collection("PATH")]
public sealed class FullPowerShellTests : IDisposable
{
    private readonly ModuleHost _host = new();
    public void Dispose() => _host.Dispose();

    private Task<PackagedModule.Outcome> Run(string text, Dictionary<string, object?>? parameters = null, double seconds = 120)
    {
        Assert.SkipUnless((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, OperatingSystem.IsWindows() ? "pwsh.exe" : "pwsh"))), "needs pwsh on PATH");
        return PackagedModule.RunAsync(PackagedModule.Scripts(_host), text, parameters, TimeSpan.FromSeconds(seconds), ownProcess: true);
    }

    [Fact]
    public async Task It_is_a_full_one_and_values_pass_unchanged_both_ways()
    {
        string[] nasty = ["", "'", "\"", "`", "$(exit 1)", "\r\n", "”“‘’", "ü😀", "--", "a\0b", new string('x', 100_000)];
        var result = await Run("param($Texts, [TimeSpan] $Span) , $Texts; $Span; (Get-Command ConvertTo-Json).Source; @{ a = 1.5; b = @($true, $null) }; Write-Warning careful; Write-Information told -InformationAction Continue", new() { ["Texts"] = nasty.ToList<object?>(), ["Span"] = TimeSpan.FromSeconds(90) });
        Assert.True(result.Succeeded, string.Join('\n', result.Errors));
        Assert.Equal(nasty, ((IReadOnlyList<object?>)result.Output[0]!).Cast<string>());
        Assert.Equal([TimeSpan.FromSeconds(90), "Microsoft.PowerShell.Utility"], result.Output.Skip(1).Take(2));
        Assert.Equal([true, null], (IReadOnlyList<object?>)((IReadOnlyDictionary<string, object?>)result.Output[3]!)["b"]!);
        Assert.Equal(["warning: careful", "told"], result.Log);
    }

    [Fact]
    public async Task No_value_is_in_its_command_line()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        var result = await Run("param($Password) [IO.File]::ReadAllText('/proc/self/cmdline')", new() { ["Password"] = "s3cret-Value" });
        Assert.True(result.Succeeded, string.Join('\n', result.Errors));
        Assert.DoesNotContain("s3cret", (string)result.Output[0]!, StringComparison.Ordinal);
        Assert.Contains("-NonInteractive", (string)result.Output[0]!, StringComparison.Ordinal);
        Assert.DoesNotContain("ReadAllText", (string)result.Output[0]!, StringComparison.Ordinal); // nor the script
    }

    [Theory]
    [InlineData("throw 'broken'", "broken")]
    [InlineData("Write-Error 'not good'", "not good")]
    [InlineData("Read-Host 'name'", "")]
    [InlineData("exit 4", "exit code 4")]
    public async Task Its_errors_are_errors_here(string text, string message)
    {
        var result = await Run(text);
        Assert.True(result is { Succeeded: false, Ended: true });
        Assert.Contains(message, result.Errors[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_stopped_is_ended_with_its_children_and_what_came_before_is_kept()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a Unix shell");
        var pids = Path.Combine(_host.Folder, "pids");
        var result = await Run($"'before'; [IO.File]::AppendAllText('{pids}', \"$PID`n\"); $start = [Diagnostics.ProcessStartInfo]::new('/bin/sh'); $start.ArgumentList.Add('-c'); $start.ArgumentList.Add('echo $$ >> {pids}; exec sleep 600'); $null = [Diagnostics.Process]::Start($start); while ([IO.File]::ReadAllLines('{pids}').Count -lt 2) {{ Start-Sleep -Milliseconds 50 }}; [Threading.Thread]::Sleep(600000)", seconds: 15);
        Assert.True((result.Succeeded, result.TimedOut, result.Ended) is (false, true, true));
        Assert.Equal(["before"], result.Output);
        var lines = File.ReadAllLines(pids);
        Assert.Equal(2, lines.Length);
        Assert.All(lines, pid => Assert.False(Directory.Exists($"/proc/{pid}") && !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z", StringComparison.Ordinal)));
    }
}
