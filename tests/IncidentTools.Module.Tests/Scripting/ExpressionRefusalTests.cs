using System.Management.Automation.Language;

namespace IncidentTools.Module.Tests.Scripting;

/// <summary>Everything that is more than an expression over plain data: refused with a place and what to write, and never run, not even by being parsed.</summary>
public sealed class ExpressionRefusalTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("canary-").FullName;
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Canary => Path.Combine(_folder, "canary");

    public static TheoryData<string, string> Corpus { get; } = new()
    {
        { "'a'.ToUpper()", "method call" },
        { "$params.name.Contains('x')", "method call" },
        { "[IO.File]::WriteAllText('CANARY', 'x')", "static member" },
        { "[Environment]::MachineName", "static member" },
        { "$params::x", "static member" },
        { "$env:PATH", "$env:PATH is not available" },
        { "${env:PATH}", "is not available" },
        { "$global:x", "is not available" },
        { "$script:x", "is not available" },
        { "$using:x", "$using:" },
        { "$function:prompt", "is not available" },
        { "${C:\\x}", "is not available" },
        { "$ExecutionContext", "is not a value of a run" },
        { "$ExecutionContext.InvokeCommand", "is not a value of a run" },
        { "$Host", "is not a value of a run" },
        { "$PSVersionTable.PSVersion", "is not a value of a run" },
        { "$_", "is not a value of a run" },
        { "$?", "is not a value of a run" },
        { "$$", "is not a value of a run" },
        { "$(New-Item CANARY)", "$( … )" },
        { "\"a $(New-Item CANARY)\"", "in a text only" },
        { "\"a $([IO.File]::WriteAllText('CANARY','x'))\"", "in a text only" },
        { "\"a $(1;2)\"", "in a text only" },
        { "\"$incident.title\"", "ends before the point" },
        { "@\"\na $(New-Item CANARY)\n\"@", "here-string" },
        { "{ New-Item CANARY }", "script block" },
        { "& { New-Item CANARY }", "& is not available" },
        { "& 'New-Item' CANARY", "& is not available" },
        { ". { New-Item CANARY }", "a command" },
        { "New-Item CANARY", "a command (New-Item)" },
        { "P1", "a command (P1)" },
        { "@(New-Item CANARY)", "a command" },
        { "(New-Item CANARY)", "a command" },
        { "@{ a = New-Item CANARY }", "a command" },
        { "@{ a = if (1) { 2 } }", "a statement (if)" },
        { "@{ (New-Item CANARY) = 1 }", "a command" },
        { "$params.name | New-Item CANARY", "a pipeline" },
        { "1, 2 | ForEach-Object { $_ }", "a pipeline" },
        { "$x = 1", "an assignment" },
        { "$params.name == 'a'", "an assignment" },
        { "($x = 1)", "an assignment" },
        { "$x++", "++ is not available" },
        { "--$x", "-- is not available" },
        { "[int]'5'", "a cast" },
        { "[scriptblock]::Create('x')", "static member" },
        { "[int]", "a type" },
        { "1 -is [int]", "-is is not available" },
        { "'5' -as [int]", "-as is not available" },
        { "1 -band 3", "-band" },
        { "1 -shl 70", "-shl" },
        { "-bnot 1", "-bnot" },
        { "$params.count > 5", "a redirection" },
        { "$params.count 2>&1", "a redirection" },
        { "$params.count > CANARY", "a redirection" },
        { "@x", "platting" },
        { "$params.count &", "& is not available" },
        { "$params.flag && $params.flag", "&& and ||" },
        { "$params.flag || $params.flag", "&& and ||" },
        { "${params}?.name", "?. is not available" },
        { "${params}?['name']", "?[ is not available" },
        { "$params?.name", "?. is not available" },
        { "1; 2", "one statement" },
        { "1\n2", "one statement" },
        { "if ($params.flag) { 1 }", "a statement (if)" },
        { "while ($true) { }", "a statement (while)" },
        { "function f { }", "a statement (function)" },
        { "class C { static [int] $x = 1 }", "a statement (class)" },
        { "try { 1 } catch { 2 }", "a statement (try)" },
        { "throw 'x'", "a statement (throw)" },
        { "exit 3", "a statement (exit)" },
        { "return 1", "a statement (return)" },
        { "param($x) $x", "this is a script" },
        { "begin { 1 }", "this is a script" },
        { "clean { 1 }", "this is a script" },
        { "trap { 1 } 2", "this is a script" },
        { "data { 1 }", "a statement (data)" },
        { "using module CANARY", "is not" },
        { "using namespace System; 1", "one statement" },
        { "using assembly CANARY.dll\n1", "one statement" },
        { "configuration X { Import-DscResource -ModuleName CANARY }", "a command (configuration)" },
        { "1; configuration X { }", "one statement" },
        { "@(configuration X { })", "a command (configuration)" },
        { "\"$(configuration X { })\"", "in a text only" },
        { "{ configuration X { } }", "script block" },
        { "$params.name.\"b$x\"", "written out" },
        { "$params.$name", "written out" },
        { "10n", "too large" },
        { "99999999999999999999999999999999999999999n", "too large" },
        { "$params.name -match '('", "the pattern is wrong" },
        { "$params.name -replace '[', 'x'", "the pattern is wrong" },
        { "$params.name -eq P1", "value expression" },
        { "1 +", "value expression" },
        { "'abc", "missing the terminator" },
        { "@{ a = 1; A = 2 }", "uplicate keys" },
        { "", "missing" },
        { "   ", "missing" },
        { "# only this", "missing" },
        { "${{ $params.name }}", "" },
    };

    [Theory]
    [MemberData(nameof(Corpus))]
    public void More_than_an_expression_is_refused_and_never_runs(string text, string message)
    {
        text = text.Replace("CANARY", Canary, StringComparison.Ordinal);
        var (errors, _) = PackagedModule.Inspect(text);
        Assert.NotEmpty(errors);
        Assert.All(errors, error => Assert.True(error.Offset >= 0 && error.Offset + error.Length <= text.Length && error.Message.Length > 0));
        if (text.Trim().Length > 0 && !text.StartsWith('#')) Assert.Contains(errors, error => error.Message.Contains(message, StringComparison.OrdinalIgnoreCase));
        Assert.Equal("ExpressionFailed", Assert.Throws<IncidentToolsException>(() => PackagedModule.Evaluate(text, Roots())).ErrorId);
        _ = PackagedModule.FindEnd(text + " }}", 0);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    // everything is there that a careless evaluator could reach
    private static Dictionary<string, object?> Roots() => new() { ["params"] = new Dictionary<string, object?> { ["name"] = "a", ["count"] = 1L, ["flag"] = true }, ["x"] = 1L, ["incident"] = new Dictionary<string, object?> { ["title"] = "t" } };

    [Theory]
    [InlineData("$params.count > 5", "-gt")]
    [InlineData("$params.count < 5", "-lt")]
    [InlineData("$params.count == 5", "-eq")]
    [InlineData("$params.count != 5", "-ne")]
    [InlineData("$params.flag && $params.flag", "-and")]
    [InlineData("$params.name -eq P1", "quotes")]
    [InlineData("$params.name.StartsWith('a')", "-like")]
    [InlineData("${{ $params.name }}", "without ${{ }}")]
    public void The_fix_says_what_to_write(string text, string fix) => Assert.Contains(PackagedModule.Inspect(text).Errors, error => error.Fix?.Contains(fix, StringComparison.Ordinal) == true);

    [Fact]
    public void Every_refused_part_is_reported_with_its_place() =>
        Assert.Equal([0, 22, 42], PackagedModule.Inspect("$env:A -eq 1 -and    (Get-Date) -gt 5 -or [int]'5' -eq 5").Errors.Select(error => error.Offset));

    /// <summary>PowerShell's parser loads DSC for a configuration and looks up the modules it names; that it does so unguarded is the control of this test.</summary>
    [Fact]
    public void Parsing_loads_nothing()
    {
        const string text = "configuration X { Node 'n' { } }";
        Assert.DoesNotContain(PackagedModule.Inspect(text).Errors, error => error.Message.Contains("DSC", StringComparison.Ordinal));
        using var host = new ModuleHost();
        Assert.NotNull(PackagedModule.WhyNot(PackagedModule.Scripts(host), "configuration X { "));
        Assert.Null(PackagedModule.WhyNot(PackagedModule.Scripts(host), "using module nowhere-at-all\nusing namespace System.IO\nparam($x) configuration X { }"));
        Parser.ParseInput("using module nowhere-at-all", out _, out var looked);
        Assert.Contains(looked, error => error.ErrorId == "ModuleNotFoundDuringParse");
    }

    [Theory]
    [InlineData("paren", "(", "1", ")")]
    [InlineData("array", "@(", "1", ")")]
    [InlineData("map", "@{a=", "1", "}")]
    [InlineData("not", "!", "$true", "")]
    [InlineData("minus", "- ", "1", "")]
    [InlineData("plus", "1+", "1", "")]
    [InlineData("index", "$params[", "1", "]")]
    [InlineData("text", "\"$(", "1", ")\"")]
    [InlineData("choice", "$true ? 1 : ", "1", "")]
    [InlineData("comma", ",", "1", "")]
    [InlineData("coalesce", "$null ?? ", "1", "")]
    [InlineData("cast", "[int]", "1", "")]
    [InlineData("block", "{", "1", "}")]
    public void Deep_nesting_is_refused_on_a_small_stack(string name, string open, string middle, string close)
    {
        foreach (var depth in new[] { 70, 500, (4096 - middle.Length) / (open.Length + close.Length), 100_000 })
        {
            var text = string.Concat(Enumerable.Repeat(open, depth)) + middle + string.Concat(Enumerable.Repeat(close, depth));
            var errors = -1;
            var thread = new Thread(() => errors = PackagedModule.Inspect(text).Errors.Count, 256 * 1024);
            thread.Start();
            thread.Join();
            Assert.True(errors > 0, $"{name} {depth}");
        }
    }

    [Fact]
    public void A_chain_of_members_as_deep_as_data_is_admitted() => Assert.Empty(PackagedModule.Inspect("$steps" + string.Concat(Enumerable.Repeat(".a", 40))).Errors);

    [Theory]
    [InlineData("('a' * 40 + '!') -match '^(a+)+$'", "takes too long")]
    [InlineData("(@('a' * 40 + '!') * 1000) -match '^(a+)+$'", "takes too long")]
    [InlineData("('a' * 40 + '!') -replace '^(a+)+$', 'x'", "takes too long")]
    [InlineData("('a' * 40 + '!') -split '^(a+)+$'", "takes too long")]
    [InlineData("'a' * 1000000000", "longer than")]
    [InlineData("('a' * 1000000) + ('a' * 1000000)", "longer than")]
    [InlineData("('a' * 1000000) -replace 'a', ('b' * 1000)", "longer than")]
    [InlineData("1..1000000", "more than 10000")]
    [InlineData("1..9223372036854775807", "more than 10000")]
    [InlineData("-9223372036854775807..9223372036854775807", "more than 10000")]
    [InlineData("@(1, 2) * 1000000", "at most 100000")]
    [InlineData("'{0,1000000000}' -f 1", "at most 10000")]
    [InlineData("'{0:D1000000000}' -f 1", "at most 10000")]
    [InlineData("('{0,9999}' * 200) -f 1", "longer than")]
    [InlineData(",(,(,'a' * 1000) * 1000) * 1000", "more than 100000 items")]
    [InlineData("\"$(@(,(,(,'a' * 1000) * 1000) * 1000)[0])\"", "has no text")]
    [InlineData("'' + (,(,(,'a' * 1000) * 1000) * 1000)", "has no text")]
    [InlineData("(,('a' * 1000000)) * 1000", "longer than")]
    [InlineData("('a' * 200000) -split ''", "at most 100000")]
    [InlineData("('a' * 1000000) -like ('*a' * 1000)", "too long for -like")]
    public void Everything_is_bounded(string text, string message) =>
        Assert.Contains(message, Assert.Throws<IncidentToolsException>(() => PackagedModule.Evaluate(text)).Message, StringComparison.Ordinal);
}
