namespace IncidentTools.Module.Tests.Shell;

/// <summary>The shell as a process: what it prints where, and with which exit code it ends.</summary>
public sealed class ShellTests : IDisposable
{
    private readonly ModuleHost _host = new(import: false);
    public void Dispose() => _host.Dispose();

    private string Script(string text)
    {
        var file = Path.Combine(_host.Folder, "script.ps1");
        File.WriteAllText(file, text);
        return file;
    }

    [Theory]
    [InlineData("1 + 1", 0)]
    [InlineData("exit 7", 7)]
    [InlineData("Get-Incident 99", 1)]
    [InlineData("throw 'no'", 1)]
    [InlineData("this is not a command", 1)]
    [InlineData("if (", 1)]
    public void A_command_ends_with_its_exit_code(string command, int code) => Assert.Equal(code, ShellProcess.Run(_host.Store, "-Command", command).Code);

    [Fact]
    public void A_script_gets_its_arguments_and_gives_its_exit_code()
    {
        var result = ShellProcess.Run(_host.Store, "-File", Script("param($a, $b) \"$a/$b\"; exit 3"), "one two", "$(3)");
        Assert.Equal((3, "one two/$(3)"), (result.Code, result.Output.Trim()));
        Assert.Equal(64, ShellProcess.Run(_host.Store, "-File", "no-such-script.ps1").Code);
        Assert.Equal(64, ShellProcess.Run(_host.Store, "-Nonsense").Code);
        Assert.Equal(64, ShellProcess.Run(_host.Store, "-File").Code);
    }

    [Theory]
    [InlineData("-Name x -Flag 7", "x True 7")]
    [InlineData("x", "x False ")]
    [InlineData("-Name:x -Flag:$false 7", "x False 7")]
    [InlineData("-Rest -1 x", "x False -1")]
    public void A_script_gets_named_parameters_and_switches(string arguments, string expected)
    {
        var script = Script("param([string] $Name, [switch] $Flag, $Rest) \"$Name $Flag $Rest\"");
        Assert.Equal(expected, ShellProcess.Run(_host.Store, ["-File", script, .. arguments.Split(' ')]).Output.TrimEnd('\r', '\n'));
    }

    [Theory]
    [InlineData("exit 3", 3)]
    [InlineData("function Leave { exit 6 } Leave; 'never'", 6)]
    [InlineData("throw 'no'", 1)]
    [InlineData("Get-Incident 99 -ErrorAction Stop", 1)]
    [InlineData("param([int] $Number) 'never'", 1)]
    [InlineData("Get-Incident 99; 'went on'", 0)]
    [InlineData("$global:LASTEXITCODE = 4; 'a program failed and the script did not mind'", 0)]
    [InlineData("$global:LASTEXITCODE = 4; exit", 0)]
    public void A_script_ends_as_pwsh_would_end_it(string text, int code) => Assert.Equal(code, ShellProcess.Run(_host.Store, Script(text), "text").Code);

    [Theory]
    [InlineData("Get-Incident 99; 'went on'", 0)]
    [InlineData("try { throw 'x' } catch { 'caught' }", 0)]
    public void Only_the_last_command_decides_for_a_text(string command, int code) => Assert.Equal(code, ShellProcess.Run(_host.Store, "-Command", command).Code);

    [Fact]
    public void Ctrl_C_ends_a_command_given_as_text()
    {
        ShellProcess.NeedsInterrupts();
        using var shell = ShellProcess.Start(_host.Store, "-Command", "'begun'; while ($true) { }");
        Assert.Equal("begun", shell.StandardOutput.ReadLine());
        using var kill = System.Diagnostics.Process.Start("kill", ["-INT", $"{shell.Id}"]);
        if (!shell.WaitForExit(TimeSpan.FromMinutes(1)))
        {
            shell.Kill(entireProcessTree: true);
            Assert.Fail("it went on");
        }
        Assert.Equal(130, shell.ExitCode);
    }

    [Fact]
    public void Objects_are_shown_in_their_views_without_colour()
    {
        var result = ShellProcess.Run(_host.Store, "-Command", "Start-Incident 'Shop is down' -NoPage");
        Assert.Equal(0, result.Code);
        Assert.Contains("Id       Sev  State", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', result.Output);
    }

    [Fact]
    public void The_first_incident_of_the_README_runs_and_the_journal_agrees()
    {
        var example = Path.Combine(Path.GetDirectoryName(ModuleHost.ModulePath)!, "..", "..", "..", "examples", "first-incident.ps1");
        Assert.SkipUnless(File.Exists(example), "needs the repository's examples");
        var result = ShellProcess.Run(_host.Store, Path.GetFullPath(example));
        Assert.True(result.Code == 0, result.Errors);
        using var reader = new ModuleHost();
        Assert.Equal("Closed", reader.Text($"(Get-Incident 1 -Store '{_host.Store}').State"));
        Assert.True(reader.Run<bool>($"Test-IncidentJournal -Deep -Quiet -Store '{_host.Store}'"));
    }

    [Fact]
    public void No_file_is_left_in_the_home_of_the_user()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix homes");
        var home = Directory.CreateDirectory(Path.Combine(_host.Folder, "home")).FullName;
        var start = ShellProcess.Prepare(ShellProcess.Program(), _host.Store, "-Command", "$null = Start-Incident 'Shop is down' -NoPage; Get-IncidentNextStep");
        start.Environment["HOME"] = home;
        foreach (var variable in new[] { "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME" }) start.Environment.Remove(variable);
        using var shell = System.Diagnostics.Process.Start(start)!;
        Assert.Contains("INC-1", shell.StandardOutput.ReadToEnd(), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(home, "*", SearchOption.AllDirectories)); // the engine makes empty folders there
    }

    [Fact]
    public void Lines_from_a_pipe_are_run_one_by_one()
    {
        using var shell = ShellProcess.Start(_host.Store);
        shell.StandardInput.WriteLine("$a = 20");
        shell.StandardInput.WriteLine("if ($a) {");
        shell.StandardInput.WriteLine("$a + 1 }");
        shell.StandardInput.WriteLine("exit 5");
        shell.StandardInput.Close();
        Assert.Equal("21", shell.StandardOutput.ReadToEnd().Trim());
        shell.WaitForExit();
        Assert.Equal(5, shell.ExitCode);
    }
}
