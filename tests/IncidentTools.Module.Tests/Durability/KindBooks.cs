namespace IncidentTools.Module.Tests.Durability;

/// <summary>
/// Runbooks that have every kind of step between them. What has an effect counts it, by a line with its path in <c>effects/&lt;name&gt;</c>; a step's undo
/// counts as <c>back_&lt;name&gt;</c>.
/// </summary>
internal static class KindBooks
{
    /// <summary>
    /// <c>effect.sh do &lt;name&gt; &lt;path&gt; [&lt;exit code&gt;]</c> counts; <c>did</c> says whether it did, <c>on</c> whether it did and was not taken back. Where a file
    /// <c>die.&lt;moment&gt;.&lt;name&gt;</c> is, it kills its runner: <c>before</c> counting, which it does all the same; <c>after</c> it; and <c>never</c> to count.
    /// </summary>
    public const string Effect = """
        #!/bin/sh
        here=$(dirname "$0")
        die() {
            mv "$here/die.$1.$name" "$here/died" 2>/dev/null || return 1
            kill -KILL $PPID
            sleep 0.3
        }
        did() { [ -f "$here/effects/$1" ] && grep -qxF -- "$2" "$here/effects/$1"; }
        name=$2
        case $1 in
            do)
                ! die never || exit 1
                die before
                printf '%s\n' "$3" >> "$here/effects/$name"
                die after
                exit "${4:-0}" ;;
            did) did "$name" "$3" ;;
            on) did "$name" "$3" && ! did "back_$name" "$3" ;;
            *) exit 64 ;;
        esac

        """;

    /// <summary>The same as PowerShell in the runner's own process, which cannot go on without it.</summary>
    private const string Script = """
        param($Folder, $Name, $Path)
        foreach ($moment in 'never', 'count', 'after') {
            $die = "$Folder/die.$moment.$Name"
            if ($moment -eq 'count') { [IO.File]::AppendAllText("$Folder/effects/$Name", "$Path`n") }
            elseif ([IO.File]::Exists($die)) { [IO.File]::Move($die, "$Folder/died"); [Diagnostics.Process]::GetCurrentProcess().Kill(); [Threading.Thread]::Sleep(-1) }
        }
        """;

    private const string Path = "'${{ $step.path }}'", End = "- { id: done, phase: review, uses: end }";

    public static string[] Names { get; } = ["effects", "people", "back", "side", "stop"];

    public static IEnumerable<(string Id, string Text)> All(string folder)
    {
        var program = folder + "/effect.sh";
        string Line(string verb, string name) => $"['{program}', {verb}, {name}, {Path}]";
        string Use(string verb, string name, string more = "") => $"{{ program: '{program}', args: [{verb}, {name}, {Path}{more}] }}";
        string Command(string id, string more = "", string exit = "", string impact = "low") => $"- {{ id: {id}, phase: resolve, uses: command, with: {Use("do", id, exit)}, impact: {impact}{more} }}";
        string Check(string id) => $", check: {{ uses: probe.command, with: {Use("did", id)} }}";
        string Undo(string id) => $", undo: {{ uses: command, with: {Use("do", "back_" + id)} }}";
        string Text(string name) => $"{{ text: {System.Text.Json.JsonSerializer.Serialize(Script)}, parameters: {{ Folder: '{folder}', Name: {name}, Path: {Path} }} }}";
        string Manual(string id) => $"- {{ id: {id}, phase: investigate, uses: manual, with: {{ instruction: Look, outcomes: [Clean, Dirty] }} }}";
        string Drain(string verb) => $"- {{ id: drain, phase: resolve, uses: action.drain, with: {{ command: {Line("do", "drain")}, verify: {Line(verb, "drain")}, undo: {Line("do", "back_drain")} }} }}";
        string Fan(string one, string two) => $"- {{ id: fan, phase: resolve, uses: parallel, branches: [{{ id: one, steps: [{one}] }}, {{ id: two, steps: [{two}] }}] }}";
        string Each(string steps) => $"- {{ id: each, phase: resolve, uses: foreach, items: [x, y], concurrency: 2, steps: [{steps}] }}";
        string Child(string name) => $"- {{ id: child, phase: resolve, uses: runbook, with: {{ name: {name}, version: 1.0.0 }} }}";
        static string Inline(params string[] steps) => string.Join(", ", steps.Select(step => step[2..]));

        yield return Book("effects", "",
            $"- {{ id: look, phase: investigate, uses: probe.command, with: {Use("do", "look")} }}",
            Command("checked", Check("checked")),
            Command("single", ", once: true, clock: { within: 4h }"),
            Command("again", ", idempotent: true, attempts: 3, retry: { delay: 50ms }"),
            $"- {{ id: text, phase: resolve, uses: script, with: {Text("text")}, impact: low }}",
            Command("job", ", detached: true, poll: 100ms" + Check("job")),
            Drain("did"),
            $"- {{ id: keep, phase: resolve, uses: action.log-preserve, with: {{ files: ['{program}'], to: '{folder}/kept' }} }}",
            "- { id: note, phase: resolve, uses: set, with: { variables: { seen: '${{ $steps.look.state }}' } } }",
            "- { id: which, phase: resolve, uses: switch, cases: [{ when: '$vars.seen -eq ''Succeeded''', goto: sure }], default: unseen }",
            Command("unseen"),
            "- { id: sure, phase: verify, uses: assert, assert: '$steps.checked.state -eq ''Succeeded''' }",
            "- { id: nap, phase: verify, uses: wait, with: { for: 300ms } }",
            "- { id: tell, phase: communicate, uses: notify, with: { audience: internal, subject: s, body: b } }",
            End);
        yield return Book("people", "",
            Manual("person"),
            "- { id: region, phase: triage, uses: ask, with: { question: Where?, allowed: [eu, us] } }",
            "- { id: may, phase: resolve, uses: approve, with: { prompt: May I? } }",
            Command("permitted", Check("permitted"), impact: "medium"),
            Fan(Inline(Command("one_do", Check("one_do")), Manual("one_person")), Inline(Command("two_do", ", once: true"))),
            Each(Inline(Command("item_do", Check("item_do")), Manual("item_person"))),
            Child("inner"),
            End);
        yield return Book("inner", "", Command("inner_do", ", once: true"), Manual("inner_person"));
        yield return Book("back", "",
            Command("first", Check("first") + Undo("first")),
            $"- {{ id: text, phase: resolve, uses: script, with: {Text("text")}, impact: low, check: {{ uses: probe.command, with: {Use("did", "text")} }}, undo: {{ uses: script, with: {Text("back_text")} }} }}",
            Drain("on"),
            Fan(Inline(Command("one_do", Check("one_do") + Undo("one_do"))), Inline(Command("two_do", Check("two_do") + Undo("two_do")))),
            Each(Inline(Command("item_do", Check("item_do") + Undo("item_do")))),
            Child("inner-back"),
            Command("hand", Check("hand") + ", undo: { uses: manual, with: { instruction: Take it back } }"),
            Command("bad", Check("never") + ", onFailure: rollback", ", 1"),
            End);
        yield return Book("inner-back", "", Command("inner_do", Check("inner_do") + Undo("inner_do")));
        yield return Book("side", $"onError: failed\nevery: {{ id: beat, interval: 1s, steps: [{Inline(Command("tick", Check("tick")))}] }}\nhandlers:\n  {Command("failed", Check("failed"))}",
            Command("first", Check("first")),
            "- { id: nap, phase: verify, uses: wait, with: { for: 2500ms } }",
            "- { id: bad, phase: verify, uses: assert, assert: '1 -eq 2' }",
            End);
        yield return Book("stop", $"onCancel: release\nhandlers:\n  {Command("release", Check("release"))}",
            Command("first", Check("first") + Undo("first")),
            Manual("hold"),
            End);
    }

    private static (string Id, string Text) Book(string id, string head, params string[] steps) =>
        (id, $"schema: incidenttools/runbook/v1\nid: {id}\nversion: 1.0.0\ntitle: Book {id}\n{head}\nsteps:\n{string.Concat(steps.Select(step => $"  {step}\n"))}");
}
