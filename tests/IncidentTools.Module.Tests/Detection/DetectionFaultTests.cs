using IncidentTools.Module.Tests.Durability;

namespace IncidentTools.Module.Tests.Detection;

/// <summary>Faults of real servers, seen by the packaged module as a scheduled task would.</summary>
public sealed class DetectionFaultTests
{
    // the module brings the types that these tests name
    static DetectionFaultTests() => new ModuleHost().Dispose();

    private static IncidentDetection Tick(Watched watched) => watched.Host.Run<IncidentDetection>("Invoke-IncidentDetection -NoPage");

    [Fact]
    public void A_site_that_fails_and_recovers_is_one_incident_with_its_runbook_and_a_note()
    {
        using var site = new Site();
        using var watched = new Watched($"  shop: {{ name: Shop, critical: true, url: '{site.Url}', runbooks: [service-outage] }}\n");
        Assert.Equal((0, 0), (Tick(watched).ExitCode, Tick(watched).Fail));
        site.Status = "502 Bad Gateway";
        Assert.Equal([0, 1, 0], new[] { Tick(watched), Tick(watched), Tick(watched) }.Select(tick => tick.Opened));
        var incident = watched.Host.Run<Incident>("Get-Incident 1");
        Assert.Equal(("P0", "service-outage"), (incident.Severity, incident.Runbook));
        Assert.Contains("502", incident.Title, StringComparison.Ordinal);
        // nothing more is needed: the plan is made from the incident alone
        Assert.NotEmpty(watched.Host.Run("Invoke-Runbook -Incident 1 -WhatIf"));
        site.Status = "200 OK";
        Assert.Equal([0, 0, 1], new[] { Tick(watched), Tick(watched), Tick(watched) }.Select(tick => tick.Recovered));
        Assert.Equal("Open", watched.Host.Text("(Get-Incident 1).State"));
        Assert.Contains("recovered", watched.Host.Text("(Get-IncidentTimeline 1 | Where-Object Type -eq note.added).Text"), StringComparison.Ordinal);
        Assert.True(watched.Host.Run<bool>("Test-IncidentJournal -Deep -Quiet"));
    }

    [Fact]
    public void A_closed_port_a_slow_page_and_what_both_need_are_told_apart()
    {
        using var slow = new Site { Delay = TimeSpan.FromMilliseconds(700) };
        using var closed = new Site();
        using var needed = new Site();
        using var watched = new Watched($"""
              slow: {"{"} name: Slow, probes: [{"{"} id: page, uses: probe.http, with: {"{"} url: '{slow.Url}', maxLatency: 300ms {"}"}, title: Pages are slow, impact: 3, urgency: 2 {"}"}] {"}"}
              closed: {"{"} name: Closed, url: '{closed.Url}' {"}"}
              web: {"{"} name: Web, url: '{needed.Url}', dependencies: [{"{"} name: backend, host: 127.0.0.1, port: {needed.Port} {"}"}] {"}"}

            """);
        closed.IsOpen = false;
        needed.IsOpen = false;
        Tick(watched);
        Assert.Equal(3, Tick(watched).Opened);
        var incidents = watched.Host.Run("Get-Incident").Select(item => (Incident)item.BaseObject).ToArray();
        Assert.Equal(["P1", "P1", "P3"], incidents.Select(incident => incident.Severity).Order());
        Assert.Equal("Slow: Pages are slow", incidents.Single(incident => incident.Service[0] == "slow").Title);
        Assert.Contains("refused", incidents.Single(incident => incident.Service[0] == "closed").Title, StringComparison.Ordinal);
        Assert.Contains($"backend (127.0.0.1:{needed.Port}) is down", incidents.Single(incident => incident.Service[0] == "web").Title, StringComparison.Ordinal);
    }

    [Fact]
    public void A_disk_that_fills_up_is_found_and_is_well_when_there_is_room_again()
    {
        using var folder = new ModuleHost(import: false);
        using var disk = new SmallDisk(folder.Folder, "4m");
        using var watched = new Watched($"  files: {{ name: Files, paths: ['{disk.Path}'] }}\n");
        Assert.Equal(0, Tick(watched).Fail);
        var full = Path.Combine(disk.Path, "full");
        File.WriteAllBytes(full, new byte[3900 * 1024]);
        Assert.Equal([0, 1], new[] { Tick(watched), Tick(watched) }.Select(tick => tick.Opened));
        Assert.Equal("LowSpace", watched.Host.Text("(Invoke-IncidentDetection -NoPage -WhatIf).Problem.Error"));
        File.Delete(full);
        Assert.Equal([0, 0, 1], new[] { Tick(watched), Tick(watched), Tick(watched) }.Select(tick => tick.Recovered));
    }

    [Fact]
    public void A_symptom_of_a_runbook_opens_the_incident_with_that_runbook()
    {
        using var site = new Site();
        using var watched = new Watched($"  shop: {{ name: Shop, url: '{site.Url}', x-queue: '{site.Url}queue', runbooks: [service-outage, queue] }}\n");
        watched.Write("runbooks/queue.yaml", """
            schema: incidenttools/runbook/v1
            id: queue
            version: 1.0.0
            title: The queue is stuck
            symptoms:
              - { id: stuck, text: The queue is stuck, uses: probe.http, with: { url: "${{ $service.'x-queue' }}", maxLatency: 1ms } }
            steps:
              - { id: one, phase: detect, title: One, uses: manual, with: { instruction: Look. } }
            """);
        site.Delay = TimeSpan.FromMilliseconds(50);
        Tick(watched);
        Assert.Equal("queue", Assert.Single(Tick(watched).Change).Runbook);
        Assert.Equal("queue", watched.Host.Text("(Get-Incident 1).Runbook"));
    }

    [Fact]
    public void An_alert_and_a_probe_about_the_same_fault_are_one_incident()
    {
        using var site = new Site { Status = "500 Oops" };
        using var watched = new Watched($"  shop: {{ name: Shop, critical: true, url: '{site.Url}' }}\n");
        Tick(watched);
        Tick(watched);
        var body = "{ \"receiver\": \"ops\", \"groupKey\": \"g\", \"alerts\": [ { \"status\": \"firing\", \"labels\": { \"alertname\": \"Down\", \"service\": \"shop\", \"severity\": \"critical\" }, \"annotations\": {}, \"startsAt\": \"2026-11-24T03:00:00Z\", \"fingerprint\": \"f\" } ] }";
        watched.Write("alert.json", body.Replace(", \"", ",\n\"", StringComparison.Ordinal));
        var taken = watched.Host.Run<IncidentAlert>($"[IO.File]::ReadAllLines('{watched.Ops}/alert.json') | Receive-IncidentAlert -NoPage");
        Assert.Equal(("Joined", "INC-1"), (taken.Action, taken.Incident));
        Assert.Equal("AlertInvalid", watched.Host.ErrorId("'{ \"title\": }' | Receive-IncidentAlert"));
        Assert.Equal("ValueNotGiven", watched.Host.ErrorId("Receive-IncidentAlert"));
        Assert.Equal(2, watched.Host.Run("'{\"title\":\"a\",\"key\":\"1\"}', '{\"title\":\"b\",\"key\":\"2\"}' | Receive-IncidentAlert -NoPage -WhatIf").Count);
        Assert.Single(watched.Host.Run("Get-Incident"));
    }

    [Fact]
    public void Several_tasks_on_one_store_some_of_them_killed_open_each_fault_once()
    {
        using var site = new Site { Status = "503 No" };
        using var watched = new Watched(string.Concat(Enumerable.Range(1, 4).Select(number => $"  s{number}: {{ name: S{number}, url: '{site.Url}{number}' }}\n")));
        var script = $"for ($n = 0; $n -lt 6; $n++) {{ $null = Invoke-IncidentDetection -NoPage -Workspace '{watched.Ops}'; [Console]::Out.WriteLine('tick') }}";
        var random = new Random(11);
        for (var round = 0; round < 3; round++)
        {
            using var first = ShellProcess.Start(watched.Host.Store, "-Command", script);
            using var second = ShellProcess.Start(watched.Host.Store, "-Command", script);
            for (var seen = random.Next(0, 3); seen > 0; seen--) first.StandardOutput.ReadLine();
            ShellProcess.Kill(first);
            second.WaitForExit();
            Assert.True(second.ExitCode == 0, second.StandardError.ReadToEnd());
        }
        var incidents = watched.Host.Run("Get-Incident").Select(item => (Incident)item.BaseObject).ToArray();
        Assert.Equal(["s1", "s2", "s3", "s4"], incidents.SelectMany(incident => incident.Service).Order());
        Assert.True(watched.Host.Run<bool>("Test-IncidentJournal -Deep -Quiet"));
    }
}
