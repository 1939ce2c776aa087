namespace IncidentTools.Module.Tests.Incidents;

/// <summary>The response checklist: what the journal shows ticks itself, people tick the rest, and every tick is an entry.</summary>
public sealed class ChecklistTests : IDisposable
{
    private readonly ModuleHost _host = new();

    public ChecklistTests() => _host.Run("$PSDefaultParameterValues['Start-Incident:NoPage'] = $true; $null = Start-Incident 'Shop is down' -Service shop -Impact 1 -Urgency 1");
    public void Dispose() => _host.Dispose();

    private IncidentChecklistItem Item(string id) => _host.Run<IncidentChecklistItem>($"Get-IncidentChecklistItem 1 -Item {id}");

    [Fact]
    public void What_the_journal_shows_is_done_with_the_entry_that_proves_it()
    {
        Assert.Equal("Open", Item("acknowledged").State);
        _host.Run("Confirm-Incident 1; Set-IncidentRole 1 -Role incident-commander -Contact ana; Set-Incident 1 -OnsetAt '2026-11-24T01:00:00Z'; 'pool is full' | Add-IncidentNote -Incident 1 -Kind cause; Send-IncidentUpdate 1 -Audience customers -Subject s -Body b -Via phone");
        foreach (var (id, type) in new[] { ("acknowledged", "incident.acknowledged"), ("commander", "role.assigned"), ("onset", "incident.changed"), ("cause", "note.added"), ("first-notice", "update.posted"), ("client-notice", "update.posted"), ("severity", "incident.declared"), ("cadence", "update.posted") })
        {
            var item = Item(id);
            Assert.True(item is { State: "Done", ByHand: false, Seq: not null, Command: null }, id);
            Assert.Equal(type, _host.Text($"(Get-IncidentTimeline 1)[{item.Seq} - 1].Type"));
        }
        _host.Run("Set-IncidentRole 1 -Role incident-commander -Release");
        Assert.Equal("Open", Item("commander").State);
        _host.Run("Resolve-Incident 1 -Summary fixed -Force -Reason now; Close-Incident 1 -Review learned");
        Assert.All(new[] { "resolved", "review", "closed", "stable" }, id => Assert.Equal("Done", Item(id).State));
    }

    [Fact]
    public void A_tick_is_an_entry_said_twice_is_one_and_taking_it_back_is_another()
    {
        var done = _host.Run<IncidentChecklistItem>("Complete-IncidentChecklistItem 1 -Item freeze -Note 'deploys are off' -Evidence CHG-1");
        Assert.True(done is { State: "Done", ByHand: true, Seq: 2 } && done.Proof.Contains("CHG-1", StringComparison.Ordinal));
        _host.Run("Complete-IncidentChecklistItem 1 -Item freeze; Complete-IncidentChecklistItem 1 -Item freeze -Note 'deploys are off'");
        Assert.Equal("2", _host.Text("(Get-IncidentTimeline 1).Count"));
        Assert.Equal("ChecklistReasonMissing", _host.ErrorId("Complete-IncidentChecklistItem 1 -Item freeze -Undo"));
        Assert.Equal("Open", _host.Run<IncidentChecklistItem>("Complete-IncidentChecklistItem 1 -Item freeze -Undo -Reason 'a job ran'").State);
        Assert.Equal("3", _host.Text("(Get-IncidentTimeline 1 -Type incident.declared, checklist.marked).Count"));
        Assert.Equal("ChecklistReasonMissing", _host.ErrorId("Complete-IncidentChecklistItem 1 -Item vendor -NotApplicable"));
        Assert.Equal("NotApplicable", _host.Run<IncidentChecklistItem>("Get-IncidentChecklistItem 1 -Item vendor | Complete-IncidentChecklistItem -NotApplicable -Reason 'our own code'").State);
        Assert.Equal("ChecklistItemUnknown", _host.ErrorId("Complete-IncidentChecklistItem 1 -Item frezee"));
        Assert.Equal("ValueNotGiven", _host.ErrorId("Complete-IncidentChecklistItem 1"));
        Assert.True(_host.Run<bool>("Test-IncidentJournal -Deep -Quiet"));
    }

    [Fact]
    public void A_fact_of_the_journal_outlives_the_tick_that_is_taken_back()
    {
        _host.Run("Complete-IncidentChecklistItem 1 -Item acknowledged -Note 'by phone'; Confirm-Incident 1; Complete-IncidentChecklistItem 1 -Item acknowledged -Undo -Reason 'the entry says it'");
        Assert.True(Item("acknowledged") is { State: "Done", ByHand: false });
    }

    [Fact]
    public void Only_what_concerns_the_incident_is_asked_for()
    {
        Assert.Empty(_host.Run("Get-IncidentChecklistItem 1 -Item out-of-band, credentials"));
        _host.Run("Set-Incident 1 -Class security; $null = Start-Incident small -Impact 3 -Urgency 3");
        Assert.Equal(2, _host.Run("Get-IncidentChecklistItem 1 -Item out-of-band, credentials").Count);
        Assert.Empty(_host.Run("Get-IncidentChecklistItem 2 -Item commander, scribe, freeze"));
    }

    [Fact]
    public void What_is_overdue_stands_in_the_next_steps_and_all_of_it_in_the_report()
    {
        _host.Run("$null = Start-Incident late -Impact 1 -Urgency 1 -OccurredAt ([DateTimeOffset]::UtcNow.AddHours(-3))");
        var steps = _host.Run("Get-IncidentNextStep 2").Select(item => (IncidentNextStep)item.BaseObject).Where(step => step.What.StartsWith("Checklist", StringComparison.Ordinal)).ToArray();
        Assert.Equal(4, steps.Length);
        Assert.Contains("Complete-IncidentChecklistItem INC-2 -Item ", steps[0].Command, StringComparison.Ordinal);
        _host.Run("Complete-IncidentChecklistItem 2 -Item freeze -Note 'all is frozen'");
        var report = _host.Text("Export-IncidentReport 2 -Format Markdown")!;
        Assert.Contains("## Checklist", report, StringComparison.Ordinal);
        Assert.Contains("all is frozen", report, StringComparison.Ordinal);
        Assert.Contains("\"item\": \"freeze\"", _host.Text("Export-IncidentReport 2 -Format Json")!, StringComparison.Ordinal);
    }

    [Fact]
    public void A_workspace_may_have_a_list_of_its_own_and_its_mistakes_have_a_place()
    {
        _host.Run("$null = New-IncidentWorkspace ./ops");
        var file = Path.Combine(_host.Folder, "ops", "checklist.yaml");
        File.WriteAllText(file, "schema: incidenttools/checklist/v1\nname: Ours\nitems:\n  coffee: { phase: detect, text: Coffee is on, role: scribe, applies: { severities: P0 }, due: { from: declared, within: 10m } }\n");
        _host.Run("$PSDefaultParameterValues['*-*:Workspace'] = \"$PWD/ops\"");
        Assert.Equal("coffee", _host.Text("(Get-IncidentChecklistItem 1).Item"));
        File.WriteAllText(file, File.ReadAllText(file).Replace("role: scribe", "role: scrib", StringComparison.Ordinal).Replace("within: 10m", "clock: Update, within: 10m", StringComparison.Ordinal));
        Assert.Equal(["IT3060", "IT2040"], _host.Try("Test-IncidentWorkspace -ErrorAction SilentlyContinue | ForEach-Object { $_.Findings.Id }").Output.Select(item => item.ToString()));
    }
}
