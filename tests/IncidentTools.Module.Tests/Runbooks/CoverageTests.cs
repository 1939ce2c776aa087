using IncidentTools.Module.Tests.Runs;

namespace IncidentTools.Module.Tests.Runbooks;

/// <summary>Which branches of a runbook the cases of a rehearsal walk, and which none does.</summary>
public sealed class CoverageTests : IDisposable
{
    private const string Head = "onError: sorry\nonCancel: clean\nhandlers: [{ id: sorry, phase: communicate, uses: notify, with: { audience: internal, subject: s, body: b } }, { id: clean, phase: recover, uses: set, with: { variables: { a: 1 } } }]";
    private const string Steps = """
        - { id: look, phase: detect, uses: probe.tcp, with: { host: a, port: 1 }, onFailure: continue }
        - { id: tell, phase: communicate, when: "$steps.look.state -eq 'Failed'", uses: notify, with: { audience: internal, subject: s, body: b }, onFailure: continue }
        - { id: always, phase: detect, when: '1 -eq 1', uses: set, with: { variables: { x: 1 } } }
        - { id: ask, phase: triage, uses: ask, with: { question: 'Which?', allowed: [one, two] }, deadline: 1h }
        - { id: unread, phase: triage, uses: ask, with: { question: 'And?', allowed: [up, down] } }
        - { id: which, phase: triage, uses: switch, cases: [{ when: "$steps.ask.value -eq 'one'", goto: good }] }
        - { id: hand, phase: resolve, uses: manual, with: { instruction: Do it } }
        - { id: good, phase: review, uses: set, with: { variables: { x: 1 } } }
        """;
    private static readonly string[] All =
    [
        "sorry: a failure leads here (onError)", "clean: a cancel leads here (onCancel)", "look: onFailure → continue", "tell: when holds: $steps.look.state -eq 'Failed'",
        "tell: when does not hold: $steps.look.state -eq 'Failed'", "tell: onFailure → continue", "ask: answer 'one'", "ask: answer 'two'", "which: case $steps.ask.value -eq 'one' → good", "which: no case holds → the next step", "good: the end of the steps",
    ];
    private readonly RunHost _runs = new();
    private ModuleHost Host => _runs.Host;
    public void Dispose() => _runs.Dispose();

    public CoverageTests() => _runs.Book("ways", Steps, Head);

    private string Cases(string name, params string[] cases)
    {
        var file = Path.Combine(Host.Folder, name + ".yaml");
        File.WriteAllText(file, $"schema: incidenttools/rehearsal/v1\nrunbook: ways\nanswers: {{ unread: up }}\ncases:\n{string.Join('\n', cases.Select(item => "  - " + item))}\n");
        return file;
    }

    private RunbookCoverage Cover(params string[] cases)
    {
        var items = Host.Run($"Test-Runbook -Rehearsal '{Cases("r", cases)}'").Select(item => (RunbookRehearsal)item.BaseObject).ToArray();
        Assert.All(items, item => Assert.Same(items[0].Coverage, item.Coverage));
        return items[0].Coverage!;
    }

    private static IEnumerable<string> Missing(RunbookCoverage coverage) => coverage.Missing.Select(item => $"{item.Step}: {item.Branch}");

    private const string One = "{ name: one, mocks: { look: Pass }, answers: { ask: one }, expect: { run: Succeeded, path: [look, always, ask, unread, which, good] } }";
    private const string Two = "{ name: two, mocks: { look: Fail, tell: Failed }, answers: { ask: two, hand: Done }, expect: { run: SucceededWithFailures, states: { tell: Failed }, messages: 0 } }";
    private const string Late = "{ name: late, mocks: { look: Pass }, answers: { ask: { expires: true } }, expect: { run: Failed, states: { sorry: Succeeded, ask: TimedOut } } }";
    private const string Stopped = "{ name: stopped, mocks: { look: Pass }, answers: { ask: { cancel: true } }, expect: { run: Cancelled, states: { clean: Succeeded, ask: Cancelled, sorry: Pending } } }";

    [Fact]
    public void Every_branch_that_no_case_walks_is_named_with_its_line()
    {
        var coverage = Cover(One);
        Assert.Equal((4, 11, 36), (coverage.Covered, coverage.Total, coverage.Percent));
        Assert.Equal(All.Except([All[4], All[6], All[8], All[10]]), Missing(coverage));
        var lines = File.ReadAllLines(coverage.Missing[0].File);
        Assert.All(coverage.Missing.Skip(2), item => Assert.Contains($"id: {item.Step},", lines[item.Line - 1], StringComparison.Ordinal));
    }

    [Fact]
    public void Cases_that_go_everywhere_cover_all_and_each_way_out_counts_for_itself()
    {
        Assert.Equal(["sorry: a failure leads here (onError)", "clean: a cancel leads here (onCancel)"], Missing(Cover(One, Two)));
        Assert.Equal(["clean: a cancel leads here (onCancel)"], Missing(Cover(One, Two, Late)));
        var all = Cover(One, Two, Late, Stopped);
        Assert.Equal((100, 11, "ways: 100 % (11 of 11 branches)"), (all.Percent, all.Covered, all.ToString()));
    }

    [Fact]
    public void A_case_that_does_not_pass_covers_nothing()
    {
        var wrong = Host.Try($"Test-Runbook -Rehearsal '{Cases("r", One.Replace("run: Succeeded", "run: Failed", StringComparison.Ordinal))}'");
        Assert.Equal(0, ((RunbookRehearsal)Assert.Single(wrong.Output).BaseObject).Coverage!.Covered);
    }

    [Fact]
    public void Less_than_the_minimum_is_an_error_that_names_what_is_missing_and_files_count_together()
    {
        var (first, second) = (Cases("a", One, Two), Cases("b", Late, Stopped));
        var low = Host.Try($"Test-Runbook -Rehearsal '{first}' -MinimumCoverage 100");
        Assert.Equal("CoverageTooLow", Assert.Single(low.Errors).FullyQualifiedErrorId.Split(',')[0]);
        Assert.Contains("clean: a cancel leads here", low.Errors[0].Exception.Message, StringComparison.Ordinal);
        Assert.Equal(2, low.Output.Count);
        Assert.Empty(Host.Try($"Test-Runbook -Rehearsal '{first}' -MinimumCoverage 81").Errors);
        Assert.False(Host.Run<bool>($"Test-Runbook -Rehearsal '{first}' -MinimumCoverage 82 -Quiet"));
        Assert.True(Host.Run<bool>($"Test-Runbook -Rehearsal '{first}', '{second}' -MinimumCoverage 100 -Quiet"));
        Assert.Equal(4, Host.Run($"Test-Runbook -Rehearsal '{first}', '{second}' -MinimumCoverage 100").Count);
    }

    [Fact]
    public void Branches_of_a_nested_runbook_are_its_own()
    {
        _runs.Book("outer", "- { id: child, phase: recover, uses: runbook, with: { name: ways, version: 1.0.0 } }\n- { id: last, phase: review, uses: end }");
        var file = Path.Combine(Host.Folder, "outer.yaml");
        File.WriteAllText(file, $"schema: incidenttools/rehearsal/v1\nrunbook: outer\nanswers: {{ unread: up }}\ncases:\n  - {One.Replace("path: [look, always, ask, unread, which, good]", "states: { child: Succeeded }", StringComparison.Ordinal)}\n");
        var coverage = ((RunbookRehearsal)Assert.Single(Host.Run($"Test-Runbook -Rehearsal '{file}'")).BaseObject).Coverage!;
        Assert.Equal((1, 1), (coverage.Covered, coverage.Total));
    }
}
