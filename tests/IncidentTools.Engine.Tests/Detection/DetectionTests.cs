using IncidentTools.Engine.Detection;
using IncidentTools.Engine.Incidents;
using IncidentTools.Engine.Journal;

namespace IncidentTools.Engine.Tests.Detection;

/// <summary>Ticks over a real store: what is opened, told and left alone.</summary>
public sealed class DetectionTests
{
    private const string Shop = "  shop: { name: Shop, critical: true, url: 'http://shop/', healthUrl: 'http://health/', runbooks: [outage] }\n";

    [Fact]
    public void A_system_that_is_well_writes_nothing_at_all()
    {
        using var world = new DetectionWorld(Shop);
        world.Tick();
        var entries = world.Entries;
        Assert.All(world.Ticks(5), tick => Assert.Equal((2, 2, 0, 0), (tick.Checked, tick.Pass, tick.Fail, tick.ExitCode)));
        Assert.Equal(entries, world.Entries);
    }

    [Fact]
    public void The_second_failure_of_three_opens_one_incident_with_severity_and_runbook_and_the_rest_is_silence()
    {
        using var world = new DetectionWorld(Shop);
        world.See("shop", 'F');
        world.See("health", 'F');
        Assert.Equal([(0, 1), (1, 1), (0, 1), (0, 1)], world.Ticks(4).Select(tick => (tick.Opened, tick.ExitCode)));
        var incident = Assert.Single(world.Incidents);
        Assert.Equal(("Shop: health answered 502", "P0", "outage", "availability"), (incident.Title, incident.Severity.Level, incident.Runbook, incident.Class));
        Assert.Equal(["shop"], incident.Services);
        Assert.Equal(1, world.Pages);
        Assert.Empty(world.Notes("INC-1"));
        var entries = world.Entries;
        world.Ticks(8);
        var settled = world.Entries;
        world.Ticks(10);
        Assert.True(settled - entries <= 8); // until ten failures in a row leave nothing to remember
        Assert.Equal(settled, world.Entries);
        Assert.Empty(world.Main.Journal.Store.ProjectionDifferences());
    }

    [Theory]
    [InlineData("PPFPPPPPPP")]
    [InlineData("FPPFPPPFPPP")]
    [InlineData("EEEEPEEEEP")]
    [InlineData("WWWWWWWW")]
    [InlineData("FPPPPPPPPPPF")]
    public void A_false_alarm_opens_nothing(string series)
    {
        using var world = new DetectionWorld(Shop);
        foreach (var letter in series)
        {
            world.See("shop", letter);
            Assert.Equal(0, world.Tick().Opened);
        }
        Assert.Empty(world.Incidents);
    }

    [Fact]
    public void Recovery_is_noted_after_three_good_results_and_resolves_nothing()
    {
        using var world = new DetectionWorld(Shop);
        world.See("shop", 'F');
        world.Ticks(2);
        world.See("shop", 'P');
        Assert.Equal([0, 0, 1, 0], world.Ticks(4).Select(tick => tick.Recovered));
        Assert.Contains("recovered", Assert.Single(world.Notes("INC-1")), StringComparison.Ordinal);
        Assert.Equal(IncidentStates.Open, world.Incidents[0].State);
    }

    [Fact]
    public void Could_not_check_recovers_nothing_and_is_an_incident_of_its_own_after_five_ticks()
    {
        using var world = new DetectionWorld(Shop);
        world.See("shop", 'F');
        world.Ticks(2);
        world.See("shop", 'E');
        Assert.All(world.Ticks(6), tick => Assert.Equal(0, tick.Recovered));
        world.See("health", 'E');
        Assert.Equal([0, 0, 0, 0, 1, 0], world.Ticks(6).Select(tick => tick.Opened));
        Assert.StartsWith("Monitoring is blind", world.Incidents[1].Title, StringComparison.Ordinal);
        world.See("health", 'P');
        Assert.Equal(1, world.Tick().Recovered);
    }

    [Fact]
    public void Another_symptom_is_told_and_one_that_is_gone_too()
    {
        using var world = new DetectionWorld(Shop);
        world.See("shop", 'F');
        world.Ticks(2);
        world.See("health", 'F');
        Assert.Equal([0, 1], world.Ticks(2).Select(tick => tick.Updated));
        world.See("health", 'P');
        world.Ticks(3);
        Assert.Equal(["new: health answered 502", "no longer: shop/health"], world.Notes("INC-1").Select(note => note.Split("- ")[1]));
        Assert.Single(world.Incidents);
    }

    [Fact]
    public void What_flaps_is_noted_once_and_then_only_when_it_is_calm()
    {
        using var world = new DetectionWorld(Shop);
        foreach (var letter in string.Concat(Enumerable.Repeat("FFPPP", 8)) + "PPPPPPPPPP")
        {
            world.See("shop", letter);
            world.Tick();
        }
        Assert.Single(world.Incidents);
        Assert.Equal(["recovered", "back", "recovered"], world.Notes("INC-1").Select(note => note.Contains("back", StringComparison.Ordinal) ? "back" : "recovered"));
    }

    [Fact]
    public void What_several_need_is_one_incident_that_names_them_and_they_open_none()
    {
        using var world = new DetectionWorld(string.Concat(Enumerable.Range(1, 5).Select(number => $"  web{number}: {{ name: Web {number}, critical: {(number == 3 ? "true" : "false")}, url: 'http://web{number}/', dependencies: [{{ name: db, host: db.local, port: 5432 }}] }}\n")));
        world.See("db.local", 'F', "ConnectionRefused");
        foreach (var number in Enumerable.Range(1, 5)) world.See($"web{number}/", 'F');
        var ticks = world.Ticks(6);
        Assert.Equal(6, ticks[0].Checked); // five services and, once, what they need
        var incident = Assert.Single(world.Incidents);
        Assert.Contains("db (db.local:5432) is down", incident.Title, StringComparison.Ordinal);
        Assert.Equal(("web3", 5, "P0"), (incident.Services[0], incident.Services.Count, incident.Severity.Level));
        // the dependency is well again, one service is not: it stays in the same incident
        world.See("db.local", 'P');
        foreach (var number in new[] { 1, 2, 4, 5 }) world.See($"web{number}/", 'P');
        world.Ticks(4);
        Assert.Single(world.Incidents);
        Assert.Contains(world.Notes("INC-1"), note => note.Contains("part of this", StringComparison.Ordinal) && note.Contains("web3/", StringComparison.Ordinal));
    }

    [Fact]
    public void A_chain_of_services_leads_to_the_one_at_its_end()
    {
        using var world = new DetectionWorld("  a: { name: A, url: 'http://aaa/', dependencies: [{ name: b, service: b }] }\n  b: { name: B, url: 'http://bbb/', dependencies: [{ name: c, service: c }, { name: a, service: a }] }\n  c: { name: C, url: 'http://ccc/' }\n");
        foreach (var name in new[] { "aaa", "bbb", "ccc" }) world.See(name, 'F');
        world.Ticks(3);
        Assert.Equal(["c", "a", "b"], Assert.Single(world.Incidents).Services);
    }

    [Fact]
    public void A_dependency_that_is_only_suspected_is_waited_for()
    {
        using var world = new DetectionWorld("  shop: { name: Shop, url: 'http://shop/', dependencies: [{ name: db, host: db.local, port: 5432 }] }\n");
        world.See("shop", 'F');
        world.Tick();
        world.See("db.local", 'F');
        Assert.Equal("Held", Assert.Single(world.Tick().Change).Change);
        Assert.Equal(1, world.Tick().Opened);
        Assert.Contains("db (db.local:5432) is down", Assert.Single(world.Incidents).Title, StringComparison.Ordinal);
    }

    [Fact]
    public void A_worse_fault_never_hides_in_a_milder_incident_and_a_milder_one_joins()
    {
        using var world = new DetectionWorld("  shop: { name: Shop, critical: true, url: 'http://shop/', paths: [/data] }\n");
        world.See("/data", 'F', "LowSpace");
        world.Ticks(3);
        world.See("shop", 'F');
        world.Ticks(2);
        Assert.Equal(["P2", "P0"], world.Incidents.Select(incident => incident.Severity.Level));
        using var other = new DetectionWorld("  shop: { name: Shop, critical: true, url: 'http://shop/', paths: [/data] }\n");
        other.See("shop", 'F');
        other.Ticks(3);
        other.See("/data", 'F', "LowSpace");
        other.Ticks(2);
        Assert.Single(other.Incidents);
        Assert.Contains("part of this", Assert.Single(other.Notes("INC-1")), StringComparison.Ordinal);
        // long after, the disk alone is a matter of its own
        other.See("/data", 'P');
        other.Ticks(12);
        other.Time.Advance(TimeSpan.FromHours(1));
        other.Main.Incidents.Resolve("INC-1", "FalseAlarm", null, null, false, null, default);
        other.See("/data", 'F', "LowSpace");
        other.Ticks(2);
        Assert.Equal(2, other.Incidents.Count);
    }

    [Fact]
    public void Too_many_at_once_are_one_incident()
    {
        using var world = new DetectionWorld(string.Concat(Enumerable.Range(1, 30).Select(number => $"  s{number}: {{ name: S{number}, url: 'http://s{number}/' }}\n")));
        world.See("http", 'F');
        var ticks = world.Ticks(4);
        Assert.Equal(1, ticks.Sum(tick => tick.Opened));
        var incident = Assert.Single(world.Incidents);
        Assert.StartsWith("30 services fail at once", incident.Title, StringComparison.Ordinal);
        Assert.Equal(30, incident.Services.Count);
        world.See("http", 'P');
        Assert.Equal(30, world.Ticks(3).Sum(tick => tick.Recovered));
        Assert.Contains("Nothing that was found is wrong any more", world.Notes("INC-1")[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_resolved_and_back_reopens_and_a_false_alarm_does_not_come_again_by_itself()
    {
        using var world = new DetectionWorld(Shop);
        world.See("shop", 'F');
        world.Ticks(2);
        world.See("shop", 'P');
        world.Ticks(12);
        world.Main.Incidents.Resolve("INC-1", "Fixed", "restarted", null, false, null, default);
        world.See("shop", 'F');
        world.Ticks(2);
        Assert.Equal((IncidentStates.Open, 1), (world.Incidents[0].State, world.Incidents[0].Reopened));
        world.Main.Incidents.Resolve("INC-1", "FalseAlarm", null, null, false, null, default);
        world.Ticks(60);
        Assert.Equal(IncidentStates.Resolved, Assert.Single(world.Incidents).State);
        // something new is wrong: that is not what was called a false alarm
        world.See("health", 'F');
        world.Ticks(2);
        Assert.Equal(2, world.Incidents.Count);
    }

    [Fact]
    public void Resolved_as_fixed_while_it_still_fails_is_reopened_after_the_stability_window()
    {
        using var world = new DetectionWorld(Shop);
        world.See("shop", 'F');
        world.Ticks(2);
        world.Main.Incidents.Resolve("INC-1", "Fixed", "surely", null, false, null, default);
        Assert.All(world.Ticks(25), _ => Assert.Equal(IncidentStates.Resolved, world.Incidents[0].State));
        world.Ticks(10);
        Assert.Equal(IncidentStates.Open, Assert.Single(world.Incidents).State);
    }

    [Fact]
    public void A_dependency_that_takes_a_critical_service_down_later_raises_its_incident_and_pages_again()
    {
        using var world = new DetectionWorld("  shop: { name: Shop, critical: true, url: 'http://shop/', dependencies: [{ name: db, host: db.local, port: 5432 }] }\n");
        world.See("db.local", 'F');
        world.Ticks(2);
        Assert.Equal(("P2", 1), (world.Incidents[0].Severity.Level, world.Pages));
        world.See("shop", 'F');
        world.Ticks(2);
        Assert.Equal(("P0", 2), (Assert.Single(world.Incidents).Severity.Level, world.Pages));
    }

    [Fact]
    public void What_nobody_looks_at_any_more_did_not_recover()
    {
        using var world = new DetectionWorld(Shop);
        world.See("shop", 'F');
        world.Ticks(2);
        world.Catalogue("  shop: { name: Shop, healthUrl: 'http://health/' }\n");
        world.Tick();
        Assert.Contains("whether it recovered is not known", Assert.Single(world.Notes("INC-1")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_what_if_says_what_would_be_opened_and_makes_not_even_a_store()
    {
        using var world = new DetectionWorld(Shop);
        world.See("shop", 'F');
        Assert.Equal(0, world.Tick(whatIf: true).Opened);
        Assert.False(world.Main.StoreIsThere());
        world.Tick();
        var entries = world.Entries;
        var said = world.Tick(whatIf: true);
        Assert.Equal((1, true, "outage"), (said.Opened, said.WhatIf, said.Change[0].Runbook));
        Assert.Equal((entries, 0), (world.Entries, world.Incidents.Count));
        Assert.Equal(1, world.Tick().Opened);
    }

    [Fact]
    public void What_is_asked_every_hour_is_asked_once_an_hour_by_all_machines_together_unless_something_is_wrong()
    {
        using var world = new DetectionWorld("  shop: { name: Shop, probes: [{ id: slow, uses: probe.http, with: { url: 'http://slow/' }, every: 1h }] }\n");
        var other = world.Open();
        Assert.Equal([1, 0, 0], new[] { world.Tick(), world.Tick(by: other), world.Tick() }.Select(tick => tick.Checked));
        world.Time.Advance(TimeSpan.FromMinutes(57));
        world.See("slow", 'F');
        Assert.Equal([(1, 0), (1, 1)], new[] { world.Tick(by: other), world.Tick() }.Select(tick => (tick.Checked, tick.Opened)));
    }
}
