namespace IncidentTools.Module.Tests.Scripting;

/// <summary>Ways out of the expression language that somebody would try: each is refused when it is read, and nothing of it happens.</summary>
public sealed class ExpressionEscapeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("canary-").FullName;
    // the types of the module are there before a test that names them is compiled
    public ExpressionEscapeTests() => new ModuleHost().Dispose();
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<string> Attempts { get; } =
    [
        // types and what hangs on them
        "[System.IO.File]::WriteAllText('CANARY', 'x')", "[type]'System.IO.File'", "('System.IO.File' -as [type])::WriteAllText('CANARY', 'x')", "[scriptblock]::Create('New-Item CANARY').Invoke()", "[System.Management.Automation.PowerShell]::Create()",
        "[Activator]::CreateInstance('x')", "[ref].Assembly", "[ref].Assembly.GetType('x')", "[int].GetType()", "([int]) 5", "[void](New-Item CANARY)", "[string[]]$params.list", "[Environment]::Exit(0)", "[IO.File]", "[xml]'<a/>'", "[wmiclass]'x'", "[hashtable]@{ a = 1 }",
        "[System.Diagnostics.Process]::Start('touch', 'CANARY')", "[psobject].Assembly.GetType('System.Management.Automation.AmsiUtils')", "[regex]::Replace('a', 'a', { New-Item CANARY })", "[int]::MaxValue", "[char]65",
        // methods, by name, by variable, by collection
        "$params.name.GetType()", "$params.name.GetType().Assembly", "$params.list.ForEach({ New-Item CANARY })", "$params.list.Where({ New-Item CANARY })", "$params.list.ForEach('GetType')", "$params.name.'ToUpper'()", "$params.name.(\"To\" + \"Upper\")()", "'{0}'.Replace('0', 'x')", "''.PadLeft(1000000000)", "(1).ToString()", "@{}.Add('a', 1)", "@{ a = { New-Item CANARY } }.a.Invoke()", "$params.name.Length.GetType()",
        // commands hidden in texts, lists, maps, indexes
        "\"$(New-Item CANARY)\"", "\"$( & { New-Item CANARY } )\"", "\"a$(\"b$(New-Item CANARY)\")\"", "@\"\n$(New-Item CANARY)\n\"@", "@'\nx\n'@.ToUpper()", "@(New-Item CANARY)[0]", "@{ a = (New-Item CANARY) }.a", "@{ $(New-Item CANARY) = 1 }", "@{ a = 1; b = $(New-Item CANARY) }", "$params[(New-Item CANARY)]", "$params.list[$(New-Item CANARY)]", "$params.(New-Item CANARY)", "$params.$(New-Item CANARY)", "1..$(New-Item CANARY)", "$(1)", "(1 | New-Item CANARY)", "!(New-Item CANARY)", "-join (New-Item CANARY)", ", (New-Item CANARY)", "$params.flag ? (New-Item CANARY) : 1", "$null ?? (New-Item CANARY)",
        // operators that take blocks or types
        "'a' -replace 'a', { New-Item CANARY }", "'a' -split { New-Item CANARY }", "'a' -match { x }", "1 -is [string]", "1 -isnot [string]", "'x' -as [type]", "'a' -f { New-Item CANARY }",
        // other variables and places
        "$ExecutionContext.InvokeCommand.InvokeScript('New-Item CANARY')", "$ExecutionContext.SessionState.LanguageMode", "$PSVersionTable", "$PSHOME", "$HOME", "$PWD.Path", "$PID", "$Error[0]", "$MyInvocation.MyCommand", "$PSCommandPath", "$input", "$args", "$this", "$PSCmdlet.InvokeCommand", "$env:PATH", "${env:HOME}", "$variable:x", "${function:prompt}", "$alias:ls", "${CANARY}", "${/etc/passwd}", "$global:params", "$private:params", "$local:params", "$workflow:x", "$using:params", "@params", "@args", "$params:name",
        // statements, assignments, redirections, jobs
        "$params = 1", "$params.name = 'x'", "$params['name'] = 'x'", "$params.count += 1", "$params.count++", "[int]$x = 5", "($params.name = 'x')", "$a, $b = 1, 2", "$params > 'CANARY'", "$params *> CANARY", "$params 2> CANARY", "1 | Out-File CANARY", "New-Item CANARY &", "1 && (New-Item CANARY)", "1; New-Item CANARY", "1\nNew-Item CANARY", "1\r\nNew-Item CANARY", "foreach ($x in 1) { New-Item CANARY }", "do { New-Item CANARY } while ($false)", "switch (1) { 1 { New-Item CANARY } }", "try { New-Item CANARY } finally { }", "function f { New-Item CANARY }; f", "filter f { }", "enum E { A }", "class C { C() { } }", "& $params.name", ". $params.name", "& { }", "{ }", "{ }.Invoke()", "throw 1", "exit", "break", "continue", "return New-Item CANARY", "using namespace System", "using module CANARY", "#requires -Modules CANARY\nNew-Item CANARY", "param([Parameter()]$x) 1", "dynamicparam { } end { 1 }", "process { New-Item CANARY }", "trap { New-Item CANARY } 1", "data { New-Item CANARY }", "configuration C { }", "workflow W { }", "New-Item --% CANARY", "New-Item `\nCANARY", "N`ew-Item CANARY", "\u0026 'New-Item' CANARY",
        // look-alikes: PowerShell takes these quotes and dashes for its own
        "\u2018a\u2019 ; New-Item CANARY ; \u2018b\u2019", "'a\u2019 ; New-Item CANARY ; \u2018b'", "\u201c$(New-Item CANARY)\u201d", "\u201e$(New-Item CANARY)\u201d", "\"\u201d + (New-Item CANARY) + \u201c\"", "\u201aa\u201b | New-Item CANARY", "New\u2013Item CANARY", "New\u2014Item CANARY", "1 \u2013is [int]", "'a' \u2015as [type]", "\uff04params.name", "\uff04(New-Item CANARY)", "1\u037e New-Item CANARY", "\u200b& { New-Item CANARY }", "\u202e)YRANAC metI-weN(&", "\ufeff& { New-Item CANARY }", "$params\u2024name()", "1\u2028New-Item CANARY", "1\u0085New-Item CANARY", "1\0; New-Item CANARY", "\u00a0New-Item CANARY",
    ];

    [Theory]
    [MemberData(nameof(Attempts))]
    public void A_way_out_is_refused_and_nothing_of_it_happens(string attempt)
    {
        var text = attempt.Replace("CANARY", Path.Combine(_folder, "canary"), StringComparison.Ordinal);
        var roots = new Dictionary<string, object?> { ["params"] = new Dictionary<string, object?> { ["name"] = "New-Item", ["count"] = 1L, ["flag"] = true, ["list"] = new List<object?> { 1L, 2L } } };
        Assert.NotEmpty(PackagedModule.Inspect(text).Errors);
        Assert.Equal("ExpressionFailed", Assert.Throws<IncidentToolsException>(() => PackagedModule.Evaluate(text, roots)).ErrorId);
        _ = PackagedModule.FindEnd(text + " }}", 0);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
        Assert.Equal("New-Item", ((Dictionary<string, object?>)roots["params"]!)["name"]);
    }

    /// <summary>These read like paths of data, and data has none of it.</summary>
    [Theory]
    [InlineData("$params.psobject.Methods"), InlineData("$params.PSTypeNames"), InlineData("$params.Keys"), InlineData("$params.name.Length"), InlineData("$params.list.SyncRoot"), InlineData("$params.list.psbase"), InlineData("$params.name.psadapted"), InlineData("@{ a = 1 }.Keys")]
    public void No_member_of_an_object_leaks_in(string text)
    {
        var roots = new Dictionary<string, object?> { ["params"] = new Dictionary<string, object?> { ["name"] = "a", ["list"] = new List<object?> { 1L } } };
        Assert.Equal("ExpressionFailed", Assert.Throws<IncidentToolsException>(() => PackagedModule.Evaluate(text, roots)).ErrorId);
    }

    [Fact]
    public void There_are_enough_of_them() => Assert.True(Attempts.Count >= 60);

    /// <summary>The same characters within a text are a text.</summary>
    [Theory]
    [InlineData("'$(New-Item x); & { } `n [IO.File]::Delete(1)'", "$(New-Item x); & { } `n [IO.File]::Delete(1)")]
    [InlineData("\u2018a\u2019", "a")]
    [InlineData("(1 \u2013eq 1) ? 'dash' : ''", "dash")]
    [InlineData("'a''b'", "a'b")]
    [InlineData("\"a`$(b)\"", "a$(b)")]
    public void The_same_within_a_text_is_only_a_text(string text, string value) => Assert.Equal(value, PackagedModule.Evaluate(text));

    [Theory]
    [InlineData("('a' * 30 + '!') -match '(a|aa)+$'")]
    [InlineData("('a' * 5000 + '!') -match '(a*)*b'")]
    [InlineData("('ab' * 5000) -replace '(a|b|ab)*c', ''")]
    [InlineData("('x' * 3000) -match '(x+x+)+y'")]
    [InlineData("(1..200 -join ' ') -split '(\\d+\\s?)+[^\\d\\s]'")]
    [InlineData("(@('a' * 40 + '!') * 10000) -match '^(a|a)*$'")]
    [InlineData("('=' * 20000) -match '=*=*=*=*=*=*=*=*=*x'")]
    public async Task A_pattern_that_would_take_for_ever_is_ended(string text)
    {
        // the evaluator ends it by its own limit: this one is only for a test that would never come back
        var evaluated = Task.Run(() =>
        {
            try { return PackagedModule.Evaluate(text) is not null; }
            catch (IncidentToolsException error) { return error.ErrorId == "ExpressionFailed"; }
        }, TestContext.Current.CancellationToken);
        Assert.True(await evaluated.WaitAsync(TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken));
    }
}
