using System.Management.Automation;

namespace IncidentTools.Module.Tests.Scripting;

public sealed class ScriptRunnerTests : IDisposable
{
    private readonly ModuleHost _host = new();
    private readonly object _scripts;

    public ScriptRunnerTests() => _scripts = PackagedModule.Scripts(_host);
    public void Dispose() => _host.Dispose();

    private Task<PackagedModule.Outcome> Run(string text, Dictionary<string, object?>? parameters = null, double seconds = 120, int maxLines = 1000, int maxBytes = 1 << 20, CancellationToken cancellation = default) =>
        PackagedModule.RunAsync(_scripts, text, parameters, TimeSpan.FromSeconds(seconds), false, maxLines, maxBytes, cancellation);

    // the bare engine has no Write-Warning and its like
    private const string Says = "function Say { [CmdletBinding()] param($kind, $text) switch ($kind) { warning { $PSCmdlet.WriteWarning($text) } verbose { $PSCmdlet.WriteVerbose($text) } error { $PSCmdlet.WriteError([Management.Automation.ErrorRecord]::new([Exception]::new($text), 'id', 'NotSpecified', $null)) } info { $PSCmdlet.WriteInformation($text, @()) } } }; ";

    [Fact]
    public async Task Output_is_plain_data()
    {
        var result = await Run("'text'; 1; 2.5; $true; $null; [TimeSpan]'0:0:5'; [DateTimeOffset]'2026-11-01T09:00:00Z'; @{ a = @(1, 'x'); b = @{ c = @{ d = 1 } } }; [pscustomobject]@{ Name = 'n'; Inner = [pscustomobject]@{ Deep = 1 } }; [DayOfWeek]::Monday; [Version]'1.2'; , @(1, 2)");
        Assert.True(result.Succeeded, string.Join('\n', result.Errors));
        Assert.Equal(["text", 1L, 2.5, true], result.Output.Take(4));
        Assert.Equal([null, TimeSpan.FromSeconds(5), new DateTimeOffset(2026, 11, 1, 9, 0, 0, TimeSpan.Zero)], result.Output.Skip(4).Take(3));
        var map = Assert.IsType<Dictionary<string, object?>>(result.Output[7]);
        Assert.Equal([1L, "x"], (IReadOnlyList<object?>)map["a"]!);
        Assert.Equal(1L, ((IReadOnlyDictionary<string, object?>)((IReadOnlyDictionary<string, object?>)map["b"]!)["c"]!)["d"]);
        Assert.Equal(1L, ((IReadOnlyDictionary<string, object?>)((IReadOnlyDictionary<string, object?>)result.Output[8]!)["Inner"]!)["Deep"]);
        Assert.Equal(["Monday", "1.2"], result.Output.Skip(9).Take(2));
        Assert.Equal([1L, 2L], (IReadOnlyList<object?>)result.Output[11]!);
        Assert.False(result.Truncated);
    }

    /// <summary>Runspaces are used again: whatever a script leaves behind, the next one does not see.</summary>
    [Theory]
    [InlineData("$global:left = 1", "if ($null -ne $left) { 'seen' }")]
    [InlineData("function global:left { 'seen' }", "if (Test-Path Function:left) { left } elseif ($ExecutionContext.InvokeCommand.GetCommand('left', 'Function')) { 'seen' }")]
    [InlineData("$ExecutionContext.SessionState.PSVariable.Set('ErrorActionPreference', 'Continue'); $global:ErrorActionPreference = 'Continue'", "if ($ErrorActionPreference -ne 'Stop') { 'seen' }")]
    [InlineData("$null = $ExecutionContext.SessionState.Path.SetLocation('/')", "if (\"$($ExecutionContext.SessionState.Path.CurrentLocation)\" -eq '/') { 'seen' }")]
    [InlineData("$null = New-Module -Name left { function left { 'seen' } } | Import-Module -Global", "if (Get-Module left) { 'seen' }")]
    [InlineData("Enter-Incident 1 -ErrorAction SilentlyContinue; $Error.Clear(); $global:PSDefaultParameterValues = @{ '*:Verbose' = $true }", "if ($PSDefaultParameterValues.Count) { 'seen' }")]
    [InlineData("Set-StrictMode -Version 3", "try { $null = $neverset } catch { 'seen' }")]
    [InlineData("exit 3", "1..2 | Where-Object { $_ -gt 5 }")]
    [InlineData("$PSDefaultParameterValues['*:Verbose'] = $true", "if ($PSDefaultParameterValues.Count) { 'seen' }")]
    [InlineData("$PSSessionOption.NoEncryption = $true", "if ($PSSessionOption.NoEncryption) { 'seen' }")]
    [InlineData("$ExecutionContext.SessionState.PSVariable.Remove('global:ErrorActionPreference')", "if ($ErrorActionPreference -ne 'Stop') { 'seen' }")]
    [InlineData("[string] $global:FormatEnumerationLimit = 'x'", "if ($FormatEnumerationLimit -ne 4) { 'seen' }")]
    [InlineData("$ExecutionContext.SessionState.PSVariable.Set([psvariable]::new('global:left', 1, 'Constant'))", "if ($null -ne $left) { 'seen' }")]
    [InlineData("try { throw 'x' } catch { }", "if ($Error.Count) { 'seen' }")]
    [InlineData("'a' -match 'a'; $global:Matches = @{ 0 = 'left' }", "if ($Matches) { 'seen' }")]
    [InlineData("$null = $ExecutionContext.InvokeProvider.Item.Set('Alias:left', 'Get-Module')", "if ($ExecutionContext.InvokeCommand.GetCommand('left', 'Alias')) { 'seen' }")]
    public async Task A_script_sees_nothing_that_another_left(string leaves, string looks)
    {
        // the first makes a runspace that can be used again
        Assert.True((await Run("1")).Succeeded);
        await Run(leaves);
        for (var turn = 0; turn < 2; turn++)
        {
            var result = await Run(looks.Replace("Test-Path Function:left", "$false", StringComparison.Ordinal));
            Assert.True(result.Succeeded, string.Join('\n', result.Errors));
            Assert.Empty(result.Output);
        }
    }

    [Theory]
    [InlineData("$global:left = 1; $ErrorActionPreference = 'Continue'; $global:VerbosePreference = 'Continue'; $null = $ExecutionContext.SessionState.Path.SetLocation('/')")]
    [InlineData("Get-Nothing-At-All")]
    public async Task A_runspace_that_only_variables_were_left_in_is_used_again(string leaves)
    {
        const string Which = "[runspace]::DefaultRunspace.Id";
        var first = (await Run(Which)).Output;
        await Run(leaves);
        Assert.Equal(first, (await Run(Which)).Output);
    }

    [Fact]
    public async Task Objects_become_maps_two_levels_deep()
    {
        var output = (IReadOnlyDictionary<string, object?>)Assert.Single((await Run("[Exception]::new('x'); [Uri]'http://h/p'; [IO.FileInfo]'/a/b.txt'")).Output.Skip(2))!;
        Assert.Equal("b.txt", output["Name"]);
        var folder = Assert.IsType<Dictionary<string, object?>>(output["Directory"]);
        Assert.IsType<string>(folder["Root"]);
    }

    [Fact]
    public async Task Parameters_arrive_unchanged()
    {
        string[] nasty = ["", " ", "'", "\"", "`", "$(Get-Process)", "$env:PATH", "; exit 1", "a\0b", "\r\n", "\t", "--", "-Name", "@{}", "”“‘’", "\u202e", "ü😀", "%PATH%", "&|<>^", "\\", "*?[]", new string('x', 100_000)];
        var given = new Dictionary<string, object?>
        {
            ["Texts"] = nasty.ToList<object?>(), ["Map"] = new Dictionary<string, object?> { ["Key one"] = "v", ["n"] = new List<object?> { 1L, new Dictionary<string, object?> { ["x"] = true } } },
            ["Number"] = long.MaxValue, ["Real"] = 0.1, ["Flag"] = true, ["Switch"] = true, ["Nothing"] = null, ["Time"] = DateTimeOffset.UnixEpoch, ["Span"] = TimeSpan.FromMinutes(90), ["One"] = nasty[5],
        };
        var result = await Run("param([string[]] $Texts, [hashtable] $Map, [long] $Number, [double] $Real, [bool] $Flag, [switch] $Switch, $Nothing, $Time, [TimeSpan] $Span, [string] $One) , $Texts; $Map['KEY ONE'], $Map.n[1].x; $Number; $Real; $Flag; $Switch; $null -eq $Nothing; $Time; $Span; $One", given);
        Assert.True(result.Succeeded, string.Join('\n', result.Errors));
        Assert.Equal(nasty, ((IReadOnlyList<object?>)result.Output[0]!).Cast<string>());
        Assert.Equal(["v", true, long.MaxValue, 0.1, true, true, true, DateTimeOffset.UnixEpoch, TimeSpan.FromMinutes(90), nasty[5]], result.Output.Skip(1));
    }

    [Theory]
    [InlineData("param($a) 1", "no parameter 'x'. Known: a.")]
    [InlineData("1", "begin it with param($x)")]
    [InlineData("param($x) 1 +", "line 1, column 14")]
    public async Task What_cannot_run_does_not(string text, string message)
    {
        var result = await Run(text, new() { ["x"] = 1L });
        Assert.False(result.Succeeded);
        Assert.Contains(message, Assert.Single(result.Errors), StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Theory]
    [InlineData("1; throw 'broken'; 2", "broken", 1)]
    [InlineData("1; Say error 'not good'; 2", "not good", 1)]
    [InlineData("$ErrorActionPreference = 'Continue'; 1; Say error 'not good'; 2", "not good", 2)]
    [InlineData("1; exit 3; 2", "exit code 3", 1)]
    [InlineData("1; Get-Nothing-At-All; 2", "Get-Nothing-At-All", 1)]
    [InlineData("[CmdletBinding()] param([Parameter(Mandatory)] $x) 1", "mandatory", 0)]
    public async Task Every_error_makes_it_fail(string text, string message, int output)
    {
        var result = await Run((text.StartsWith('[') ? "" : Says) + text);
        Assert.False(result.Succeeded);
        Assert.Contains(result.Errors, error => error.Contains(message, StringComparison.OrdinalIgnoreCase));
        Assert.Equal(output, result.Output.Count);
        Assert.True(result.Ended);
    }

    [Fact]
    public async Task An_error_that_the_script_handles_is_none()
    {
        var result = await Run(Says + "try { throw 'x' } catch { 'caught' }; Say error 'y' -ErrorAction Ignore; exit 0");
        Assert.True(result.Succeeded, string.Join('\n', result.Errors));
        Assert.Equal(["caught"], result.Output);
    }

    [Fact]
    public async Task What_is_said_is_the_log()
    {
        var result = await Run(Says + "Say warning 'careful'; Say verbose 'detail' -Verbose; Say info 'by the way'; Say verbose 'hidden'");
        Assert.True(result.Succeeded, string.Join('\n', result.Errors));
        Assert.Equal(["warning: careful", "verbose: detail", "by the way"], result.Log);
    }

    [Fact]
    public async Task A_programs_error_stream_is_said_and_its_exit_code_is_the_scripts_business()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a Unix shell");
        var result = await Run("/bin/sh -c 'echo out; echo progress >&2; exit 3'; $LASTEXITCODE");
        Assert.True(result.Succeeded, string.Join('\n', result.Errors));
        Assert.Equal(["out", 3L], result.Output);
        Assert.Contains("stderr: progress", result.Log);
    }

    [Fact]
    public async Task An_endless_loop_is_stopped()
    {
        var result = await Run("'before'; while ($true) { }", seconds: 1);
        Assert.True((result.Succeeded, result.TimedOut, result.Ended) is (false, true, true));
        Assert.Contains("not done after 1s", result.Errors[0], StringComparison.Ordinal);
        Assert.Equal(["before"], result.Output);
    }

    [Fact]
    public async Task What_cannot_be_stopped_is_said_to_live()
    {
        var result = await Run("[Threading.Thread]::CurrentThread.IsBackground; [Threading.Thread]::Sleep(20000); 'later'", seconds: 1);
        Assert.True((result.Succeeded, result.TimedOut, result.Ended) is (false, true, false));
        Assert.Contains(result.Errors, error => error.Contains("is still running in this process", StringComparison.Ordinal));
        Assert.Equal([true], result.Output);
    }

    [Fact]
    public async Task Ctrl_C_stops_it()
    {
        using var stop = new CancellationTokenSource();
        var flag = Path.Combine(_host.Folder, "started");
        var running = Run($"[IO.File]::WriteAllText('{flag}', ''); while ($true) {{ }}", cancellation: stop.Token);
        while (!File.Exists(flag) && !running.IsCompleted) await Task.Delay(20, TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        var result = await running;
        Assert.True((result.Succeeded, result.TimedOut, result.Ended) is (false, false, true));
        Assert.Contains("stopped on request", result.Errors[0], StringComparison.Ordinal);
        Assert.Contains("cancelled before", Assert.Single((await Run("1", cancellation: stop.Token)).Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Much_output_is_cut_with_a_mark()
    {
        var result = await Run(Says + "1..50000; foreach ($i in 1..3000) { Say warning \"w$i\" }", maxLines: 100);
        Assert.True(result.Succeeded && result.Truncated);
        Assert.Equal((100, 1L, 50000L), (result.Output.Count, result.Output[0], result.Output[^1]));
        Assert.Contains("[… 2900 lines left out …]", result.Log);
        Assert.Equal(["warning: w1", "warning: w3000"], new[] { result.Log[0], result.Log[^2] });
        Assert.Contains("output left out", result.Log[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'x' * 50000000")]
    [InlineData("foreach ($i in 1..2000) { 'y' * 10000 }")]
    [InlineData("@{ a = 'x' * 5000000; b = 'y' * 5000000 }")]
    [InlineData(", @(1..100000)")]
    [InlineData("$a = @{}; $a.self = $a; $a")]
    public async Task Size_is_bounded(string text)
    {
        var result = await Run(text, maxBytes: 100_000);
        Assert.True(result.Succeeded && result.Truncated, string.Join('\n', result.Errors));
        Assert.True(Size(result.Output) < 400_000, $"{Size(result.Output)}");
    }

    private static long Size(object? value) => value switch { string text => text.Length, IReadOnlyDictionary<string, object?> map => map.Sum(pair => pair.Key.Length + Size(pair.Value)), IReadOnlyList<object?> list => list.Sum(Size), _ => 8 };

    [Fact]
    public async Task The_module_is_there_with_the_same_store_and_folder()
    {
        _host.Run("Start-Incident 'Shop is down' -NoPage");
        var result = await Run("(Get-Incident 1).Title; Add-IncidentNote 'from a script' -Incident 1; $ExecutionContext.SessionState.Path.CurrentLocation.Path; $ExecutionContext.SessionState.LanguageMode.ToString()");
        Assert.True(result.Succeeded, string.Join('\n', result.Errors));
        Assert.Equal("Shop is down", result.Output[0]);
        Assert.Equal([_host.Folder, "FullLanguage"], result.Output.Skip(result.Output.Count - 2));
        Assert.Contains(_host.Run("Get-IncidentTimeline 1"), entry => entry.Properties["Text"]?.Value?.ToString()?.Contains("from a script", StringComparison.Ordinal) == true || entry.ToString()!.Contains("from a script", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_folder_with_any_name_will_do_and_one_that_is_gone_is_a_clean_failure()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_host.Folder, "a [b] 'c'")).FullName;
        _host.Run("$ExecutionContext.SessionState.Path.SetLocation([WildcardPattern]::Escape(\"$PWD/a [b] 'c'\")) | Out-Null; Get-Incident");
        var scripts = PackagedModule.Scripts(_host, last: true);
        Assert.Equal([folder], (await PackagedModule.RunAsync(scripts, "$ExecutionContext.SessionState.Path.CurrentLocation.Path")).Output);
        Directory.Delete(folder);
        var result = await PackagedModule.RunAsync(scripts, "1");
        Assert.True(result is { Succeeded: false, Ended: true });
        Assert.Contains("could not begin", Assert.Single(result.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scripts_do_not_see_each_other_or_the_session()
    {
        _host.Run("$global:mine = 'x'; function Mine { 'x' }");
        Assert.Equal([null, null], (await Run("$global:mine; $global:theirs; $global:theirs = 1")).Output);
        Assert.Equal([null], (await Run("$global:theirs")).Output);
        Assert.False((await Run("Mine")).Succeeded);
        Assert.Equal("", _host.Text("$global:theirs"));
    }

    [Fact]
    public async Task What_was_given_is_not_repeated()
    {
        const string secret = "s3cret-Value";
        var result = await Run(Says + "", new() { ["Password"] = secret });
        Assert.DoesNotContain(secret, string.Join('\n', result.Errors.Concat(result.Log)), StringComparison.Ordinal);
        result = await Run("param([securestring] $Password) 1", new() { ["Password"] = new List<object?> { secret } });
        Assert.False(result.Succeeded);
        var credential = await Run("param($Password) $s = [securestring]::new(); foreach ($c in $Password.ToCharArray()) { $s.AppendChar($c) }; $s; [pscredential]::new('me', $s)", new() { ["Password"] = secret });
        Assert.Equal(["***", "***"], credential.Output);
    }

    [Theory]
    [InlineData(PSLanguageMode.NoLanguage)]
    [InlineData(PSLanguageMode.ConstrainedLanguage)]
    [InlineData(PSLanguageMode.RestrictedLanguage)]
    public async Task A_restricted_session_runs_nothing(PSLanguageMode mode)
    {
        var canary = Path.Combine(_host.Folder, "canary");
        var text = $"[IO.File]::WriteAllText('{canary}', 'x')";
        using var restricted = new ModuleHost(language: mode);
        restricted.Command("Get-Incident");
        var scripts = PackagedModule.Scripts(restricted.Runspace, PackagedModule.Cmdlets(_host));
        Assert.StartsWith("LanguageModeRestricted", PackagedModule.WhyNot(scripts, text), StringComparison.Ordinal);
        foreach (var own in new[] { false, true })
            Assert.Equal("LanguageModeRestricted", (await Assert.ThrowsAsync<IncidentToolsException>(() => PackagedModule.RunAsync(scripts, text, ownProcess: own))).ErrorId);
        Assert.False(File.Exists(canary));
        Assert.Equal(2L, PackagedModule.Call(scripts, "Evaluate", "1 + 1", new Dictionary<string, object?>()));
    }

    [Fact]
    public async Task A_session_that_is_restricted_later_runs_nothing_from_then_on()
    {
        Assert.True((await Run("1")).Succeeded);
        _host.Runspace.SessionStateProxy.LanguageMode = PSLanguageMode.ConstrainedLanguage;
        _host.Command("Get-Incident");
        Assert.Equal("LanguageModeRestricted", (await Assert.ThrowsAsync<IncidentToolsException>(() => Run("1"))).ErrorId);
    }

    [Fact]
    public void A_text_is_looked_at_before_it_runs()
    {
        Assert.Null(PackagedModule.WhyNot(_scripts, "param($x) Get-Process | Where-Object { $_.Id }"));
        Assert.StartsWith("line 2, column 4", PackagedModule.WhyNot(_scripts, "1\n2 + "), StringComparison.Ordinal);
    }
}
