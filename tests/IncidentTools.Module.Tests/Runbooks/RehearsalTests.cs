using IncidentTools.Module.Tests.Runs;

namespace IncidentTools.Module.Tests.Runbooks;

/// <summary>A runbook is rehearsed: the runner is the real one, the world is what a file says, and nothing happens.</summary>
public sealed class RehearsalTests : IDisposable
{
    private readonly RunHost _runs = new();
    private ModuleHost Host => _runs.Host;
    public void Dispose() => _runs.Dispose();

    private string File_(string cases, string head = "")
    {
        var file = Path.Combine(Host.Folder, "r.yaml");
        File.WriteAllText(file, $"schema: incidenttools/rehearsal/v1\n{head}\ncases:\n{cases.ReplaceLineEndings("\n").Trim('\n')}\n");
        return file;
    }

    private RunbookRehearsal[] Rehearse(string book, string cases, string head = "") =>
        [.. Checked(Host.Try($"Test-Runbook {book} -Rehearsal '{File_(cases, head)}'")).Select(item => (RunbookRehearsal)item.BaseObject)];

    private static IReadOnlyList<System.Management.Automation.PSObject> Checked(ModuleHost.Result result) => result.Errors.Any(error => !error.FullyQualifiedErrorId.StartsWith("RehearsalFailed", StringComparison.Ordinal)) ? throw new InvalidOperationException(result.Errors[0].Exception.Message) : result.Output;

    private static string Said(RunbookRehearsal item) => $"{item.Case}: {item.State} [{string.Join(' ', item.Way)}] {string.Join("; ", item.Difference)}";

    [Fact]
    public void Nothing_of_any_kind_is_done()
    {
        File.WriteAllText(Path.Combine(_runs.Workspace, "runbooks", "s.ps1"), $"[IO.File]::WriteAllText('{_runs.Canary}', 'x')");
        var log = Path.Combine(Host.Folder, "sent.jsonl");
        var policy = Path.Combine(_runs.Workspace, "policy.yaml");
        File.WriteAllText(policy, File.ReadAllText(policy).Replace("channels: {}", $"channels: {{ log: {{ uses: file, with: {{ path: '{log}' }} }} }}", StringComparison.Ordinal).Replace("internal: []", "internal: [log]", StringComparison.Ordinal));
        var canary = _runs.Canary;
        _runs.Book("all", $$"""
            - { id: program, phase: resolve, uses: command, with: { program: touch, args: ['{{canary}}'] }, impact: high, undo: { uses: command, with: { program: touch, args: ['{{canary}}'] } } }
            - { id: text, phase: resolve, uses: script, with: { text: "[IO.File]::WriteAllText('{{canary.Replace('\\', '/')}}', 'x')" }, impact: high }
            - { id: file, phase: resolve, uses: script, with: { file: s.ps1, isolation: process }, impact: high }
            - { id: probe, phase: verify, uses: probe.command, with: { program: touch, args: ['{{canary}}'] } }
            - { id: service, phase: resolve, uses: action.service-control, with: { operation: restart, name: x, command: [touch, '{{canary}}'], status: [touch, '{{canary}}'] }, impact: low }
            - { id: tell, phase: communicate, uses: notify, with: { audience: internal, subject: hello, body: world } }
            - { id: until, phase: verify, uses: wait, untilProbe: { uses: probe.command, with: { program: touch, args: ['{{canary}}'] } }, deadline: 1h }
            - { id: done, phase: review, uses: end }
            """);
        var result = Assert.Single(Rehearse("all", """
              - name: all
                mocks: { program: Succeeded, text: Succeeded, file: Succeeded, probe: Pass, service: [InDoubt], service.check: Done, until.until: [Fail, Fail, Pass] }
                answers: { program: Approve, text: Approve, file: Approve, service: Approve }
                expect: { run: Succeeded, messages: 1, path: [program, text, file, probe, service, tell, until, done] }
            """));
        Assert.True(result.Passed, Said(result));
        Assert.False(File.Exists(canary));
        Assert.False(File.Exists(log));
        Assert.False(File.Exists(_runs.Store));
    }

    private const string Two = """
        - { id: look, phase: detect, uses: probe.tcp, with: { host: a, port: 1 }, onFailure: continue, attempts: 2, retry: { delay: 1h } }
        - { id: which, phase: triage, uses: switch, cases: [{ when: "$steps.look.error -eq 'Refused'", goto: bad }], default: good }
        - { id: good, phase: review, uses: end, with: { message: fine } }
        - { id: bad, phase: review, uses: end, with: { result: Failed } }
        """;

    [Fact]
    public void A_difference_says_what_was_expected_what_came_and_where()
    {
        _runs.Book("two", Two);
        var result = Host.Try($"""Test-Runbook two -Rehearsal '{File_("  - name: wrong\n    mocks: { look: { result: Fail, error: Refused } }\n    expect:\n      run: Succeeded\n      path: [look, which, good]\n      states: { look: Succeeded }\n      conditions: ['1 -eq 2']\n      messages: 3")}'""");
        var item = (RunbookRehearsal)Assert.Single(result.Output).BaseObject;
        Assert.False(item.Passed);
        Assert.Equal(("Failed", 4), (item.State, item.Line));
        Assert.Equal(["look#1", "which#1", "bad#1"], item.Way);
        Assert.Equal(
            [("run", "Succeeded", "Failed", 7, 12), ("path", "look which good", "look which bad", 8, 27), ("state of look", "Succeeded", "Failed", 9, 23), ("condition", "1 -eq 2", "False", 10, 20), ("messages", "3", "0", 11, 17)],
            item.Difference.Select(found => (found.What, found.Expected, found.Actual, found.Line, found.Column)));
        Assert.Equal("RehearsalFailed", Assert.Single(result.Errors).FullyQualifiedErrorId.Split(',')[0]);
        Assert.False(Host.Run<bool>($"Test-Runbook two -Rehearsal '{Path.Combine(Host.Folder, "r.yaml")}' -Quiet"));
    }

    [Fact]
    public void Results_are_given_one_a_call_and_the_last_one_holds()
    {
        _runs.Book("two", Two);
        var results = Rehearse("two", """
              - { name: second, mocks: { look: [{ result: Fail, error: Refused }, Pass] }, expect: { run: Succeeded, path: [look, which, good], states: { bad: Pending }, conditions: '$steps.look.attempts -eq 2' } }
              - { name: both, mocks: { look: { result: Fail, error: Refused } }, expect: { run: Failed, path: [..., bad] } }
              - { name: elapsed, at: 2026-03-01T00:00:00Z, mocks: { look: { result: Fail, error: Refused, took: 5m } }, expect: { run: Failed, conditions: "$now -gt '2026-03-01T01:09:59Z'" } }
            """);
        Assert.All(results[..2], item => Assert.True(item.Passed, Said(item)));
        Assert.Equal(3, results.Length);
    }

    [Fact]
    public void A_step_that_would_act_and_has_no_result_is_a_difference_and_pure_steps_need_none()
    {
        _runs.Book("two", Two);
        var item = Assert.Single(Rehearse("two", "  - { name: none, expect: { run: Succeeded } }"));
        Assert.False(item.Passed);
        Assert.Equal(("mock of look", "a result"), (item.Difference[0].What, item.Difference[0].Expected));
        _runs.Book("pure", "- { id: a, phase: triage, uses: set, with: { variables: { n: 2 } } }\n- { id: b, phase: triage, uses: wait, with: { for: 2d } }\n- { id: c, phase: triage, uses: assert, assert: '$vars.n -eq 2' }\n- { id: d, phase: triage, uses: end }");
        item = Assert.Single(Rehearse("pure", "  - { name: pure, expect: { run: Succeeded, outputs: { n: 2 }, path: [a, b, c, d] } }"));
        Assert.True(item.Passed, Said(item));
    }

    [Fact]
    public void People_answer_as_the_rules_ask_and_an_answer_that_does_not_count_is_a_difference()
    {
        _runs.Book("asks", string.Join('\n', RunHost.Manual, RunHost.Ask,
            "- { id: may, phase: resolve, uses: approve, with: { prompt: 'May it?', by: [incident-commander], min: 2, notRequester: true, expires: 30m }, onFailure: continue }", "- { id: done, phase: review, uses: end, with: { result: Succeeded } }"));
        const string Usual = "look: { answer: Green, values: { lamps: 3 } }, region: eu";
        var results = Rehearse("asks", $$"""
              - { name: yes, answers: { {{Usual}}, may: Approve }, expect: { states: { may: Succeeded }, conditions: ["$steps.look.value.lamps -eq 3", "$steps.may.value.by.count -eq 2"] } }
              - { name: no, answers: { {{Usual}}, may: { answer: Deny, note: later } }, expect: { states: { may: Failed }, conditions: "$steps.may.error -eq 'Rejected'" } }
              - { name: never, answers: { {{Usual}}, may: { expires: true } }, expect: { states: { may: TimedOut } } }
              - { name: requester, answers: { {{Usual}}, may: { answer: Approve, by: [rehearsal, nobody] } }, expect: { states: { may: Succeeded } } }
              - { name: wrong, answers: { look: { answer: Green, values: { lamps: none } }, region: eu, may: Approve }, expect: { run: Succeeded } }
              - { name: other, answers: { look: { answer: Green, values: { lamps: 3 } }, region: mars, may: Approve }, expect: { run: Succeeded } }
              - { name: silent, answers: { region: eu }, expect: { run: Succeeded } }
              - { name: endless, answers: { look: { expires: true } }, expect: { run: Succeeded } }
            """);
        Assert.All(results[..3], item => Assert.True(item.Passed, Said(item)));
        Assert.Equal(["ApproverRefused", "FieldInvalid", "FieldInvalid", "(none)", "this one has no time limit"], results[3..].Select(item => item.Difference[0].Actual.Split(':')[0]));
    }

    [Fact]
    public void A_run_that_goes_round_for_ever_is_ended()
    {
        _runs.Book("late", "- { id: w, phase: triage, uses: wait, until: '$vars.x ?? $false', deadline: 8h }\n- { id: s, phase: triage, uses: set, with: { variables: { x: 1 } } }");
        Assert.True(Rehearse("late", "  - { name: late, expect: { run: TimedOut, states: { w: TimedOut } } }")[0].Passed);
        _runs.Book("round", "- { id: w, phase: triage, uses: wait, until: '$vars.x ?? $false' }\n- { id: s, phase: triage, uses: set, with: { variables: { x: 1 } } }");
        Assert.Contains("still waits", Assert.Single(Rehearse("round", "  - { name: round, expect: { run: Succeeded } }")).Difference[0].Actual, StringComparison.Ordinal);
    }

    [Fact]
    public void Branches_items_and_child_runbooks_are_rehearsed_too()
    {
        _runs.Book("little", "- { id: inner, phase: verify, uses: probe.tcp, with: { host: a, port: 1 } }\n- { id: sure, phase: triage, uses: ask, with: { question: 'Sure?', allowed: [a, b] } }");
        _runs.Book("frames", """
            - { id: both, phase: verify, uses: parallel, branches: [{ id: one, steps: [{ id: web, phase: verify, uses: probe.tcp, with: { host: a, port: 1 } }] }, { id: two, steps: [{ id: hand, phase: verify, uses: manual, with: { instruction: Look } }] }] }
            - { id: each, phase: verify, uses: foreach, items: [a, b, c], errorThreshold: 1, steps: [{ id: port, phase: verify, uses: probe.tcp, with: { host: a, port: 1 } }] }
            - { id: child, phase: recover, uses: runbook, with: { name: little, version: 1.0.0 } }
            """);
        var results = Rehearse("frames", """
              - { name: good, mocks: { web: Pass, port: [Pass, Fail, Pass], inner: Pass }, answers: { hand: Done, sure: a }, expect: { run: Succeeded, states: { both: Succeeded, each: Succeeded, child: Succeeded } } }
              - { name: many, mocks: { web: Pass, port: Fail, inner: Pass }, answers: { hand: Done, sure: a }, expect: { run: Failed, states: { each: Failed } } }
              - { name: none, mocks: { web: Pass, port: Pass }, answers: { hand: Done, sure: a }, expect: { run: Succeeded } }
            """);
        Assert.All(results[..2], item => Assert.True(item.Passed, Said(item)));
        Assert.Equal("mock of inner", results[2].Difference[0].What);
    }

    [Fact]
    public void Rounds_guards_clocks_and_rollbacks_are_rehearsed_and_none_of_them_acts()
    {
        _runs.Book("beside", $$"""
            - { id: fix, phase: resolve, uses: command, with: { program: touch, args: ['{{_runs.Canary}}'] }, impact: low, guard: { uses: probe.command, with: { program: touch, args: ['{{_runs.Canary}}'] }, every: 1s }, clock: { within: 72h }, undo: { uses: command, with: { program: touch, args: ['{{_runs.Canary}}'] } } }
            - { id: long, phase: verify, uses: wait, with: { for: 100m } }
            - { id: check, phase: verify, uses: assert, assert: '1 -eq 2', onFailure: rollback }
            """, "every: { interval: 30m, steps: [{ id: say, phase: communicate, uses: notify, with: { audience: internal, subject: s, body: b } }] }");
        var results = Rehearse("beside", """
              - { name: back, mocks: { fix: Succeeded }, expect: { run: RolledBack, states: { fix: Undone }, messages: 3 } }
              - { name: stuck, mocks: { fix: Succeeded, fix.undo: Failed }, answers: { fix: Stop }, expect: { run: Failed, states: { fix: UndoFailed } } }
            """);
        Assert.True(results[0].Passed, Said(results[0]));
        Assert.True(results[1].Passed, Said(results[1]));
        Assert.False(File.Exists(_runs.Canary));
    }

    public static TheoryData<string, string, int, int> Faults { get; } = new()
    {
        { "  - name: a\n    mocks: { lok: Pass }\n    expect: { run: Succeeded }", "IT3033", 5, 19 },
        { "  - name: a\n    mocks: { which: Pass }\n    expect: { run: Succeeded }", "IT2032", 5, 21 },
        { "  - name: a\n    mocks: { look: Succeeded }\n    expect: { run: Succeeded }", "IT2033", 5, 20 },
        { "  - name: a\n    mocks: { look.undo: Succeeded }\n    expect: { run: Succeeded }", "IT2032", 5, 25 },
        { "  - name: a\n    mocks: { look: Perfect }\n    expect: { run: Succeeded }", "IT2002", 5, 20 },
        { "  - name: a\n    answers: { which: x }\n    expect: { run: Succeeded }", "IT2032", 5, 23 },
        { "  - name: a\n    expect: { path: [look, wich] }", "IT3033", 5, 28 },
        { "  - name: a\n    expect: { states: { lock: Failed } }", "IT3033", 5, 25 },
        { "  - name: a\n    expect: { conditions: ['Get-Date'] }", "IT2034", 5, 29 },
        { "  - name: a\n    expect: {}", "IT2031", 5, 13 },
        { "  - { name: a, expect: { run: Failed } }\n  - { name: a, expect: { run: Failed } }", "IT3031", 5, 13 },
        { "  - { name: a, expects: { run: Failed } }", "IT2003", 4, 7 },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_fault_of_the_file_is_found_where_it_stands_and_no_case_is_run(string cases, string code, int line, int column)
    {
        _runs.Book("two", Two);
        var result = Host.Try($"Test-Runbook two -Rehearsal '{File_(cases)}'");
        Assert.Equal("RehearsalInvalid", Assert.Single(result.Errors).FullyQualifiedErrorId.Split(',')[0]);
        Assert.True(result.Errors[0].Exception.Message.Contains($":{line}:{column}: {code} ", StringComparison.Ordinal), result.Errors[0].Exception.Message);
        if (result.Output is [var only]) Assert.Contains(code, ((RunbookVerification)only.BaseObject).Findings.Select(finding => finding.Id));
    }

    [Fact]
    public void The_file_says_for_which_runbook_it_is()
    {
        _runs.Book("two", Two);
        _runs.Book("other", RunHost.Good);
        const string Case = "  - { name: a, mocks: { look: Pass }, expect: { run: Succeeded } }";
        Assert.Equal("two", ((RunbookRehearsal)Host.Run($"Test-Runbook -Rehearsal '{File_(Case, "runbook: two")}'")[0].BaseObject).Name);
        Assert.Equal("RehearsalInvalid", Host.ErrorId($"Test-Runbook other -Rehearsal '{File_(Case, "runbook: two")}'"));
        Assert.Equal("RehearsalNamesNoRunbook", Host.ErrorId($"Test-Runbook -Rehearsal '{File_(Case)}'"));
        Assert.Equal("RehearsalInvalid", Host.ErrorId("Test-Runbook -Rehearsal ./nowhere.yaml"));
        Assert.Equal("RunbookNotFound", Host.ErrorId($"Test-Runbook tow -Rehearsal '{File_(Case)}'"));
        Assert.False(Host.Run<bool>("Test-Runbook -Rehearsal ./nowhere.yaml -Quiet"));
    }
}
