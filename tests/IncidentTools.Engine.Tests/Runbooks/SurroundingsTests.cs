using System.Text;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Runbooks;
using IncidentTools.Engine.Workspace;
using Microsoft.Extensions.Time.Testing;

namespace IncidentTools.Engine.Tests.Runbooks;

/// <summary>What a runbook takes from around it: names of the workspace, its review date, and what is on this machine.</summary>
public sealed class SurroundingsTests : IDisposable
{
    private readonly TempFolder _folder = new();
    public void Dispose() => _folder.Dispose();

    private IReadOnlyList<Diagnostic> Findings(string text, DateOnly? today = null)
    {
        var shipped = Path.Combine(RepoRoot.Require(), "runbooks");
        WorkspaceScaffold.Write(shipped, Path.Combine(_folder.Path, "ops"));
        var workspace = WorkspaceLoader.Load(new WorkspaceLocation(Path.Combine(_folder.Path, "ops"), "parameter", true));
        var loader = new RunbookLoader(Books.Uses, new PlainExpressions()) { Names = new RunbookNames(workspace, Path.Combine(shipped, "templates")), Today = today };
        return loader.Inspect(Path.Combine(workspace.RunbookFolder, "book.yaml"), Encoding.UTF8.GetBytes("schema: incidenttools/runbook/v1\nid: book\nversion: 1.0.0\ntitle: Book\n" + text)).Findings;
    }

    private const string End = "steps:\n  - { id: done, phase: review, uses: end }\n";

    [Theory]
    [InlineData("owner: platfrom\n" + End, "platfrom", DiagnosticSeverity.Warning, "Did you mean 'platform'?")]
    [InlineData("reviewers: [ana, boo]\n" + End, "boo", DiagnosticSeverity.Warning, "Did you mean 'bo'?")]
    [InlineData("parameters: { service: { type: service, default: shopp } }\n" + End, "shopp", DiagnosticSeverity.Warning, "Did you mean 'shop'?")]
    [InlineData("parameters: { who: { type: contact, default: nobody } }\n" + End, "nobody", DiagnosticSeverity.Warning, "person or team")]
    [InlineData("steps:\n  - { id: a, phase: verify, uses: approve, with: { prompt: x, by: incident-comander } }\n", "incident-comander", DiagnosticSeverity.Error, "Did you mean 'incident-commander'?")]
    [InlineData("steps:\n  - { id: a, phase: verify, uses: probe.http, with: { url: 'https://x/' }, approval: { by: [ana, nobody] } }\n", "nobody", DiagnosticSeverity.Error, "role or person")]
    [InlineData("steps:\n  - { id: a, phase: verify, uses: manual, with: { instruction: x, to: ops-laed } }\n", "ops-laed", DiagnosticSeverity.Error, "Did you mean 'ops-lead'?")]
    [InlineData("steps:\n  - { id: a, phase: verify, uses: notify, with: { audience: internl, template: update } }\n", "internl", DiagnosticSeverity.Error, "Did you mean 'internal'?")]
    [InlineData("steps:\n  - { id: a, phase: verify, uses: notify, with: { audience: internal, template: updaet } }\n", "updaet", DiagnosticSeverity.Error, "Did you mean 'update'?")]
    [InlineData("steps:\n  - { id: a, phase: verify, uses: notify, with: { contacts: [ana, ops-lead, team-x], template: update } }\n", "team-x", DiagnosticSeverity.Error, "role, person or team")]
    public void A_name_that_the_workspace_does_not_have_is_found(string text, string wrong, DiagnosticSeverity severity, string hint)
    {
        var found = Assert.Single(Findings(text));
        Assert.Equal(("IT3001", severity), (found.Code, found.Severity));
        Assert.StartsWith(wrong, text.Split('\n')[found.Span.Line - 5][(found.Span.Column - 1)..], StringComparison.Ordinal);
        Assert.Contains(hint, $"{found.Message} {found.Fix}", StringComparison.Ordinal);
    }

    [Fact]
    public void Names_that_are_there_and_names_known_only_at_run_time_are_not_findings() => Assert.Empty(Findings(
        "owner: platform\nreviewers: ana\nparameters: { who: { type: contact, default: platform } }\nsteps:\n  - { id: a, phase: verify, uses: manual, with: { instruction: x, to: '${{ $params.who }}' } }\n  - { id: b, phase: verify, uses: notify, with: { audience: internal, contacts: [ana, platform, scribe], template: page } }\n"));

    [Fact]
    public void A_key_that_services_do_not_have_is_found_in_an_expression()
    {
        var found = Assert.Single(Findings("steps:\n  - { id: a, phase: verify, uses: manual, with: { instruction: '${{ $service.helthUrl }} ${{ $service.url }} ${{ $service.nothing ?? 1 }}' } }\n"));
        Assert.Equal(("IT3013", 6, 69), (found.Code, found.Span.Line, found.Span.Column));
        Assert.Contains("Did you mean 'healthUrl'?", found.Fix, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lastReviewed: 2026-01-01\nreviewEvery: 180d\n", "2026-06-30", false)]
    [InlineData("lastReviewed: 2026-01-01\nreviewEvery: 180d\n", "2026-07-01", true)]
    [InlineData("reviewEvery: 180d\n", "2026-01-01", true)]
    [InlineData("lastReviewed: 2020-01-01\n", "2026-01-01", false)]
    [InlineData("lastReviewed: 2020-01-01\nreviewEvery: 9999999d\n", "2026-01-01", false)]
    public void An_overdue_review_is_a_warning(string head, string today, bool overdue)
    {
        var findings = Findings(head + End, DateOnly.Parse(today, System.Globalization.CultureInfo.InvariantCulture));
        if (!overdue) Assert.Empty(findings);
        else Assert.Equal(("IT4010", DiagnosticSeverity.Warning), (Assert.Single(findings).Code, findings[0].Severity));
    }

    [Fact]
    public void What_is_not_on_this_machine_is_named_where_it_is_asked_for()
    {
        var here = OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "macos" : "linux";
        var other = here == "linux" ? "windows" : "linux";
        var file = _folder.Write("runbooks/book.yaml", $$"""
            schema: incidenttools/runbook/v1
            id: book
            version: 1.0.0
            title: Book
            requires: { os: {{other}}, commands: [no-such-program], modules: [No.Such.Module] }
            steps:
              - { id: a, phase: verify, uses: command, impact: none, with: { program: no-such-tool } }
              - { id: b, phase: verify, uses: script, impact: none, with: { file: ../scripts/gone.ps1 } }
              - { id: c, phase: verify, uses: script, impact: none, with: { file: ../scripts/here.ps1, parameters: { Key: 'secret:no-such' } } }
              - { id: d, phase: verify, uses: manual, with: { instruction: x, expected: 'secret:no-such' } }
            """);
        _folder.Write("scripts/here.ps1", "1");
        var book = Books.Loader.Read(file, File.ReadAllBytes(file));
        var found = new RunbookEnvironment(new ProcessRunner(new FakeTimeProvider()), new EnvironmentSecrets(), Books.Uses).Check(book);
        Assert.Equal([("IT5001", 5), ("IT5002", 5), ("IT5003", 5), ("IT5004", 7), ("IT5005", 8), ("IT5006", 9), ("IT5006", 10)], found.Select(item => (item.Code, item.Span.Line)));
        Assert.All(found, item => Assert.Equal(DiagnosticSeverity.Error, item.Severity));
    }

    private IReadOnlyList<Diagnostic> Looked(string steps, IScriptSurroundings? scripts = null)
    {
        var file = _folder.Write("runbooks/book.yaml", "schema: incidenttools/runbook/v1\nid: book\nversion: 1.0.0\ntitle: Book\nsteps:\n" + steps);
        var uses = new IncidentEngine(new EngineOptions { Store = "", Location = ".", ShippedWorkspace = ".", Actor = new Engine.Journal.Actor("test", "os", "os") }).Uses;
        return new RunbookEnvironment(new ProcessRunner(new FakeTimeProvider()), new EnvironmentSecrets(), uses, scripts).Check(new RunbookLoader(uses, new PlainExpressions()).Read(file, File.ReadAllBytes(file)));
    }

    [Theory]
    [InlineData("{ id: a, phase: verify, uses: command, impact: none, with: { program: no-such } }", "IT5004", 75, "'no-such'")]
    [InlineData("{ id: a, phase: verify, uses: manual, with: { instruction: x }, undo: { uses: command, with: { program: no-such } } }", "IT5004", 109, "'no-such'")]
    [InlineData("{ id: a, phase: verify, uses: action.drain, impact: low, with: { command: [no-such, --now] } }", "IT5004", 80, "'no-such'")]
    [InlineData("{ id: a, phase: verify, uses: probe.log, with: { files: /no/such.log, patterns: [{ pattern: x }] } }", "IT5007", 61, "/no/such.log")]
    [InlineData("{ id: a, phase: verify, uses: probe.disk, with: { paths: [/no/such] } }", "IT5007", 62, "/no/such")]
    [InlineData("{ id: a, phase: verify, uses: probe.tcp, with: { host: no-such.invalid, port: 1 } }", "IT5009", 60, "no-such.invalid")]
    [InlineData("{ id: a, phase: verify, uses: probe.http, with: { url: 'https://no-such.invalid/x' } }", "IT5009", 60, "no-such.invalid")]
    [InlineData("{ id: a, phase: verify, uses: command, impact: none, target: 'ssh://ops@no-such.invalid:22', with: { program: sh } }", "IT5009", 5, "no-such.invalid")]
    [InlineData("{ id: a, phase: verify, uses: probe.http, with: { url: 'http://127.0.0.1', headers: { Authorization: 'secret:no-such' } } }", "IT5006", 89, "secret:no-such")]
    [InlineData("{ id: f, phase: verify, uses: foreach, items: [1], steps: [{ id: a, phase: verify, uses: command, impact: none, with: { program: no-such } }] }", "IT5004", 134, "'no-such'")]
    public void What_a_step_needs_and_is_not_here_is_found_in_its_arguments(string step, string code, int column, string named)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() && code == "IT5007", "paths of Unix");
        var found = Assert.Single(Looked($"  - {step}\n"));
        Assert.Equal((code, DiagnosticSeverity.Error, 6, column), (found.Code, found.Severity, found.Span.Line, found.Span.Column));
        Assert.Contains(named, found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_runs_on_another_host_need_not_be_here() => Assert.Empty(Looked(
        "  - { id: a, phase: verify, uses: command, impact: none, target: 'ssh://127.0.0.1', with: { program: no-such } }\n  - { id: b, phase: verify, uses: command, impact: none, target: '${{ $service.hosts }}', with: { program: no-such } }\n"));

    [Fact]
    public void What_is_worked_out_only_in_a_run_is_no_finding() => Assert.Empty(Looked(
        "  - { id: a, phase: verify, uses: probe.tcp, with: { host: '${{ $service.host }}', port: 1 } }\n  - { id: b, phase: verify, uses: probe.log, with: { files: '${{ $service.logs }}', patterns: [{ pattern: x }] } }\n  - { id: c, phase: verify, uses: probe.log, with: { files: /var/log/*.none, patterns: [{ pattern: x }] } }\n"));

    private sealed class Finds(params ScriptFinding[] found) : IScriptSurroundings
    {
        public string? Script { get; private set; }
        public IReadOnlyList<ScriptFinding> Inspect(string script)
        {
            Script = script;
            return found;
        }
    }

    [Fact]
    public void The_commands_of_a_script_are_looked_at_wherever_its_text_stands()
    {
        _folder.Write("scripts/fix.ps1", "'one'\nNo-Such\n");
        var finds = new Finds(new ScriptFinding(6, "there is no command 'No-Such' here", "Install it."), new ScriptFinding(0, "not known", null, Unknown: true));
        var all = Looked("  - { id: a, phase: verify, uses: script, impact: none, with: { file: ../scripts/fix.ps1 } }\n", finds);
        Assert.Equal([("IT5008", DiagnosticSeverity.Error), ("IT5010", DiagnosticSeverity.Warning)], all.Select(item => (item.Code, item.Severity)));
        var found = all[0];
        Assert.Equal(("IT5008", 6, 71, "line 2 of the script: there is no command 'No-Such' here", "Install it."), (found.Code, found.Span.Line, found.Span.Column, found.Message, found.Fix));
        Assert.Equal("'one'\nNo-Such\n", finds.Script);
        Looked("  - { id: a, phase: verify, uses: script, impact: none, with: { text: Get-Date } }\n", finds);
        Assert.Equal("Get-Date", finds.Script);
    }

    [Fact]
    public void What_is_on_this_machine_is_no_finding()
    {
        var here = OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "macos" : "linux";
        var file = _folder.Write("book.yaml", $"schema: incidenttools/runbook/v1\nid: book\nversion: 1.0.0\ntitle: Book\nrequires: {{ os: {here}, commands: [{(OperatingSystem.IsWindows() ? "cmd" : "sh")}] }}\n" + End);
        Assert.Empty(new RunbookEnvironment(new ProcessRunner(new FakeTimeProvider()), new EnvironmentSecrets(), Books.Uses).Check(Books.Loader.Read(file, File.ReadAllBytes(file))));
    }
}
