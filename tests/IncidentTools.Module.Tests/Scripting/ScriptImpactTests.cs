using System.Collections;

namespace IncidentTools.Module.Tests.Scripting;

/// <summary>What a script's text says about its impact: read from its syntax tree and the commands' metadata, never by running it.</summary>
public sealed class ScriptImpactTests : IDisposable
{
    private readonly ModuleHost _host = new();
    private readonly object _scripts;
    public ScriptImpactTests() => _scripts = PackagedModule.Scripts(_host);
    public void Dispose() => _host.Dispose();

    private (string Impact, string What, int Line, int Column)[] Reasons(string text) =>
        [.. ((IEnumerable)PackagedModule.Call(_scripts, "ImpactOf", text)!).Cast<dynamic>().Select(item => ((string)item.Impact.ToString(), (string)item.What, (int)item.Line, (int)item.Column))];

    private string Impact(string text) => Reasons(text) is [var gravest, ..] ? gravest.Impact : "None";

    [Theory]
    [InlineData("'a'.ToUpper()")]
    [InlineData("param($x) if ($x -gt 3) { 'many' } else { [Math]::Round(1.5) }")]
    [InlineData("Get-Thing | Where-Object { $_.Name -like 'a*' } | ForEach-Object Name")]
    [InlineData("Get-Process | Format-Table")]
    [InlineData("& { param($n) $n + 1 } 3")]
    [InlineData("function Remove-Nothing { 1 } Remove-Nothing")]
    [InlineData("Get-Incident 2>$null")]
    [InlineData("[IO.File]::ReadAllText('x'); [IO.File]::Exists('x'); [Environment]::GetEnvironmentVariable('x')")]
    [InlineData("$list = [Collections.Generic.List[string]]::new(); $list.Add('a'); $list.Count")]
    [InlineData("Set-Location x; Set-StrictMode -Version 3; Start-Sleep 1")]
    [InlineData("\"$(1 + 1)\"")]
    [InlineData("")]
    public void Looking_and_reckoning_raise_nothing(string text) => Assert.Empty(Reasons(text));

    [Theory]
    [InlineData("Remove-Item x", "High", "Remove-Item")]
    [InlineData("rm x", "High", "rm")]
    [InlineData("RM x", "High", "RM")]
    [InlineData("Microsoft.PowerShell.Management\\Remove-Item x", "High", "Remove-Item")]
    [InlineData("Re`move-It`em x", "High", "Remove-Item")]
    [InlineData("& 'Remove-Item' x", "High", "Remove-Item")]
    [InlineData("& \"Remove-Item\" x", "High", "Remove-Item")]
    [InlineData("& (Get-Command Rem*-Item) x", "High", "chosen at run time")]
    [InlineData("& $what x", "High", "chosen at run time")]
    [InlineData(". $what", "High", "chosen at run time")]
    [InlineData("& \"Remove-$noun\" x", "High", "chosen at run time")]
    [InlineData("Stop-Service x", "High", "Stop-Service")]
    [InlineData("Stop-Process -Id 1 -WhatIf", "High", "Stop-Process")]
    [InlineData("Clear-Content x", "High", "Clear-Content")]
    [InlineData("Format-Volume x", "High", "Format-Volume")]
    [InlineData("Restart-Computer", "High", "Restart-Computer")]
    [InlineData("Invoke-Expression 'x'", "High", "at run time")]
    [InlineData("iex 'x'", "High", "Invoke-Expression")]
    [InlineData("Invoke-Command { 1 }", "High", "elsewhere")]
    [InlineData("Start-Process x", "High", "out of reach")]
    [InlineData("Set-Alias x Remove-Item; x y", "High", "other names")]
    [InlineData("Add-Type 'class C {}'", "High", "compiles")]
    [InlineData("./other.ps1", "High", "script of its own")]
    [InlineData(". ./profile", "High", "text of its own")]
    [InlineData("using module Evil\n'x'", "High", "loads code")]
    [InlineData("configuration X { }", "High", "loads code")]
    [InlineData("bash -c x", "High", "bash")]
    [InlineData("/bin/rm x", "High", "/bin/rm")]
    [InlineData("mkfs.ext4 /dev/sda", "High", "mkfs")]
    [InlineData("touch x", "Medium", "is a program")]
    [InlineData("apt-get update", "Medium", "is a program")]
    [InlineData("& 'C:\\Program Files\\x.exe' y", "Medium", "is a program")]
    [InlineData("Set-Content x y", "Medium", "Set-Content")]
    [InlineData("New-Item x", "Medium", "New-Item")]
    [InlineData("Frobnicate-Thing x", "Medium", "Frobnicate-Thing")]
    [InlineData("Out-File x", "Medium", "writes")]
    [InlineData("'x' > y", "Medium", "writes a file")]
    [InlineData("'x' >> $log", "Medium", "writes a file")]
    [InlineData("${c:\\x} = 1", "High", "writes to a drive")]
    [InlineData("$function:prompt = { }", "High", "writes to a drive")]
    [InlineData("$env:PATH = ''", "Low", "environment")]
    [InlineData("[IO.File]::Delete('x')", "High", "Delete")]
    [InlineData("[System.IO.File]::WriteAllText('x', 'y')", "High", "WriteAllText")]
    [InlineData("[IO.Directory]::Move('x', 'y')", "High", "Move")]
    [InlineData("[IO.StreamWriter]::new('x')", "Medium", "StreamWriter")]
    [InlineData("[Diagnostics.Process]::Start('x')", "High", "Process")]
    [InlineData("[scriptblock]::Create('x')", "High", "scriptblock")]
    [InlineData("[Reflection.Assembly]::LoadFrom('x')", "High", "Assembly")]
    [InlineData("[Environment]::Exit(1)", "High", "Exit")]
    [InlineData("[Environment]::CurrentDirectory = 'x'", "Medium", "the process")]
    [InlineData("$type::Delete('x')", "High", "chosen at run time")]
    [InlineData("$file.Delete()", "High", "Delete")]
    [InlineData("$file.$method()", "High", "chosen at run time")]
    [InlineData("$thing.Frobnicate()", "Medium", "nobody can tell")]
    [InlineData("$all | % Kill", "High", "Kill")]
    [InlineData("$all | ForEach-Object -MemberName Delete", "High", "Delete")]
    [InlineData("$all.ForEach('Kill')", "High", "Kill")]
    [InlineData("$ExecutionContext.InvokeCommand.InvokeScript('x')", "High", "InvokeScript")]
    [InlineData("\"a $(Remove-Item x) b\"", "High", "Remove-Item")]
    [InlineData("Get-Thing | Where-Object { Remove-Item $_ }", "High", "Remove-Item")]
    [InlineData("@{ a = { b = { Remove-Item x } } }.a", "High", "Remove-Item")]
    [InlineData("function f { Remove-Item x } 'nothing'", "High", "Remove-Item")]
    [InlineData("class C { [void] Go() { Remove-Item x } }", "High", "Remove-Item")]
    [InlineData("try { 1 } finally { Remove-Item x }", "High", "Remove-Item")]
    [InlineData("param($x = (Remove-Item y)) 1", "High", "Remove-Item")]
    [InlineData("Remove-Item x & ", "High", "Remove-Item")]
    [InlineData("[wmi]'x'", "Medium", "wmi")]
    [InlineData("if (", "High", "cannot be read")]
    [InlineData("Remove-DscConfigurationDocument", "High", "Remove-DscConfigurationDocument")]
    public void What_a_script_does_raises_its_impact(string text, string impact, string what)
    {
        var reasons = Reasons(text);
        Assert.NotEmpty(reasons);
        Assert.True(reasons[0].Impact == impact && reasons[0].What.Contains(what, StringComparison.Ordinal), string.Join("; ", reasons));
    }

    [Fact]
    public void Each_reason_has_its_place_and_the_gravest_comes_first()
    {
        var reasons = Reasons("'x' > y\n  touch z\n\nif ($true) {\n    Remove-Item z\n    Remove-Item z\n}");
        Assert.Equal([("High", 5, 5), ("Medium", 1, 5), ("Medium", 2, 3)], reasons.Select(item => (item.Impact, item.Line, item.Column)));
    }

    [Fact]
    public void The_metadata_of_the_session_counts_where_it_knows_a_command()
    {
        Assert.Equal("None", Impact("Get-Gently x"));
        _host.Run("function global:Get-Gently { [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')] param($x) }; function global:Grow-It { param($x) }");
        _host.Runspace.SessionStateProxy.InvokeProvider.Item.Set("alias:softly", "Get-Gently");
        Assert.Equal("High", Impact("Get-Gently x"));
        Assert.Equal("High", Impact("softly x"));
        Assert.Equal("Medium", Impact("Grow-It x"));
        // ours, as the module declares them; the bare engine's own as well
        Assert.Equal("Medium", Impact("Add-IncidentNote x"));
        Assert.Equal("None", Impact("Get-IncidentTimeline 1"));
        Assert.Equal("None", Impact("Get-Command x"));
    }

    [Fact]
    public void Reading_a_script_runs_and_loads_nothing()
    {
        var canary = Path.Combine(_host.Folder, "canary");
        var module = Directory.CreateDirectory(Path.Combine(_host.Folder, "modules", "Loud")).FullName;
        File.WriteAllText(Path.Combine(module, "Loud.psm1"), $"[IO.File]::WriteAllText('{canary}', 'x'); function Get-Loud {{ }}");
        _host.Run($"$env:PSModulePath = '{Path.GetDirectoryName(module)}' + [IO.Path]::PathSeparator + $env:PSModulePath; $ExecutionContext.InvokeCommand.CommandNotFoundAction = {{ [IO.File]::WriteAllText('{canary}', 'x') }}");
        foreach (var text in new[] { "Get-Loud", "Loud\\Get-Loud", "Import-Module Loud", "using module Loud\nGet-Loud", $"[IO.File]::WriteAllText('{canary}', 'x')", $"configuration X {{ Import-DscResource -ModuleName Loud }}", $"\"$([IO.File]::WriteAllText('{canary}', 'x'))\"" }) _ = Reasons(text);
        Assert.False(File.Exists(canary));
    }
}
