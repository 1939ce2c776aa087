using System.Text;
using System.Text.RegularExpressions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Yaml;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Tests.Runbooks;

/// <summary>
/// Runbooks with faults, each expected beside its line: <c>#! IT3008 13 Did you mean</c> is code, column and a part of the hint or message;
/// <c>#! +2 IT…</c> means two lines further down. What is found and what is expected must be the same: no finding more, none less.
/// </summary>
public partial class BadSampleTests
{
    public static TheoryData<string> Samples => [.. Books.Samples("bad")];

    [Theory]
    [MemberData(nameof(Samples))]
    public void Every_fault_is_found_where_it_stands_and_nothing_else(string name)
    {
        var bytes = Books.Sample(name);
        var lines = Encoding.UTF8.GetString(bytes).Split('\n');
        var expected = lines.SelectMany((line, index) => Expectation().Matches(line).Select(match => (
            Code: match.Groups[2].Value, Line: index + 1 + (match.Groups[1].Success ? int.Parse(match.Groups[1].Value) : 0), Column: int.Parse(match.Groups[3].Value), Hint: match.Groups[4].Value.Trim()))).ToArray();
        var (book, findings) = Books.Loader.Inspect(name, bytes);
        string[] wanted = [.. expected.Select(item => $"{item.Code} {item.Line}:{item.Column}").Order(StringComparer.Ordinal)];
        string[] found = [.. findings.Select(item => $"{item.Code} {item.Span.Line}:{item.Span.Column}").Order(StringComparer.Ordinal)];
        Assert.True(wanted.SequenceEqual(found), $"missing: {string.Join(", ", wanted.Except(found))}\nnot expected: {string.Join("\n", findings.Where(item => !wanted.Contains($"{item.Code} {item.Span.Line}:{item.Span.Column}")))}");
        foreach (var item in expected)
            Assert.Contains(findings, one => one.Code == item.Code && one.Span.Line == item.Line && one.Span.Column == item.Column && $"{one.Message} {one.Fix}".Contains(item.Hint, StringComparison.Ordinal));
        Assert.Equal(findings.Any(item => item.Severity == DiagnosticSeverity.Error), book is null);
        Assert.All(findings.Where(item => item.Code is not "IT2003"), item => Assert.NotEqual("", item.Path));
    }

    [Fact]
    public void Each_code_of_runbooks_has_a_sample()
    {
        var shown = Samples.SelectMany(name => Expectation().Matches(Encoding.UTF8.GetString(Books.Sample(name.Data))).Select(match => match.Groups[2].Value)).ToHashSet(StringComparer.Ordinal);
        var folder = Path.Combine(RepoRoot.Require(), "src", "IncidentTools.Engine", "Runbooks");
        var used = Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories).SelectMany(file => Code().Matches(File.ReadAllText(file)).Select(match => match.Value)).ToHashSet(StringComparer.Ordinal);
        // names of a workspace, two files of one id, nested runbooks, overdue reviews and what is not on this machine have tests of their own
        Assert.Equal(["IT3001", "IT3014", "IT3018", "IT3019", "IT3020", "IT3021", "IT4010", "IT5001", "IT5002", "IT5003", "IT5004", "IT5005", "IT5006", "IT5007", "IT5008", "IT5009", "IT5010"], used.Except(shown).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_syntax_error_hides_what_follows_it()
    {
        var (book, findings) = Books.Loader.Inspect("f.yaml", Encoding.UTF8.GetBytes("schema: incidenttools/runbook/v1\nid: [a\nsteps: 5\n"));
        Assert.Null(book);
        Assert.Equal("IT1004", Assert.Single(findings).Code);
    }

    [Fact]
    public void A_runbook_that_is_read_to_run_it_names_the_first_error_and_their_number()
    {
        var error = Assert.Throws<IncidentToolsException>(() => Books.Loader.Read("f.yaml", Encoding.UTF8.GetBytes("schema: incidenttools/runbook/v1\nid: A\nsteps: []\n")));
        Assert.Equal("RunbookInvalid", error.ErrorId);
        Assert.Contains("has 4 errors; the first: f.yaml:1:1: IT2003", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("size", "IT1002")]
    [InlineData("depth", "IT1009")]
    [InlineData("nodes", "IT1009")]
    [InlineData("steps", "IT2006")]
    public void What_is_beyond_the_limits_is_refused_with_a_position(string limit, string code)
    {
        var text = limit switch
        {
            "size" => "# " + new string('x', YamlTree.MaxBytes),
            "depth" => "x: " + new string('[', 80) + new string(']', 80),
            "nodes" => "x: [" + string.Join(',', Enumerable.Repeat("1", YamlTree.MaxNodes)) + "]",
            _ => "schema: incidenttools/runbook/v1\nid: a\nversion: 1.0.0\ntitle: a\nsteps:\n" + string.Concat(Enumerable.Range(0, 1001).Select(index => $" - {{ id: s{index}, phase: verify, uses: assert, assert: $true }}\n")),
        };
        var found = Assert.Single(Books.Loader.Inspect("f.yaml", Encoding.UTF8.GetBytes(text)).Findings);
        Assert.Equal(code, found.Code);
        Assert.True(found.Span.Line > 0);
    }

    /// <summary>Whatever stands in a file, the loader answers with findings that have a place; it never throws and never hangs.</summary>
    [Theory]
    [InlineData("good/every-kind.yaml", 1), InlineData("good/twelve-steps.yaml", 2), InlineData("bad/expressions.yaml", 3)]
    public void Broken_text_gives_findings_and_no_exception(string name, int seed)
    {
        var text = Encoding.UTF8.GetString(Books.Sample(name));
        var random = new Random(seed);
        const string Odd = "{}[]:,#&*!|>'\"%@`-?$\t\n \u0000\u2028\ud800é";
        for (var round = 0; round < 500; round++)
        {
            var (at, length) = (random.Next(text.Length), random.Next(12));
            var broken = random.Next(3) switch
            {
                0 => text.Remove(at, Math.Min(length, text.Length - at)),
                1 => text.Insert(at, Odd[random.Next(Odd.Length)].ToString()),
                _ => text[..at] + text[random.Next(text.Length)..],
            };
            var (book, findings) = Books.Loader.Inspect("f.yaml", Encoding.UTF8.GetBytes(broken));
            Assert.Equal(book is null, findings.Any(item => item.Severity == DiagnosticSeverity.Error));
            var lines = broken.Count(letter => letter is '\n' or '\u2028') + 2;
            Assert.All(findings, item => Assert.True(item.Span.Line >= 1 && item.Span.Line <= lines && item.Span.Column >= 1, $"{item} in a text of {lines} lines\n{broken}"));
        }
    }

    [GeneratedRegex(@"#! (?:([+-]\d+) )?(IT\d{4}) (\d+)([^#\n]*)")] private static partial Regex Expectation();
    [GeneratedRegex(@"IT\d{4}")] private static partial Regex Code();
}
