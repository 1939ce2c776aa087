namespace IncidentTools.Module.Tests.Shell;

/// <summary>The everyday commands that the Shell brings, through the process.</summary>
public sealed class EverydayTests : IDisposable
{
    private readonly ModuleHost _host = new(import: false);
    public void Dispose() => _host.Dispose();

    private (int Code, string Output, string Errors) Run(string command)
    {
        var result = ShellProcess.Run(_host.Store, "-Command", command);
        return (result.Code, result.Output.ReplaceLineEndings("\n").Trim(), result.Errors.ReplaceLineEndings("\n").Trim());
    }

    [Theory]
    [InlineData("Write-Output 1 | ForEach-Object { $_ + 1 }", "2")]
    [InlineData("Write-Output (1, 2) -NoEnumerate | ForEach-Object { \"$($_.Count)\" }", "2")]
    [InlineData("Write-Host a, b 3 -Separator / -NoNewline; Write-Host '!'", "a/b/3!")]
    [InlineData("Write-Host red -ForegroundColor Red -BackgroundColor White", "red")]
    [InlineData("$said = Write-Host hello 6>&1; \"<$said>\"", "<hello>")]
    [InlineData("$warned = Write-Warning careful 3>&1; \"<$warned>\"", "<careful>")]
    [InlineData("$failed = Write-Error broken 2>&1; \"<$failed> $($failed.GetType().Name)\"", "<broken> ErrorRecord")]
    [InlineData("try { Write-Error broken -ErrorId Mine -Category NotInstalled -ErrorAction Stop } catch { \"$($_.FullyQualifiedErrorId) $($_.CategoryInfo.Category)\" }", "Mine,IncidentTools.Shell.Everyday.WriteErrorCommand NotInstalled")]
    [InlineData("(1..3 | Out-String).Split([char]10).Count", "4")]
    [InlineData("1..3 | Out-String -Stream | ForEach-Object { \"<$_>\" }", "<1>\n<2>\n<3>")]
    [InlineData("'one' > a.txt; 'two' >> a.txt; [IO.File]::ReadAllText((Get-Location).Path + '/a.txt').Split([char]10).Count", "3")]
    [InlineData("'one' | Out-File b.txt; try { 'two' | Out-File b.txt -NoClobber } catch { $_.FullyQualifiedErrorId.Split(',')[0] }", "FileNotWritten")]
    [InlineData("$null = [IO.Directory]::CreateDirectory((Get-Location).Path + '/sub [1]'); Set-Location -LiteralPath 'sub [1]'; (Get-Location).Path.EndsWith('sub [1]'); cd -; (pwd).Path.EndsWith('sub [1]')", "True\nFalse")]
    [InlineData("Set-Location nowhere 2>&1 | ForEach-Object { $_.FullyQualifiedErrorId.Split(',')[0] }", "PathNotFound")]
    [InlineData("Clear-Host; 'still here'", "still here")]
    public void They_do_what_they_do_in_full_PowerShell(string command, string output)
    {
        // in a folder of its own: some of them write files
        var result = Run($"Set-Location '{_host.Folder}'; {command}");
        Assert.Equal((output, ""), (result.Output, result.Errors));
    }

    [Fact]
    public void Streams_go_where_they_belong()
    {
        var result = Run("'out'; Write-Warning 'careful'; Write-Error 'broken' -RecommendedAction 'mend it'; Write-Host 'seen'; Write-Host 'red' -ForegroundColor Red");
        Assert.Equal("out\nseen\nred", result.Output);
        Assert.Equal("WARNING: careful\nbroken\n  → mend it", result.Errors);
        Assert.Equal(0, result.Code); // the last command did not fail
    }

    [Fact]
    public void Every_alias_and_function_leads_somewhere()
    {
        var dangling = Run("Get-Command -CommandType Alias | ForEach-Object { if (-not (Get-Command $_.Definition -ErrorAction Ignore)) { $_.Name } }; foreach ($name in 'mkdir', 'more', 'oss', 'Pause') { (Get-Command $name -CommandType Function -ErrorAction Ignore).Name }");
        Assert.Equal(("", ""), (dangling.Output, dangling.Errors));
    }

    [Theory]
    [InlineData("Select-Object", "part of full PowerShell: `pwsh`, then Import-Module '")]
    [InlineData("ConvertTo-Json", "part of full PowerShell")]
    [InlineData("Get-ChildItem", "part of full PowerShell")]
    [InlineData("gci", "part of full PowerShell")]
    [InlineData("Star-Incident", "Did you mean Start-Incident?")]
    [InlineData("Get-Incidents", "Did you mean Get-Incident")]
    [InlineData("Get-Timeline", "Did you mean Get-IncidentTimeline?")]
    [InlineData("Qwertz-Asdf", "Get-Command -Module IncidentTools")]
    public void An_unknown_command_gets_advice(string command, string advice)
    {
        var result = Run(command);
        Assert.Equal(1, result.Code);
        Assert.StartsWith($"'{command}' is no command, script or program here.", result.Errors, StringComparison.Ordinal);
        Assert.Contains(advice, result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void The_module_that_the_advice_names_is_there()
    {
        var errors = Run("Sort-Object").Errors;
        Assert.True(File.Exists(errors.Split('\'')[^2]), errors);
    }

    [Fact]
    public void Each_kind_of_object_gets_its_own_view_and_without_one_a_list()
    {
        var result = Run("Get-Location; Start-Incident 'Shop is down' -NoPage; [pscustomobject] @{ a = 1; b = 2; c = 3; d = 4; e = 5 }; Get-Incident 99; 'last'");
        Assert.Contains("Id       Sev  State", result.Output, StringComparison.Ordinal);
        Assert.Contains("a : 1\nb : 2\nc : 3", result.Output, StringComparison.Ordinal);
        Assert.EndsWith("last", result.Output, StringComparison.Ordinal);
        Assert.StartsWith("Get-Incident: There is no incident '99'", result.Errors, StringComparison.Ordinal);
        Assert.Equal(2, result.Errors.Split('\n').Length); // what happened, and what to do: once
    }

    [Fact]
    public void What_came_before_an_error_that_ends_the_command_is_shown() =>
        Assert.Contains(_host.Folder, Run($"Set-Location '{_host.Folder}'; Get-Location; throw 'no'").Output, StringComparison.Ordinal);

    [Fact]
    public void Help_is_readable_without_formatting_modules()
    {
        var overview = Run("help");
        Assert.Contains("Start-Incident", overview.Output, StringComparison.Ordinal);
        var page = Run("help Start-Incident").Output;
        Assert.StartsWith("Start-Incident", page, StringComparison.Ordinal);
        foreach (var part in new[] { "\nSyntax\n", "[[-Title] <string>]", "\nParameters\n", "\n  -Title <", "position 0" }) Assert.Contains(part, page, StringComparison.Ordinal);
        // commands of examples are never wrapped: they are there to be pasted
        Assert.All(page.Split('\n').Where(line => !line.Contains("PS> ", StringComparison.Ordinal)), line => Assert.True(line.Length <= 110, line));
        Assert.StartsWith("-Title <", Run("help Start-Incident -Parameter ti*").Output, StringComparison.Ordinal);
        Assert.Contains("There is no help for 'Qwertz-Asdf'", Run("help Qwertz-Asdf").Errors, StringComparison.Ordinal);
        Assert.StartsWith("Get-Command", Run("help gcm").Output, StringComparison.Ordinal);
    }
}
