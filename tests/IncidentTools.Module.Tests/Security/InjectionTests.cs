using System.Management.Automation;
using System.Management.Automation.Language;
using IncidentTools.Module.Tests.Runs;

namespace IncidentTools.Module.Tests.Security;

/// <summary>Text that would be a command somewhere else, put everywhere a text can be given: it stays text, and nothing it names appears.</summary>
public sealed class InjectionTests : IDisposable
{
    private readonly RunHost _runs = new();
    public void Dispose() => _runs.Dispose();

    private static readonly string[] Corpus =
    [
        "'; touch CANARY; '", "\"; touch CANARY; \"", "; touch CANARY", "| touch CANARY", "& touch CANARY", "&& touch CANARY", "|| touch CANARY", "$(touch CANARY)", "`touch CANARY`", "`$(touch CANARY)", "${IFS}touch${IFS}CANARY", "> CANARY", ">> CANARY", "2>CANARY", "< CANARY",
        "a\ntouch CANARY\n", "a\r\ntouch CANARY", "a\rtouch CANARY", "a%0atouch CANARY", "a%0d%0atouch CANARY", "a\u2028touch CANARY", "a\u0085touch CANARY", "a\ttouch CANARY", "--% touch CANARY", "a --% & touch CANARY", "'; New-Item CANARY; '", "\"; New-Item CANARY; \"", "$(New-Item CANARY)", "$(New-Item 'CANARY')",
        "\"$(New-Item CANARY)\"", "@(New-Item CANARY)", "{ New-Item CANARY }", "; [IO.File]::WriteAllText('CANARY','x') #", "[IO.File]::WriteAllText('CANARY','x')", "'@\nNew-Item CANARY\n@'", "\"@\nNew-Item CANARY\n@\"", "\u2018; New-Item CANARY; \u2019", "\u2019; New-Item CANARY; \u2018", "\u201c; New-Item CANARY; \u201d", "\u201d; New-Item CANARY; \u201e",
        "\u201a; New-Item CANARY; \u201b", "\u00ab; touch CANARY; \u00bb", "\uff07; touch CANARY; \uff07", "\uff1btouch CANARY", "\u202e; YRANAC hcuot", "\u200b; touch CANARY", "\ufeff; touch CANARY", "\u001b]0;touch CANARY\u0007", "\u001b[31mtouch CANARY", "${{ [IO.File]::WriteAllText('CANARY','x') }}", "$${{ x }}", "{{ x }}", "}} ; touch CANARY", "%PATH%", "%COMSPEC% /c echo x > CANARY",
        "^& echo x > CANARY", "\\\"; touch CANARY; \\\"", "\\'; touch CANARY; \\'", "'); DROP TABLE entries; --", "\" OR 1=1 --", "{0}{1:x}", "%s%n%x", "../../CANARY", "..\\..\\canary", "file://CANARY", "CANARY", "@CANARY", "~/x; touch CANARY", "#{touch CANARY}", "<%= touch CANARY %>", "<script>touch CANARY</script>", "=cmd|'/c touch CANARY'!A1", "!touch CANARY", "\\u0022; touch CANARY",
    ];

    private string[] Hostile => [.. Corpus.Select(text => text.Replace("CANARY", _runs.Canary, StringComparison.Ordinal))];

    /// <summary>Runs a command with bound parameters: the test itself pastes nothing into a text.</summary>
    private (IReadOnlyList<PSObject> Output, IReadOnlyList<ErrorRecord> Errors) Call(string command, params (string Name, object? Value)[] parameters)
    {
        using var shell = PowerShell.Create();
        shell.Runspace = _runs.Host.Runspace;
        shell.AddCommand(command).AddParameter("Store", _runs.Store).AddParameter("Workspace", _runs.Workspace);
        foreach (var (name, value) in parameters) shell.AddParameter(name, value);
        try { return ([.. shell.Invoke()], [.. shell.Streams.Error]); }
        catch (RuntimeException error) { return ([], [error.ErrorRecord]); }
    }

    /// <summary>Nothing but the store and the workspace is in the test's folder.</summary>
    private void NoTrace(string text)
    {
        var there = Directory.GetFileSystemEntries(_runs.Host.Folder).Select(Path.GetFileName).Where(name => name is not "ops" && !name!.StartsWith("incidents.db", StringComparison.Ordinal) && name is not ("evidence" or "sent.jsonl"));
        Assert.True(!there.Any(), $"{text}: {string.Join(", ", there)}");
    }

    [Fact]
    public void A_parameter_reaches_programs_scripts_probes_messages_and_questions_as_the_text_it_is()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the runbook starts printf");
        var policy = Path.Combine(_runs.Workspace, "policy.yaml");
        File.WriteAllText(policy, File.ReadAllText(policy).Replace("channels: {}", $"channels: {{ log: {{ uses: file, with: {{ path: '{Path.Combine(_runs.Host.Folder, "sent.jsonl")}' }} }} }}", StringComparison.Ordinal).Replace("internal: []", "internal: [log]", StringComparison.Ordinal));
        _runs.Book("sinks", """
            - { id: program, phase: resolve, uses: command, with: { program: printf, args: [--, '%s', '${{ $params.t }}'], environment: { X: '${{ $params.t }}' }, input: '${{ $params.t }}' }, impact: none, onFailure: continue }
            - { id: script, phase: resolve, uses: script, with: { text: 'param($t, $list) $t; $list[0]', parameters: { t: '${{ $params.t }}', list: ['${{ $params.t }}'] } }, impact: none, approval: { min: 0 }, onFailure: continue }
            - { id: probe, phase: verify, uses: probe.command, with: { program: printf, args: [--, '%s', '${{ $params.t }}'] }, onFailure: continue }
            - { id: host, phase: verify, uses: probe.dns, with: { name: '${{ $params.t }}', server: '127.0.0.1:1', timeout: 100ms }, onFailure: continue }
            - { id: tell, phase: communicate, uses: notify, with: { audience: internal, subject: '${{ $params.t }}', body: 'a ${{ $params.t }} b' }, onFailure: continue }
            - { id: kept, phase: triage, uses: set, with: { variables: { t: '${{ $params.t }}', both: 'x${{ $params.t }}y' } } }
            - { id: hand, phase: resolve, title: Hand, uses: manual, with: { instruction: 'Do ${{ $params.t }}' } }
            """, "parameters: { t: { type: string, required: true } }");
        foreach (var text in Hostile)
        {
            var (output, errors) = Call("Invoke-Runbook", ("Name", "sinks"), ("Parameter", new System.Collections.Hashtable { ["t"] = text }));
            Assert.True(output.Count == 1, $"{text}: {string.Join("; ", errors)}");
            var run = (RunbookRun)output[0].BaseObject;
            Assert.Equal("Waiting", run.State);
            var steps = Call("Get-RunbookStep", ("Run", run.Run)).Output.Select(item => (RunbookStep)item.BaseObject).ToDictionary(step => step.Step);
            // a line break is what an output is cut at; everything else comes back as it went in
            string Lines(string value) => value.ReplaceLineEndings("\n").TrimEnd('\n');
            Assert.Equal(Lines("" + text), Lines((string)(steps["program"].Detail.GetValueOrDefault("output") ?? "")));
            Assert.Equal(text, ((IReadOnlyList<object?>)steps["script"].Value!)[0]);
            Assert.Equal("x" + text + "y", ((IReadOnlyDictionary<string, object?>)steps["kept"].Value!)["both"]);
            Assert.Equal("Succeeded", steps["tell"].State);
            Assert.Equal("Do " + text, steps["hand"].Prompt);
            Call("Stop-RunbookRun", ("Run", run.Run), ("Reason", text));
            NoTrace(text);
        }
    }

    [Fact]
    public void A_NUL_reaches_no_program()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs printf");
        _runs.Book("nul", "- { id: program, phase: resolve, uses: command, with: { program: printf, args: [--, '%s', '${{ $params.t }}'] }, impact: none }", "parameters: { t: { type: string } }");
        var run = (RunbookRun)Call("Invoke-Runbook", ("Name", "nul"), ("Parameter", new System.Collections.Hashtable { ["t"] = "a\0; touch " + _runs.Canary })).Output[0].BaseObject;
        Assert.Equal("Failed", run.State);
        NoTrace("NUL");
    }

    [Fact]
    public void Notes_titles_summaries_answers_and_reasons_stay_text_through_reports_and_journals()
    {
        _runs.Book("asks", "- { id: say, phase: triage, uses: ask, with: { question: Say it } }\n- { id: hand, phase: resolve, uses: manual, with: { instruction: Do it, fields: { what: { type: string } } } }\n- { id: may, phase: resolve, uses: approve, with: { prompt: May it?, notRequester: false } }\n- { id: left, phase: verify, uses: manual, with: { instruction: Leave it } }");
        foreach (var text in Hostile)
        {
            var incident = (Incident)Call("Start-Incident", ("Title", text), ("NoPage", true)).Output[0].BaseObject;
            Call("Add-IncidentNote", ("Incident", incident.Id), ("Text", text));
            Call("Set-IncidentRole", ("Incident", incident.Id), ("Role", "incident-commander"), ("Contact", text));
            Call("Send-IncidentUpdate", ("Incident", incident.Id), ("Audience", "internal"), ("Body", text), ("Subject", text));
            var run = ((RunbookRun)Call("Invoke-Runbook", ("Name", "asks"), ("Incident", incident.Id), ("IdempotencyKey", text)).Output[0].BaseObject).Run;
            Assert.Empty(Call("Complete-RunbookStep", ("Run", run), ("Step", "say"), ("Value", new System.Collections.Hashtable { ["answer"] = text }), ("Note", text)).Errors);
            Call("Resume-RunbookRun", ("Run", run));
            Assert.Empty(Call("Complete-RunbookStep", ("Run", run), ("Step", "hand"), ("Value", new System.Collections.Hashtable { ["what"] = text }), ("Note", text)).Errors);
            Call("Resume-RunbookRun", ("Run", run));
            Call("Approve-RunbookStep", ("Run", run), ("Note", text), ("SoleOperatorReason", text));
            Call("Resume-RunbookRun", ("Run", run));
            Call("Skip-RunbookStep", ("Run", run), ("Step", "left"), ("Reason", text));
            Assert.Equal("Succeeded", ((RunbookRun)Call("Resume-RunbookRun", ("Run", run)).Output[0].BaseObject).State);
            var steps = Call("Get-RunbookStep", ("Run", run)).Output.Select(item => (RunbookStep)item.BaseObject).ToDictionary(step => step.Step);
            Assert.Equal(text, steps["say"].Value);
            Assert.Equal(text, steps["left"].Message);
            foreach (var format in new[] { "Markdown", "Json" }) Assert.Empty(Call("Export-IncidentReport", ("Incident", incident.Id), ("Format", format)).Errors);
            Call("Get-IncidentTimeline", ("Incident", incident.Id));
            Call("Get-IncidentNextStep", ("Incident", incident.Id));
            Call("Resolve-Incident", ("Incident", incident.Id), ("Summary", text));
            NoTrace(text);
        }
        Assert.True(_runs.Host.Run<JournalVerification>("Test-IncidentJournal").Valid);
    }

    [Theory]
    [InlineData("Invoke-Runbook", "Name"), InlineData("Get-RunbookPlan", "Name"), InlineData("Get-Runbook", "Name"), InlineData("Test-Runbook", "Name"), InlineData("Test-Runbook", "Path"), InlineData("Test-Runbook", "Rehearsal"), InlineData("Find-Runbook", "Symptom"), InlineData("Get-RunbookRun", "Run")]
    [InlineData("Resume-RunbookRun", "Run"), InlineData("Get-RunbookStep", "Run"), InlineData("Get-Incident", "Id"), InlineData("Invoke-Runbook", "Service"), InlineData("Invoke-Runbook", "Incident"), InlineData("Get-IncidentService", "Id"), InlineData("Get-IncidentJournal", "Incident"), InlineData("Get-IncidentJournal", "Type"), InlineData("Get-EscalationContact", "Service")]
    public void Names_ids_and_paths_are_looked_for_and_nothing_else(string command, string parameter)
    {
        foreach (var text in Hostile.Append("a\0b"))
        {
            var also = parameter is "Service" or "Incident" && command == "Invoke-Runbook" ? ("Name", (object?)"service-outage") : (parameter, text);
            var asked = also.Item1 == parameter ? [(parameter, (object?)text)] : new[] { also, (parameter, (object?)text) };
            Assert.All(Call(command, asked).Errors, error => Assert.False(error.FullyQualifiedErrorId.StartsWith("NullReference", StringComparison.Ordinal), $"{text}: {error}"));
            NoTrace(text);
        }
    }

    /// <summary>What is shown to be pasted is one command with the very words as its arguments, whatever quotes they hold.</summary>
    [Fact]
    public void A_command_to_paste_holds_the_words_and_runs_nothing_else()
    {
        var number = 0;
        foreach (var text in Hostile.Where(text => !text.Contains("${{", StringComparison.Ordinal)))
        {
            var quoted = System.Text.Json.JsonSerializer.Serialize(text); // a double-quoted YAML scalar
            _runs.Book($"paste-{++number}", $"- {{ id: hand, phase: resolve, title: Hand, uses: manual, with: {{ instruction: Do it, outcomes: [{quoted}, other] }} }}");
            var (output, errors) = Call("Invoke-Runbook", ("Name", $"paste-{number}"));
            Assert.True(output.Count == 1, $"{text}: {string.Join("; ", errors)}");
            var run = ((RunbookRun)output[0].BaseObject).Run;
            var command = ((RunbookStep)Call("Get-RunbookStep", ("Run", run), ("Step", "hand")).Output[0].BaseObject).Command!;
            Assert.DoesNotContain(command, letter => char.IsControl(letter));
            var parsed = Parser.ParseInput(command, out _, out var wrong);
            Assert.Empty(wrong);
            var only = (CommandAst)Assert.Single(((PipelineAst)Assert.Single(parsed.EndBlock.Statements)).PipelineElements);
            Assert.Equal(text, ((StringConstantExpressionAst)only.CommandElements[^1]).Value);
            _runs.Host.Run(command);
            Assert.Equal("Succeeded", ((RunbookRun)Call("Resume-RunbookRun", ("Run", run)).Output[0].BaseObject).State);
            NoTrace(text);
        }
    }
}
