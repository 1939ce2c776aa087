using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Tests.Runbooks;

/// <summary>Runbooks that run others, held against the library that they come from.</summary>
public sealed class ChildChecksTests : IDisposable
{
    private readonly TempFolder _folder = new();
    public void Dispose() => _folder.Dispose();

    private const string End = "steps:\n  - { id: done, phase: review, uses: end }\n";

    private RunbookLibrary Library(params (string Id, string Text)[] books)
    {
        foreach (var (id, text) in books) _folder.Write($"runbooks/{id}.yaml", $"schema: incidenttools/runbook/v1\nid: {id}\nversion: 1.2.0\ntitle: {id}\n{text}");
        return new RunbookLibrary(Books.Loader, [("workspace", Path.Combine(_folder.Path, "runbooks"))], _folder.Path);
    }

    private static string Runs(string name, string version = "1.2.0", string parameters = "") => $"steps:\n  - {{ id: go, phase: recover, uses: runbook, with: {{ name: {name}, version: {version}{(parameters.Length > 0 ? ", parameters: " + parameters : "")} }} }}\n";

    [Theory]
    [InlineData("chlid", "1.2.0", "{ to: a }", "IT3018", 60, "Did you mean 'child'?")]
    [InlineData("child", "1.1.0", "{ to: a }", "IT3020", 76, "is there in version 1.2.0, not 1.1.0")]
    [InlineData("child", "1.2.0", "{ to: a, form: b }", "IT3011", 104, "Did you mean 'from'?")]
    [InlineData("child", "1.2.0", "{ to: a, count: many }", "IT2002", 111, "a whole number")]
    [InlineData("child", "1.2.0", "{ to: a, count: 99 }", "IT2004", 111, "more than 9")]
    [InlineData("child", "1.2.0", "{ from: a }", "IT2003", 37, "needs the parameter 'to' (string)")]
    [InlineData("broken", "1.2.0", "", "IT3019", 60, "has errors itself")]
    public void What_does_not_fit_the_other_runbook_is_found_where_it_stands(string name, string version, string parameters, string code, int column, string hint)
    {
        var library = Library(
            ("child", "parameters: { to: { required: true }, from: {}, count: { type: int, max: 9 }, service: { type: service, required: true } }\n" + End), ("broken", "steps: []\n"), ("parent", Runs(name, version, parameters)));
        var parent = library.FindFile("parent");
        Assert.NotNull(parent.Book);
        var found = Assert.Single(library.Findings(parent));
        Assert.Equal((code, 6, column), (found.Code, found.Span.Line, found.Span.Column));
        Assert.Contains(hint, $"{found.Message} {found.Fix}", StringComparison.Ordinal);
    }

    [Fact]
    public void A_fitting_one_is_no_finding_and_expressions_are_known_only_when_it_runs()
    {
        var library = Library(("child", "parameters: { to: { type: list, required: true } }\n" + End), ("parent", "parameters: { hosts: { type: list } }\n" + Runs("child", parameters: "{ to: ['${{ $params.hosts }}', b] }")));
        Assert.Empty(library.Findings(library.FindFile("parent")));
        Assert.Empty(library.Inspect("workspace"));
    }

    [Fact]
    public void A_runbook_that_would_run_itself_is_found_however_long_the_way()
    {
        var library = Library(("one", Runs("two")), ("two", "steps:\n  - id: fan\n    phase: verify\n    uses: parallel\n    branches: [{ id: a, steps: [{ id: in, phase: verify, uses: runbook, with: { name: three, version: 1.2.0 } }] }]\n"), ("three", Runs("one")), ("outside", Runs("one")));
        Assert.Contains("one → two → three → one", Assert.Single(library.Findings(library.FindFile("one"))).Message, StringComparison.Ordinal);
        Assert.Equal("IT3021", Assert.Single(library.Findings(library.FindFile("two"))).Code);
        Assert.Empty(library.Findings(library.FindFile("outside")));
        Assert.Equal(3, library.Inspect("workspace").Count(item => item.Code == "IT3021"));
        Assert.Equal("IT3021", Assert.Single(Library(("self", Runs("self"))).Findings(Library().FindFile("self"))).Code);
    }
}
