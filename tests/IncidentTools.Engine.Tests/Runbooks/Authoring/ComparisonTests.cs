using System.Text;
using IncidentTools.Engine.Runbooks.Authoring;

namespace IncidentTools.Engine.Tests.Runbooks.Authoring;

public class ComparisonTests
{
    private const string Old = """
        schema: incidenttools/runbook/v1
        id: book
        version: 1.0.0
        title: Book
        applies: { classes: [availability] }
        parameters: { window: { type: duration, default: 30m }, gone: {} }
        symptoms: [{ id: down, text: It is down, words: [down] }]
        revisions: [{ version: 1.0.0, date: 2026-11-01, author: ana, change: First }]
        onError: told
        handlers:
          - { id: told, phase: communicate, uses: manual, with: { instruction: Tell } }
        steps:
          - { id: first, phase: verify, uses: probe.http, with: { url: 'https://x/' }, timeout: 5s }
          - { id: second, phase: verify, uses: assert, assert: '$params.window -eq 1' }
          - { id: third, phase: verify, uses: switch, cases: [{ when: $true, goto: last }], default: fan }
          - id: fan
            phase: verify
            uses: parallel
            branches:
              - { id: left, steps: [{ id: in_left, phase: verify, uses: assert, assert: $true }, { id: in_left2, phase: verify, uses: assert, assert: $true }] }
              - { id: right, steps: [{ id: in_right, phase: verify, uses: assert, assert: $true }] }
          - { id: last, phase: review, uses: end }
        """;

    private static RunbookText Text(string text) => Books.Loader.ReadText("f.yaml", Encoding.UTF8.GetBytes(text));

    private static IEnumerable<string> Differences(string newer) => RunbookComparison.Compare(Text(Old), Text(newer))
        .Select(item => string.Join(' ', new[] { item.Change, item.Kind, item.Item, item.Field }.Where(word => !string.IsNullOrEmpty(word))) + $": {item.Before ?? "-"} → {item.After ?? "-"}");

    [Theory]
    [InlineData("timeout: 5s", "timeout: 6s", "Changed Step first timeout: 5s → 6s")]
    [InlineData("timeout: 5s", "attempts: 2", "Changed Step first timeout: 5s → -", "Changed Step first attempts: 1 → 2")]
    [InlineData("'https://x/'", "'https://${{ $service.id }}/'", "Changed Step first with.url: https://x/ → https://${{ $service.id }}/")]
    [InlineData("timeout: 5s }", "timeout: 5s, retry: { delay: 2s } }", "Changed Step first retry.delay: 1s → 2s")]
    [InlineData("timeout: 5s }", "timeout: 5s, onFailure: continue }", "Changed Step first critical: true → false", "Changed Step first onFailure: - → continue")]
    [InlineData("-eq 1'", "-eq 2'", "Changed Step second assert: $params.window -eq 1 → $params.window -eq 2")]
    [InlineData("cases: [{ when: $true, goto: last }]", "cases: [{ when: $false, goto: last }]", "Changed Step third cases: [{ goto: last, when: $true }] → [{ goto: last, when: $false }]")]
    [InlineData("version: 1.0.0\ntitle: Book", "version: 1.1.0\ntitle: Book", "Changed Metadata version: 1.0.0 → 1.1.0")]
    [InlineData("classes: [availability]", "classes: [availability, security]", "Changed Metadata applies.classes: [availability] → [availability, security]")]
    [InlineData("default: 30m", "default: 1h", "Changed Parameter window default: 30m → 1h")]
    [InlineData(", gone: {}", ", come: {}", "Removed Parameter gone: { required: false, type: string } → -", "Added Parameter come: - → { required: false, type: string }")]
    [InlineData("words: [down]", "words: [down, out]", "Changed Symptom down words: [down] → [down, out]")]
    [InlineData("change: First", "change: One", "Changed Revision 1.0.0 change: First → One")]
    [InlineData("instruction: Tell }", "instruction: Say }", "Changed Handler told with.instruction: Tell → Say")]
    [InlineData("{ id: last, phase", "{ id: final, phase", "Removed Step last: last → -", "Added Step final: - → final", "Changed Step third cases: [{ goto: last, when: $true }] → [{ goto: final, when: $true }]")]
    [InlineData("branches:\n", "join: 1\n    branches:\n", "Changed Step fan join: all → 1")]
    [InlineData("- { id: left,", "- { id: left, title: L,", "Changed Branch fan/left title: - → L")]
    public void One_change_is_one_difference(string before, string after, params string[] expected)
    {
        var newer = Old.ReplaceLineEndings("\n").Replace(before, after, StringComparison.Ordinal);
        if (after.Contains("final", StringComparison.Ordinal)) newer = newer.Replace("goto: last", "goto: final", StringComparison.Ordinal);
        Assert.NotEqual(Old.ReplaceLineEndings("\n"), newer);
        Assert.Equal(expected, Differences(newer));
    }

    [Fact]
    public void A_step_that_stands_elsewhere_moved_and_the_others_did_not()
    {
        var lines = Old.ReplaceLineEndings("\n").Split('\n').ToList();
        var first = lines.FindIndex(line => line.Contains("id: first", StringComparison.Ordinal));
        var moved = lines.ToList();
        moved.Insert(first + 3, lines[first]);
        moved.RemoveAt(first);
        Assert.Equal(["Moved Step first: first → after third"], Differences(string.Join('\n', moved).Replace("default: fan", "default: first", StringComparison.Ordinal)).Where(item => !item.Contains("default", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_step_may_move_into_a_branch()
    {
        const string InRight = "{ id: in_right, phase: verify, uses: assert, assert: $true }";
        var newer = Old.ReplaceLineEndings("\n").Replace(", { id: in_left2, phase: verify, uses: assert, assert: $true }", "", StringComparison.Ordinal).Replace(InRight, InRight + ", { id: in_left2, phase: verify, uses: assert, assert: $true }", StringComparison.Ordinal);
        Assert.Equal(["Moved Step in_left2: the branch 'left' of 'fan' → the branch 'right' of 'fan'"], Differences(newer));
    }

    [Theory]
    [InlineData("id: book", "id: book # a comment")]
    [InlineData("timeout: 5s }", "attempts: 1, timeout: 5s, critical: true, title: first, impact: none, retry: { delay: 1s, backoff: 1 }, capture: { maxLines: 2000 }, once: false }")]
    [InlineData("with: { url: 'https://x/' }, timeout: 5s", "timeout: 5000ms, with: { url: \"https://x/\" }")]
    [InlineData("{ type: duration, default: 30m }", "{ default: 0.5h, type: duration, required: false }")]
    [InlineData("classes: [availability]", "classes: availability")]
    [InlineData("'$params.window -eq 1'", "\"  $params.window -eq 1 \"")]
    [InlineData("onError: told", "concurrency: forbid\nonError: told\nonUndoFailure: wait")]
    public void What_means_the_same_is_no_difference(string before, string after)
    {
        var newer = Old.ReplaceLineEndings("\n").Replace(before, after, StringComparison.Ordinal);
        Assert.NotEqual(Old.ReplaceLineEndings("\n"), newer);
        Assert.Empty(Differences(newer));
    }

    [Theory]
    [InlineData("good.every-kind.yaml"), InlineData("good.twelve-steps.yaml")]
    public void A_runbook_is_the_same_as_itself(string name)
    {
        var text = Books.Loader.ReadText(name, Books.Sample(name));
        Assert.Empty(RunbookComparison.Compare(text, text));
        Assert.Empty(RunbookComparison.Compare(text, Books.Loader.ReadText(name, Books.Sample(name))));
    }
}
