using System.Collections;
using System.Globalization;
using System.Management.Automation;
using FsCheck;
using FsCheck.Fluent;

namespace IncidentTools.Module.Tests.Scripting;

/// <summary>
/// The evaluator against PowerShell itself: expressions of the allowed grammar, well typed, give what PowerShell gives for the same text and
/// values. Left out, and tested apart, are our own rules: order of text other than letters and digits, division by zero, .count of a text, a character (ours is a text).
/// </summary>
public sealed class ExpressionOracleTests : IDisposable
{
    private readonly ModuleHost _host = new();
    public void Dispose() => _host.Dispose();

    private static readonly Dictionary<string, object?> Roots = new()
    {
        ["params"] = new Dictionary<string, object?> { ["n"] = 5L, ["z"] = -3L, ["d"] = 2.5, ["m"] = 1.25m, ["s"] = "Abc", ["e"] = "", ["b"] = true, ["f"] = false, ["l"] = new List<object?> { 1L, 2L, 3L }, ["t"] = new List<object?> { "a", "B", "c" } },
    };

    private static readonly Dictionary<(string Kind, int Size), Gen<string>> Made = [];

    /// <summary>Each generator once a size: they are made of each other.</summary>
    private static Gen<string> Once(string kind, int size, Func<Gen<string>> make) => Made.TryGetValue((kind, size), out var known) ? known : Made[(kind, size)] = make();

    private static Gen<string> Pick(params string[] texts) => Gen.Elements(texts);
    private static Gen<string> Two(string form, Gen<string> a, Gen<string> b) => from x in a from y in b select string.Format(CultureInfo.InvariantCulture, form, x, y);
    private static Gen<string> Three(string form, Gen<string> a, Gen<string> b, Gen<string> c) => from x in a from y in b from z in c select string.Format(CultureInfo.InvariantCulture, form, x, y, z);
    private static Gen<string> Infix(Gen<string> a, string[] operators, Gen<string> b) => from x in a from o in Gen.Elements(operators) from y in b select $"({x} {o} {y})";

    private static Gen<string> Number(int size) => Once("Number", Math.Max(0, size), () => size <= 0
        ? Pick("0", "1", "2", "7", "13", "1.5", "0.25", "3d", "1kb", "0x1F", "1e2", "$params.n", "$params.z", "$params.d", "$params.m", "$params['n']", "@{ a = 4 }.a")
        : Gen.OneOf(Number(0), Infix(Number(size / 2), ["+", "-", "*", "/", "%"], Number(size / 2)), Number(size - 1).Select(n => $"(-{n})"), Three("({0} ? {1} : {2})", Bool(size / 3), Number(size / 3), Number(size / 3)),
            Numbers(size - 1).Select(list => $"@({list}).count"), from i in Pick("0", "1", "-1", "-2", "2") select $"@(3, 4, 5)[{i}]", Two("({0} ?? {1})", Number(size / 2), Number(size / 2)), Two("({0} + {1})", Number(size / 2), Pick("'12'", "'1.5'", "'-3'"))));

    private static Gen<string> Letters() => Pick("'a'", "'b'", "'Abc'", "'abd'", "'B2'", "'b10'", "'zz'", "$params.s", "''", "$params.e", "\"x$($params.n)y\"", "\"$($params.s)\"", "\"a`tb\"");

    private static Gen<string> Text(int size) => Once("Text", Math.Max(0, size), () => size <= 0
        ? Letters()
        : Gen.OneOf(Letters(), Infix(Text(size / 2), ["+"], Text(size / 2)), Infix(Text(size / 2), ["+"], Number(size / 2)), Infix(Text(size / 2), ["+"], Pick("$true", "$params.l", "$params.m")), Infix(Text(size - 1), ["*"], Pick("0", "1", "2", "3")),
            Three("({0} -replace {1}, {2})", Text(size / 3), Pick("'a'", "'b|c'", "'(.)b'", "'^'", "'x*'"), Pick("''", "'z'", "'<$1>'", "'[$&]'")), Infix(Texts(size - 1), ["-join"], Pick("','", "''", "'; '")), Infix(Numbers(size - 1), ["-join"], Pick("','")),
            Two("('{{0}}-{{1,4}}|' -f {0}, {1})", Text(size / 2), Number(size / 2)), Three("({0} ? {1} : {2})", Bool(size / 3), Text(size / 3), Text(size / 3)), from i in Pick("0", "1", "-1") select $"('' + 'word'[{i}])"));

    private static readonly string[] Equalities = ["-eq", "-ne", "-ieq", "-ine"], Orders = ["-lt", "-le", "-gt", "-ge", "-ilt", "-ige"];

    private static Gen<string> Bool(int size) => Once("Bool", Math.Max(0, size), () => size <= 0
        ? Pick("$true", "$false", "$params.b", "$params.f")
        : Gen.OneOf(Infix(Number(size / 2), [.. Equalities, .. Orders, "-ceq", "-clt"], Number(size / 2)), Infix(Letters(), [.. Equalities, "-ceq", "-cne"], Letters()), Infix(Pick("'a'", "'B2'", "'b10'", "'zz'", "'ab'"), Orders, Pick("'a'", "'Abc'", "'b2'", "'Z'", "'AB'")),
            Infix(Text(size / 2), ["-match", "-notmatch", "-cmatch", "-imatch"], Pick("'a'", "'^A'", "'b.?c'", "'[0-9]+$'", "'^$'")), Infix(Text(size / 2), ["-like", "-notlike", "-clike", "-ilike"], Pick("'a*'", "'*B*'", "'?b?'", "'[a-c]*'", "''")),
            Infix(Bool(size / 2), ["-and", "-or", "-xor", "-eq", "-ne"], Bool(size / 2)), Bool(size - 1).Select(b => $"(-not {b})"), Bool(size - 1).Select(b => $"(!{b})"), Infix(Number(size / 2), ["-in", "-notin"], Numbers(size / 2)), Infix(Numbers(size / 2), ["-contains", "-notcontains"], Number(size / 2)),
            Infix(Letters(), ["-in", "-cin", "-notin"], Texts(size / 2)), Infix(Pick("1", "2", "1.5"), Equalities, Pick("'1'", "'2.0'", "'abc'", "'1.50'")), Infix(Pick("'1'", "'1.5'", "'x'"), Equalities, Pick("1", "1.5", "2")), Infix(Pick("$null", "$params.s", "1"), Equalities, Pick("$null"))));

    private static Gen<string> Numbers(int size) => Once("Numbers", Math.Max(0, size), () => size <= 0
        ? Pick("$params.l", "@()", "@(4)", "(1..4)", "(3..-2)", "@(1; 2\n3)", "(,9)")
        : Gen.OneOf(Numbers(0), Two("@({0}, {1})", Number(size / 2), Number(size / 2)), Infix(Numbers(size / 2), ["+"], Numbers(size / 2)), Infix(Numbers(size / 2), ["+"], Number(size / 2)), Infix(Numbers(size / 2), [.. Equalities, .. Orders], Number(size / 2)), Infix(Numbers(size / 2), ["*"], Pick("0", "1", "2")),
            from i in Pick("0, 1", "-1, 0", "0..2", "2..0") select $"@(7, 8, 9)[{i}]"));

    private static Gen<string> Texts(int size) => Once("Texts", Math.Max(0, size), () => size <= 0
        ? Pick("$params.t", "@('x', 'y')", "@()", "(-split ' a  b ')")
        : Gen.OneOf(Texts(0), Two("@({0}, {1})", Text(size / 2), Text(size / 2)), Infix(Text(size / 2), ["-split"], Pick("'b'", "','", "'(b)'", "''", "'b', 2", "'[ab]', 0")), Infix(Texts(size / 2), ["-like", "-notlike"], Pick("'a*'", "'*b*'")), Infix(Texts(size / 2), ["-match"], Pick("'b'", "'^a'")),
            Two("({0} -replace {1}, 'r')", Texts(size / 2), Pick("'a'", "'b'")), Infix(Texts(size / 2), ["-split"], Pick("'b'"))));

    private static Gen<string> Any { get; } = Gen.Sized(size => Gen.OneOf(Number(Math.Min(size, 12)), Text(Math.Min(size, 12)), Bool(Math.Min(size, 12)), Numbers(Math.Min(size, 8)), Texts(Math.Min(size, 8))));

    [Fact]
    public void It_gives_what_PowerShell_gives()
    {
        var values = (Dictionary<string, object?>)Roots["params"]!;
        var table = new Hashtable(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in values) table[key] = value is List<object?> list ? list.ToArray() : value;
        _host.Runspace.SessionStateProxy.SetVariable("params", table);
        var compared = 0;
        Prop.ForAll(Any.ToArbitrary(), text =>
        {
            object? ours;
            try { ours = PackagedModule.Evaluate(text, Roots); }
            catch (IncidentToolsException error)
            {
                // our own rules, and the bounds; everything else must have a value
                var byRule = error.Message.Contains("divided by zero", StringComparison.Ordinal) || error.Message.Contains("out of range", StringComparison.Ordinal);
                return byRule.Label($"{text}: {error.Message}");
            }
            var theirs = PowerShell(text);
            compared++;
            return Same(ours, theirs).Label($"{text}: we say {Show(ours)}, PowerShell {Show(theirs)}");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1500).WithEndSize(40));
        Assert.True(compared > 1000, $"only {compared} were compared");
    }

    private object? PowerShell(string text)
    {
        var result = _host.Try($",({text})");
        if (result.Errors.Count > 0) return result.Errors[0];
        return Unwrap(Assert.Single(result.Output));
    }

    private static object? Unwrap(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;

    private static bool Same(object? ours, object? theirs)
    {
        theirs = Unwrap(theirs);
        return (ours, theirs) switch
        {
            (null, null) => true,
            (bool a, bool b) => a == b,
            (string a, _) when theirs is string or char => a == theirs.ToString(),
            (IReadOnlyList<object?> a, IList b) => a.Count == b.Count && a.Zip(b.Cast<object?>()).All(pair => Same(pair.First, pair.Second)),
            (long or double or decimal, _) when theirs is int or long or double or decimal => Math.Abs(Real(ours) - Real(theirs)) <= Math.Abs(Real(ours)) * 1e-14 || Real(ours).Equals(Real(theirs)),
            _ => false,
        };
    }

    private static double Real(object? number) => Convert.ToDouble(number, CultureInfo.InvariantCulture);
    private static string Show(object? value) => value switch { null => "null", string text => $"'{text}'", IList list => "[" + string.Join(", ", list.Cast<object?>().Select(item => Show(Unwrap(item)))) + "]", _ => $"{value} ({value.GetType().Name})" };
}
