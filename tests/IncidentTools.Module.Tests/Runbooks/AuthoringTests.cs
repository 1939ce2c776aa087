namespace IncidentTools.Module.Tests.Runbooks;

/// <summary>Writing, comparing and exporting runbooks, and what Test-Runbook sees only with PowerShell.</summary>
public sealed class AuthoringTests : IDisposable
{
    private readonly ModuleHost _host = new();

    public AuthoringTests() => _host.Run("$null = New-IncidentWorkspace ./ops; $PSDefaultParameterValues['*-*:Workspace'] = './ops'");
    public void Dispose() => _host.Dispose();

    private string File(string name) => Path.Combine(_host.Folder, "ops", "runbooks", name + ".yaml");
    private void Write(string id, string steps, string version = "1.0.0", string head = "") => System.IO.File.WriteAllText(File(id), $"schema: incidenttools/runbook/v1\nid: {id}\nversion: {version}\ntitle: About {id}\n{head}steps:\n{steps}");
    private IReadOnlyList<IncidentFinding> Findings(string name, string more = "") => ((RunbookVerification)Assert.Single(_host.Try($"Test-Runbook {name} {more}").Output).BaseObject).Findings;

    [Fact]
    public void A_new_runbook_is_valid_and_is_found()
    {
        var book = _host.Run<Runbook>("New-Runbook cache-full 'The cache is full' -Symptom 'Thumbnails are missing' -Owner platform -Class data");
        Assert.Equal(("cache-full", "0.1.0", "The cache is full", "platform", "workspace"), (book.Name, book.Version, book.Title, book.Owner, book.Source));
        Assert.Equal(["data"], book.Class);
        Assert.Equal(File("cache-full"), Path.GetFullPath(book.Path));
        Assert.Empty(Findings("cache-full"));
        Assert.Equal("cache-full", _host.Text("(Find-Runbook 'thumbnails are missing')[0].Name"));
        Assert.Contains("$schema=../schemas/runbook.schema.json", System.IO.File.ReadAllText(File("cache-full")), StringComparison.Ordinal);
    }

    [Fact]
    public void It_can_be_run_to_its_end()
    {
        _host.Run("$null = New-Runbook cache-full 'The cache is full'");
        Assert.Equal("Waiting", _host.Text("(Invoke-Runbook cache-full -Service shop).State"));
        _host.Run("$run = (Get-RunbookRun).Run; $null = Complete-RunbookStep -Run $run -Step findings -Value @{ seen = 'slow'; cause = 'known' }; $null = Resume-RunbookRun $run");
        Assert.Equal("repair", _host.Text("(Get-RunbookRun).Step"));
        _host.Run("$null = Complete-RunbookStep -Run $run -Step repair -Outcome Done; $null = Resume-RunbookRun $run; $null = Complete-RunbookStep -Run $run -Step verify -Outcome Well; $null = Resume-RunbookRun $run");
        Assert.DoesNotContain("Waiting", _host.Text("(Get-RunbookRun $run).State"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("New-Runbook", "ValueNotGiven")]
    [InlineData("New-Runbook cache-full", "ValueNotGiven")]
    [InlineData("New-Runbook Cache_Full 'x'", "RunbookNameInvalid")]
    [InlineData("New-Runbook ../x 'x'", "RunbookNameInvalid")]
    [InlineData("$null = New-Runbook twice 'x'; New-Runbook twice 'x'", "RunbookExists")]
    [InlineData("$null = New-Runbook twice 'x' -Path ./t.yaml; New-Runbook other 'x' -Path ./t.yaml", "RunbookExists")]
    [InlineData("[IO.File]::WriteAllText(\"$PWD/a\", ''); New-Runbook x 'x' -Path ./a/b.yaml", "RunbookNotWritten")]
    [InlineData("$PSDefaultParameterValues.Remove('*-*:Workspace'); New-Runbook x 'x'", "RunbookHasNoPlace")]
    [InlineData("Compare-Runbook", "ValueNotGiven")]
    [InlineData("Compare-Runbook service-outage", "ValueNotGiven")]
    [InlineData("Compare-Runbook service-outage 9.9.9", "RunbookVersionNotFound")]
    [InlineData("Compare-Runbook service-outage nothing", "RunbookNotFound")]
    [InlineData("Export-Runbook", "ValueNotGiven")]
    [InlineData("Export-Runbook nothing", "RunbookNotFound")]
    [InlineData("Export-Runbook service-outage -Service nothing", "ServiceNotFound")]
    [InlineData("$null = Export-Runbook service-outage -Path ./x.md; Export-Runbook service-outage -Path ./x.md", "ReportExists")]
    [InlineData("Export-Runbook service-outage -Path ./no/such/x.md", "ReportNotWritten")]
    public void What_cannot_be_done_is_an_error_that_says_so(string script, string id) => Assert.Equal(id, _host.ErrorId(script));

    [Fact]
    public void A_file_that_is_there_is_not_touched_and_WhatIf_writes_nothing()
    {
        System.IO.File.WriteAllText(File("mine"), "mine");
        Assert.Equal("RunbookExists", _host.ErrorId("New-Runbook mine 'x'"));
        Assert.Equal("mine", System.IO.File.ReadAllText(File("mine")));
        _host.Run("New-Runbook other 'x' -WhatIf; Export-Runbook service-outage -Path ./x.md -WhatIf");
        Assert.False(System.IO.File.Exists(File("other")) || System.IO.File.Exists(Path.Combine(_host.Folder, "x.md")));
    }

    [Fact]
    public void One_that_ships_is_replaced_with_a_warning()
    {
        var result = _host.Try("New-Runbook service-outage 'Mine'");
        Assert.Empty(result.Errors);
        Assert.Contains("service-outage takes the place", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Equal("Mine", _host.Text("(Get-Runbook service-outage).Title"));
    }

    [Fact]
    public void Versions_are_compared_by_meaning()
    {
        Write("book", "  - { id: a, phase: verify, uses: assert, assert: $true }\n  - { id: b, phase: verify, uses: end }\n");
        _host.Run("$null = Invoke-Runbook book");
        Write("book", "  # comment\n  - { phase: verify, id: a, uses: assert, assert: '$true', timeout: 5s }\n  - { id: c, phase: verify, uses: assert, assert: $true }\n  - { id: b, phase: verify, uses: end }\n", "1.1.0");
        var found = _host.Run("Compare-Runbook book 1.0.0").Select(item => (RunbookDifference)item.BaseObject).ToArray();
        Assert.Equal([("Changed", "Metadata", "", "version"), ("Added", "Step", "c", null), ("Changed", "Step", "a", "timeout")], found.Select(item => (item.Change, item.Kind, item.Item, item.Field)));
        Assert.All(found, item => Assert.Equal(("book", "1.0.0", "1.1.0"), (item.Name, item.From, item.To)));
        Assert.Equal((null, "5s", "a"), (found[2].Before, found[2].After, found[2].Step));
        Assert.Equal("Removed", _host.Text("(Compare-Runbook book 1.1.0 1.0.0 | Where-Object Kind -eq Step)[0].Change"));
        Assert.Empty(_host.Run("Compare-Runbook book book"));
        Assert.Equal(3, _host.Run("Get-Runbook book | Compare-Runbook -From 1.0.0").Count);
        Assert.Contains("Known: 1.1.0, 1.0.0.", _host.Try("Compare-Runbook book 2.0.0").Errors[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_difference_survives_a_job_and_JSON()
    {
        Write("book", "  - { id: a, phase: verify, uses: end }\n");
        System.IO.File.Copy(File("book"), Path.Combine(_host.Folder, "old.yaml"));
        Write("book", "  - { id: a, phase: verify, uses: end, timeout: 5s }\n");
        Assert.Equal("Changed Step a timeout 5s a", _host.Text("$d = Compare-Runbook book ./old.yaml; $e = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($d)); \"$($e.Change) $($e.Kind) $($e.Item) $($e.Field) $($e.After) $($e.Step)\""));
        var difference = (RunbookDifference)_host.Run("$d")[0].BaseObject;
        Assert.Equal(difference, System.Text.Json.JsonSerializer.Deserialize<RunbookDifference>(System.Text.Json.JsonSerializer.Serialize(difference)));
    }

    [Fact]
    public void Versions_and_names_are_completed()
    {
        Write("book", "  - { id: b, phase: verify, uses: end }\n");
        _host.Run("$null = Invoke-Runbook book");
        Write("book", "  - { id: b, phase: verify, uses: end }\n", "1.1.0");
        _host.Run("$null = Connect-IncidentStore -Store $store");
        const string Line = "Compare-Runbook -Workspace ./ops -Name book -From ";
        Assert.Equal("1.1.0 1.0.0", string.Join(' ', _host.Run($"(TabExpansion2 '{Line}' {Line.Length}).CompletionMatches.CompletionText").Select(item => item.ToString())));
        Assert.Equal("platform", _host.Text("(TabExpansion2 'New-Runbook -Workspace ./ops -Owner pl' 38).CompletionMatches[0].CompletionText"));
        Assert.Equal("book", _host.Text("(TabExpansion2 'Export-Runbook -Workspace ./ops -Name bo' 40).CompletionMatches[0].CompletionText"));
    }

    [Fact]
    public void Several_runbooks_are_one_document()
    {
        Write("book", "  - { id: b, phase: verify, uses: end }\n");
        Write("broken", "  - { id: b }\n");
        var result = _host.Try("Export-Runbook *");
        Assert.Empty(result.Errors);
        Assert.Contains("broken.yaml", Assert.Single(result.Warnings), StringComparison.Ordinal);
        var text = (string)Assert.Single(result.Output).BaseObject;
        Assert.Contains("- [About book](#book)", text, StringComparison.Ordinal);
        Assert.Contains("## Service outage", text, StringComparison.Ordinal);
        Assert.Equal(text, Assert.Single(_host.Try("Get-Runbook * | Export-Runbook").Output).BaseObject);
        Assert.StartsWith("<a id=\"book\"></a>\n\n# About book", _host.Text("Export-Runbook ./ops/runbooks/book.yaml"), StringComparison.Ordinal);
        Assert.Equal("doc.md", _host.Text("(Export-Runbook book -Path ./doc.md).Name"));
        _host.Run("Export-Runbook book -Path ./doc.md -Force");
        Assert.Equal(_host.Text("Export-Runbook book"), System.IO.File.ReadAllText(Path.Combine(_host.Folder, "doc.md")));
    }

    [Fact]
    public void A_service_is_filled_in()
    {
        var text = _host.Text("Export-Runbook service-outage -Service shop")!;
        Assert.Contains("https://shop.example.com/health", text, StringComparison.Ordinal);
        Assert.DoesNotContain("<service.unit or service.id>", text, StringComparison.Ordinal);
    }

    /// <summary>The kinds of values, by PowerShell's own syntax tree.</summary>
    [Theory]
    [InlineData("$params.name -gt 5", "no order")]
    [InlineData("$params.count -lt 'a'", "no order")]
    [InlineData("$params.name -and $true", "-and takes true or false, and this is a text")]
    [InlineData("-not $params.hosts", "-not takes true or false, and this is a list")]
    [InlineData("$params.deep -eq 'yes'", "does not compare with a text")]
    [InlineData("$steps.seen.value -eq 'Done'", "a map does not compare with a text")]
    [InlineData("$params.count + 1", "must give true or false, and gives a number")]
    [InlineData("$params.hosts.count", "gives a number")]
    [InlineData("'a' + $params.name", "gives a text")]
    [InlineData("$now - $params.since", "gives a duration")]
    [InlineData("($params.deep) ? 1 : 2", "gives a number")]
    [InlineData("$params.name ?? 'x'", "gives a text")]
    [InlineData("$params['name'] -split ','", "gives a list")]
    [InlineData("$steps.first.startedAt", "gives a time")]
    [InlineData("@{ a = $params.name -gt 5 } -ne $null", "no order")]
    public void What_an_expression_is_sure_to_do_wrong_is_found(string expression, string message)
    {
        Write("kinds", $"  - {{ id: first, phase: verify, uses: assert, assert: $true }}\n  - {{ id: a, phase: verify, uses: assert, assert: '{expression.Replace("'", "''", StringComparison.Ordinal)}' }}\n  - {{ id: seen, phase: verify, uses: manual, with: {{ instruction: x }} }}\n",
            head: "parameters: { name: {}, count: { type: int }, window: { type: duration }, deep: { type: bool }, hosts: { type: list }, since: { type: datetime } }\n");
        var found = Findings("kinds").First();
        Assert.Equal(("IT2016", 8), (found.Id, found.Line));
        Assert.Contains(message, found.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("$params.deep"), InlineData("$params.count -gt 5"), InlineData("$params.name -eq 5"), InlineData("$params.window -gt '5m'"), InlineData("$params.hosts -contains 'a'"), InlineData("$params.since -lt $now"), InlineData("$params.window -gt 0.5 * $params.window")]
    [InlineData("$steps.first.value -gt 5"), InlineData("$params.hosts.count -gt 0 -and $params.name -match 'x'"), InlineData("($params.name ?? 5) -gt 3"), InlineData("$vars.x"), InlineData("'b' -gt 'a'"), InlineData("$incident.id -eq 1")]
    public void What_may_be_right_is_no_finding(string expression)
    {
        Write("kinds", $"  - {{ id: first, phase: verify, uses: set, with: {{ variables: {{ x: 1 }} }} }}\n  - {{ id: a, phase: verify, uses: assert, assert: '{expression.Replace("'", "''", StringComparison.Ordinal)}' }}\n",
            head: "parameters: { name: {}, count: { type: int }, window: { type: duration }, deep: { type: bool }, hosts: { type: list }, since: { type: datetime } }\n");
        Assert.Empty(Findings("kinds"));
    }

    [Theory]
    [InlineData("Get-NoSuchThing -Now", "there is no command 'Get-NoSuchThing' here")]
    [InlineData("Get-Command -Nmae x", "'Get-Command' has no parameter -Nmae")]
    [InlineData("1 | ForEach-Object { Get-NoSuchThing }", "Get-NoSuchThing")]
    [InlineData("if (", "Missing")]
    [InlineData("Get-Incident -Sevrity P0", "Did you mean -Severity?")]
    public void A_command_of_a_script_that_is_not_here_is_found(string script, string message)
    {
        Write("script", $"  - {{ id: a, phase: verify, uses: script, impact: none, with: {{ text: '{script}' }} }}\n");
        var found = Findings("script", "-Environment").Single(item => item.Id == "IT5008");
        Assert.Equal((6, 71), (found.Line, found.Column));
        Assert.Contains(message, $"{found.Message} {found.Fix}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Get-Command -Name x"), InlineData("Get-Command -Na x"), InlineData("function Get-Own { param($a) $a }; Get-Own -b 1"), InlineData("& $Name -Anything"), InlineData("Import-Module X; Get-FromX"), InlineData("% { 1 }"), InlineData("param($Name) $Name")]
    public void A_script_whose_commands_are_here_is_no_finding(string script)
    {
        Write("script", $"  - {{ id: a, phase: verify, uses: script, impact: none, with: {{ text: '{script}' }} }}\n");
        Assert.DoesNotContain(Findings("script", "-Environment"), item => item.Id == "IT5008");
    }

    [Fact]
    public void Looking_at_a_script_imports_and_runs_nothing()
    {
        var modules = Directory.CreateDirectory(Path.Combine(_host.Folder, "modules", "Canary")).FullName;
        System.IO.File.WriteAllText(Path.Combine(modules, "Canary.psm1"), "[IO.File]::WriteAllText('" + Path.Combine(_host.Folder, "canary") + "', 'ran')\nfunction Get-Canary { param($Colour) }\nExport-ModuleMember Get-Canary\n");
        var before = Environment.GetEnvironmentVariable("PSModulePath");
        Environment.SetEnvironmentVariable("PSModulePath", Path.GetDirectoryName(modules) + Path.PathSeparator + before);
        try
        {
            Write("script", "  - { id: a, phase: verify, uses: script, impact: none, with: { text: 'Get-Canary -Colour red' } }\n");
            var found = Assert.Single(Findings("script", "-Environment"));
            Assert.Equal(("IT5010", "Warning"), (found.Id, found.Severity));
            Assert.Contains("its module Canary is not loaded", found.Message, StringComparison.Ordinal);
        }
        finally { Environment.SetEnvironmentVariable("PSModulePath", before); }
        Assert.False(System.IO.File.Exists(Path.Combine(_host.Folder, "canary")));
    }

    [Fact]
    public void An_item_cannot_have_a_name_that_PowerShell_keeps_for_itself()
    {
        Write("each", "  - id: a\n    phase: verify\n    uses: foreach\n    items: [1]\n    as: host\n    steps: [{ id: b, phase: verify, uses: assert, assert: $item -eq 1 }]\n");
        var found = Assert.Single(Findings("each"));
        Assert.Equal(("IT3016", 10, 9), (found.Id, found.Line, found.Column));
    }

    [Fact]
    public void A_runbook_that_runs_another_is_checked_against_it()
    {
        Write("child", "  - { id: b, phase: verify, uses: end }\n", "2.0.0");
        Write("parent", "  - { id: a, phase: recover, uses: runbook, with: { name: child, version: 1.0.0 } }\n");
        Assert.Equal("IT3020", Assert.Single(Findings("parent")).Id);
        Assert.False(_host.Run<bool>("Test-Runbook parent -Quiet"));
        Assert.False(_host.Run<bool>("Test-IncidentWorkspace -Quiet"));
    }
}
