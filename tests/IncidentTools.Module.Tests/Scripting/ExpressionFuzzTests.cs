using System.Management.Automation.Language;
using FsCheck;
using FsCheck.Fluent;

namespace IncidentTools.Module.Tests.Scripting;

/// <summary>
/// Admitted implies harmless: any text is either refused when it is read, or worked out to plain data without a trace. The oracle is a second, independent list: what
/// PowerShell's own parser sees in an admitted text may be none of the nodes that can do something.
/// </summary>
public sealed class ExpressionFuzzTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("canary-").FullName;
    // the types of the module are there before a test that names them is compiled
    public ExpressionFuzzTests() => new ModuleHost().Dispose();
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static readonly string[] Values = ["$params.name", "$params['count']", "$params", "$steps.a.value", "$vars.x", "'a'", "\"b$($params.name)c\"", "1", "2.5", "1kb", "@(1, 2, 3)", "@{ a = 1 }", "$true", "$null", "(1 + 2)", "1..4", "\u2018q\u2019", "@()", "$now", "''", "'{0,3}'"];
    private static readonly string[] Joints = [" -eq ", " -ne ", " -like ", " -match ", " -replace ", " -split ", " -join ", " -f ", " + ", " * ", " - ", ", ", " ?? ", " ? ", " : ", " -and ", " -or ", " -in ", " -contains ", "..", " \u2013eq ", ".", "[", "]", "(", ")", " ", "!", "-not ", ".count", ".first", " % ", " / "];
    private static readonly string[] Doors =
    [
        "$(", "@(", "& ", ". ", "{", "}", "[IO.File]::", "::", ".GetType()", "New-Item CANARY", "[IO.File]::WriteAllText('CANARY','x')", "; ", "\n", "|", " > CANARY", "=", "++", "[int]", "$env:PATH", "$ExecutionContext", ".Invoke()", "`", "\"", "'", "\u201c", "\u2019", "#", "<#", "#>", "@'\n", "\n'@", "@\"\n",
        "\n\"@", "${", "}}", "${{", "@params", "-is", "-as", "using module CANARY\n", "configuration C { }", "param($x)", "--%", "\0", "\u202e", "&&", "||", "?.", "touch CANARY", "$_", "if (1) { New-Item CANARY }", "{ New-Item CANARY }", "$params.name = 1", "[scriptblock]::Create('New-Item CANARY')", "\u2028", "\ufeff", "class C {}", "exit",
    ];

    private static Gen<string> Piece { get; } = Gen.Frequency<string>((6, Gen.Elements(Values)), (6, Gen.Elements(Joints)), (1, Gen.Elements(Doors)));
    private static Gen<string> Doored { get; } = Gen.Frequency<string>((3, Gen.Elements(Values)), (3, Gen.Elements(Joints)), (4, Gen.Elements(Doors)));
    private static Gen<string> Alternating(int length) => from parts in Gen.Elements(Values).ArrayOf(length + 1) from joints in Gen.Elements(Joints[..15]).ArrayOf(length) select string.Concat(parts.Select((part, index) => index < joints.Length ? part + joints[index] : part));
    private static Gen<string> Soup(Gen<string> piece) => Gen.Sized(size => from length in Gen.Choose(1, 2 + (size / 8)) from parts in piece.ArrayOf(length) select string.Concat(parts));
    private static Gen<string> Broken(Gen<string> whole) => from text in whole from at in Gen.Choose(0, 1000) from put in Gen.Elements(Doors) select text.Insert(at % (text.Length + 1), put);

    private static Gen<string> Any { get; } = Gen.OneOf(Soup(Piece), Soup(Doored), Gen.Sized(size => Alternating(1 + (size / 20))), Broken(Gen.Sized(size => Alternating(1 + (size / 20)))), ArbMap.Default.GeneratorFor<string>().Select(text => text ?? ""));

    [Fact]
    public void Any_text_is_refused_or_plain_data_and_leaves_no_trace()
    {
        var (admitted, refused) = (0, 0);
        Prop.ForAll(Any.ToArbitrary(), piece =>
        {
            var text = piece.Replace("CANARY", Path.Combine(_folder, "canary"), StringComparison.Ordinal);
            var roots = Roots();
            var errors = PackagedModule.Inspect(text).Errors;
            object? value;
            try { value = PackagedModule.Evaluate(text, roots); }
            catch (IncidentToolsException error) when (error.ErrorId == "ExpressionFailed")
            {
                refused += errors.Count > 0 ? 1 : 0;
                return Untouched(roots).Label($"{text}: a trace of what was refused");
            }
            admitted++;
            return (errors.Count == 0).Label($"{text}: has errors and a value").And(IsPlain(value, 0).Label($"{text}: {value?.GetType()}")).And((Doing(text) is null).Label($"{text}: admits {Doing(text)}")).And(Untouched(roots).Label($"{text}: a trace"));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(6000).WithEndSize(60));
        Assert.True(admitted > 500 && refused > 1000, $"{admitted} admitted, {refused} refused");
    }

    private bool Untouched(Dictionary<string, object?> roots) => Directory.GetFileSystemEntries(_folder).Length == 0 && ((Dictionary<string, object?>)roots["params"]!)["name"] is "New-Item" && ((Dictionary<string, object?>)roots["params"]!).Count == 2;

    private static Dictionary<string, object?> Roots() => new()
    {
        ["params"] = new Dictionary<string, object?> { ["name"] = "New-Item", ["count"] = 3L }, ["vars"] = new Dictionary<string, object?> { ["x"] = new List<object?> { "a", 1L } }, ["now"] = new DateTimeOffset(2026, 11, 24, 3, 0, 0, TimeSpan.Zero),
        ["steps"] = new Dictionary<string, object?> { ["a"] = new Dictionary<string, object?> { ["state"] = "Succeeded", ["value"] = 5L } },
    };

    private static bool IsPlain(object? value, int depth) => depth < 100 && value switch
    {
        null or bool or long or double or decimal or string or TimeSpan or DateTimeOffset => true,
        IReadOnlyDictionary<string, object?> map => map.Values.All(item => IsPlain(item, depth + 1)),
        IReadOnlyList<object?> list => list.All(item => IsPlain(item, depth + 1)),
        _ => false,
    };

    /// <summary>The first node that could do something, by its name.</summary>
    private static string? Doing(string text)
    {
        var script = Parser.ParseInput(text, out _, out _);
        return script.Find(static ast => ast is CommandAst or InvokeMemberExpressionAst or TypeExpressionAst or ConvertExpressionAst or AttributedExpressionAst or AssignmentStatementAst or ScriptBlockExpressionAst or UsingExpressionAst or UsingStatementAst
            or RedirectionAst or FunctionDefinitionAst or TypeDefinitionAst or LoopStatementAst or IfStatementAst or SwitchStatementAst or TryStatementAst or TrapStatementAst or ThrowStatementAst or ExitStatementAst or ReturnStatementAst or DataStatementAst or ConfigurationDefinitionAst
            or ParamBlockAst || ast is MemberExpressionAst { Static: true } || ast is PipelineAst { PipelineElements.Count: > 1 } || ast is VariableExpressionAst { VariablePath.IsDriveQualified: true } || ast is VariableExpressionAst { Splatted: true }, searchNestedScriptBlocks: true)?.GetType().Name;
    }

    [Fact]
    public void The_oracle_sees_what_it_is_there_to_see()
    {
        foreach (var text in new[] { "New-Item x", "$a.b()", "[int]", "[int]'5'", "$x = 1", "{ 1 }", "$env:PATH", "1 | % { 2 }", "1 > x", "\"$(New-Item x)\"", "[int]::Parse(1)", "@{ a = { 1 } }" }) Assert.NotNull(Doing(text));
        foreach (var text in new[] { "1 + 1", "\"a$($params.x)\"", "@(1, 2)[0]", "$params.a -match 'b'" }) Assert.Null(Doing(text));
    }
}
