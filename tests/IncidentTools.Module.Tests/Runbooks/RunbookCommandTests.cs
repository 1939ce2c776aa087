namespace IncidentTools.Module.Tests.Runbooks;

public sealed class RunbookCommandTests : IDisposable
{
    private readonly ModuleHost _host = new();

    public RunbookCommandTests()
    {
        _host.Run("New-IncidentWorkspace ./ops");
        Write("outage", "symptoms: [{ id: down, text: Site down, words: [unreachable] }]\nowner: platform\nlastReviewed: 2020-01-01\nreviewEvery: 90d\n");
        Write("disk", "parameters: { path: { type: path, required: true, doc: Which disk } }\n");
        _host.Run("$PSDefaultParameterValues['*-*:Workspace'] = './ops'");
    }

    public void Dispose() => _host.Dispose();

    private string Write(string id, string head, string steps = "  - { id: done, phase: review, uses: end }\n")
    {
        var file = Path.Combine(_host.Folder, "ops", "runbooks", id + ".yaml");
        File.WriteAllText(file, $"schema: incidenttools/runbook/v1\nid: {id}\nversion: 1.2.0\ntitle: About {id}\n{head}steps:\n{steps}");
        return file;
    }

    [Fact]
    public void Runbooks_are_listed_by_name_and_by_pattern()
    {
        var outage = _host.Run<Runbook>("Get-Runbook outage");
        Assert.Equal(("outage", "1.2.0", "workspace", 1, true, "platform"), (outage.Name, outage.Version, outage.Source, outage.Steps, outage.Stale, outage.Owner));
        Assert.Equal(new DateOnly(2020, 3, 31), outage.ReviewDue);
        Assert.Contains("outage", _host.Run("(Get-Runbook).Name").Select(item => item.ToString()));
        Assert.Equal("disk", _host.Text("(Get-Runbook d*k).Name"));
        Assert.Equal("outage", _host.Text("(Get-Runbook o* -Stale).Name"));
        var parameter = Assert.Single(_host.Run<Runbook>("Get-Runbook disk").Parameter);
        Assert.Equal(("path", true, "Which disk"), (parameter.Type, parameter.Required, parameter.Description));
        Assert.Equal("disk", _host.Text("(Get-Runbook ./ops/runbooks/disk.yaml).Name"));
    }

    [Fact]
    public void An_unknown_one_is_an_error_with_a_hint_and_the_others_still_come()
    {
        var result = _host.Try("Get-Runbook outge, disk");
        Assert.Equal("disk", ((Runbook)Assert.Single(result.Output).BaseObject).Name);
        Assert.StartsWith("RunbookNotFound", Assert.Single(result.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("Did you mean 'outage'?", result.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.Equal("RunbookNotFound", _host.ErrorId("Get-Runbook ./nowhere.yaml"));
        Assert.Empty(_host.Run("Get-Runbook nothing*"));
    }

    [Fact]
    public void A_broken_one_is_a_warning_among_others_and_an_error_by_name()
    {
        Write("broken", "titel: x\n");
        var result = _host.Try("Get-Runbook");
        Assert.Empty(result.Errors);
        Assert.Contains("broken.yaml", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Equal("RunbookInvalid", _host.ErrorId("Get-Runbook broken"));
    }

    [Fact]
    public void What_is_seen_finds_a_runbook()
    {
        var match = (RunbookMatch)_host.Run("Find-Runbook 'the site is unreachable'")[0].BaseObject;
        Assert.Equal(("outage", "down"), (match.Name, match.Symptom));
        Assert.Equal(["site", "unreachable"], match.Why);
        Assert.Empty(_host.Run("Find-Runbook coffee"));
        Assert.Equal("ValueNotGiven", _host.ErrorId("Find-Runbook"));
    }

    [Fact]
    public void A_test_gives_its_result_and_one_error()
    {
        var file = Write("broken", "", "  - { id: a, phase: review, uses: assert, assert: $true, next: b }\n  - { id: done, phase: review, uses: edn }\n");
        var result = _host.Try("Test-Runbook broken");
        var verification = (RunbookVerification)Assert.Single(result.Output).BaseObject;
        Assert.Equal(("broken", file, false), (verification.Name, Path.GetFullPath(verification.Path), verification.Valid));
        Assert.Equal([("IT3008", 6, 64, "Error"), ("IT3006", 7, 38, "Error")], verification.Findings.Select(item => (item.Id, item.Line, item.Column, item.Severity)));
        Assert.Contains("Did you mean 'end'?", verification.Findings[1].Fix, StringComparison.Ordinal);
        Assert.StartsWith("RunbookInvalid", Assert.Single(result.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void Quiet_is_true_only_when_all_that_was_asked_is_good()
    {
        Assert.True(_host.Run<bool>("Test-Runbook disk -Quiet"));
        Assert.True(_host.Run<bool>("Test-Runbook d* -Quiet"));
        Assert.True(_host.Run<bool>("Test-Runbook -Path ./ops/runbooks/disk.yaml -Quiet"));
        Assert.False(_host.Run<bool>("Test-Runbook disk, nothere -Quiet"));
        Write("broken", "titel: x\n");
        Assert.False(_host.Run<bool>("Test-Runbook -Quiet"));
        Assert.True(_host.Run<bool>("Get-Runbook disk | Test-Runbook -Quiet"));
    }

    [Fact]
    public void What_is_not_here_counts_only_when_asked_for()
    {
        Write("tool", "requires: { commands: [no-such-program] }\n");
        Assert.True(_host.Run<bool>("Test-Runbook tool -Quiet"));
        Assert.False(_host.Run<bool>("Test-Runbook tool -Environment -Quiet"));
        Assert.Equal("IT5002", Assert.Single(((RunbookVerification)_host.Try("Test-Runbook tool -Environment").Output[0].BaseObject).Findings).Id);
    }

    [Fact]
    public void A_workspace_with_a_broken_runbook_is_not_valid()
    {
        Assert.True(_host.Run<bool>("Test-IncidentWorkspace -Quiet"));
        var file = Write("broken", "titel: x\n");
        Assert.False(_host.Run<bool>("Test-IncidentWorkspace -Quiet"));
        var result = _host.Try("Test-IncidentWorkspace");
        Assert.Contains(((WorkspaceVerification)result.Output[0].BaseObject).Findings, item => item.Id == "IT2001" && Path.GetFullPath(item.File) == file && item.Line == 5);
        Assert.Equal("WorkspaceInvalid", Assert.Single(result.Errors).FullyQualifiedErrorId.Split(',')[0]);
        Assert.Equal("disk", _host.Run<Runbook>("Get-Runbook disk").Name); // the others can still be used
    }

    /// <summary>What the engine's own tests can only stand in for: PowerShell's parser reads the expressions, and what it says stands at its place.</summary>
    [Fact]
    public void Expressions_are_read_by_PowerShells_parser()
    {
        Write("expressions", "parameters: { window: { type: duration, default: 5m } }\n", """
              - id: a
                phase: verify
                when: '$params.windw -gt [timespan]::Zero'
                uses: manual
                with:
                  instruction: |-
                    Braces in a string do not end it: ${{ "}}" + $params.window }},
                    Get-ChildItem is refused: ${{ Get-ChildItem }}, ${{ $steps.b.value ?? 'nothing' }}
                    and this stands nowhere: ${{ $param.window }}.
              - { id: done, phase: review, uses: end }

            """);
        var findings = ((RunbookVerification)_host.Try("Test-Runbook expressions").Output[0].BaseObject).Findings;
        Assert.Contains(findings, item => (item.Id, item.Line, item.Column) == ("IT3011", 9, 12) && item.Fix == "Did you mean 'window'?");
        Assert.Contains(findings, item => (item.Id, item.Line) == ("IT2012", 9));
        Assert.Contains(findings, item => (item.Id, item.Line, item.Column) == ("IT2012", 14, 39));
        Assert.Contains(findings, item => (item.Id, item.Line, item.Column) == ("IT3009", 15, 38) && item.Fix == "Did you mean '$params'?");
        Assert.Equal([9, 14, 15], findings.Select(item => item.Line).Distinct());
    }

    [Theory]
    [InlineData("twelve-steps"), InlineData("every-kind")]
    public void The_samples_of_the_engine_are_valid_here_too(string name)
    {
        var file = RepoRoot.Combine("tests", "IncidentTools.Engine.Tests", "Runbooks", "good", name + ".yaml");
        // the one that a sample runs
        var child = Write("failover", "parameters: { to: { type: list, required: true }, deep: { type: bool } }\n");
        File.WriteAllText(child, File.ReadAllText(child).Replace("version: 1.2.0", "version: 2.0.1", StringComparison.Ordinal));
        var result = _host.Try($"Test-Runbook '{file}'");
        Assert.DoesNotContain(((RunbookVerification)result.Output[0].BaseObject).Findings, item => item.Severity == "Error");
    }

    [Fact]
    public void Names_are_completed_with_titles()
    {
        Assert.Equal("disk", _host.Text("(TabExpansion2 'Get-Runbook -Workspace ./ops -Name di' 37).CompletionMatches[0].CompletionText"));
        Assert.Equal("About disk", _host.Text("(TabExpansion2 'Test-Runbook -Workspace ./ops -Name di' 38).CompletionMatches[0].ToolTip"));
    }
}
