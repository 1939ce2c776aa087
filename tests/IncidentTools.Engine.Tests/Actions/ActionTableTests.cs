using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Tests.Actions.ActionBench;

namespace IncidentTools.Engine.Tests.Actions;

/// <summary>What every action owes: this table and that of the actions are held together.</summary>
public sealed class ActionTableTests
{
    /// <param name="Good">A sample whose plan is shown.</param>
    /// <param name="Refused">One whose precondition refuses on any machine.</param>
    private sealed record Sample(string Good, string Refused, string Line, StepImpact Impact, bool CanUndo);

    private static readonly Dictionary<string, Sample[]> Samples = new()
    {
        ["action.service-control"] =
        [
            new("{ name: nginx, operation: restart, manager: systemd }", "{ name: reboot.target, operation: start, manager: systemd }", "systemctl restart nginx", StepImpact.Medium, false),
            new("{ name: web, operation: stop, manager: scm }", "{ name: web, operation: reload, manager: scm }", "sc.exe stop web", StepImpact.Medium, true),
            new("{ name: web, operation: start, manager: docker }", "{ name: 'a b', operation: start, manager: docker }", "docker start web", StepImpact.Low, true),
            new("{ operation: reload, command: [appctl, reload, a b] }", "{ operation: reload, command: [no-such-program-at-all] }", "appctl reload 'a b'", StepImpact.Low, false),
        ],
        ["action.config-test-and-reload"] = [new("{ test: [nginx, -t], reload: [nginx, -s, reload], config: /a, previous: /b }", "{ test: [no-such-program-at-all] }", "nginx -t", StepImpact.Low, true)],
        ["action.drain"] = [new("{ command: [lb, drain, web-1], undo: [lb, undrain, web-1] }", "{ command: [lb.cmd, drain] }", "lb drain web-1", StepImpact.Medium, true)],
        ["action.undrain"] = [new("{ command: [lb, undrain, web-1] }", "{ command: [./lb] }", "lb undrain web-1", StepImpact.Low, false)],
        ["action.rollback"] = [new("{ command: [deploy, rollback], version: 1.4.1, forward: [deploy, latest] }", "{ command: [deploy], version: --force }", "deploy rollback 1.4.1", StepImpact.High, true)],
        ["action.evidence-collect"] = [new("{ profile: database, to: /evidence, items: [{ name: own, volatility: network, command: [ss, -tan] }] }", "{ profile: linux-volatile, to: relative }", "ss -tan", StepImpact.Low, false)],
        ["action.evidence-seal"] = [new("{ folder: /evidence/run, copyTo: /second }", "{ folder: /no/such/folder/here }", "", StepImpact.Low, false)],
        ["action.firewall-isolate"] =
        [
            new("{ responders: [192.0.2.7], saveTo: /evidence, firewall: netsh, id: web }", "{ responders: [192.0.2.7 accept], saveTo: /evidence }", @"schtasks.exe /create /tn IncidentTools-web /xml '<folder>\expiry.xml' /f", StepImpact.High, true),
        ],
        ["action.firewall-restore"] = [new("{ firewall: nft, id: web, netns: blue }", "{ firewall: netsh, netns: blue }", "ip netns exec blue nft delete table inet incidenttools_web", StepImpact.Medium, false)],
        ["action.account-disable"] = [new("{ account: eve, disable: [idp, off, eve], enable: [idp, on, eve] }", "{ account: root }", "idp off eve", StepImpact.Medium, true)],
        ["action.baseline-record"] = [new("{ of: accounts, to: /known/accounts.json, root: /no/such/folder }", "{ of: accounts, to: relative.json }", "", StepImpact.Low, false)],
        ["action.process-stop"] = [new("{ pid: 999999999, startedAt: 2026-11-24T00:00:00Z }", "{ pid: 1, startedAt: 2026-11-24T00:00:00Z, capture: relative }", "kill -TERM 999999999", StepImpact.Medium, false)],
        ["action.process-dump"] = [new("{ pid: 999999999, startedAt: 2026-11-24T00:00:00Z, to: /evidence, tool: gcore }", "{ pid: 999999999, startedAt: 2026-11-24T00:00:00Z, to: /evidence }", "gcore -o '<folder>/memory' 999999999", StepImpact.Medium, false)],
        ["action.file-quarantine"] = [new("{ files: [/srv/www/a.php], to: /quarantine }", "{ files: [/no/such/file/here], to: /quarantine }", "", StepImpact.Medium, true)],
        ["action.log-preserve"] = [new("{ files: [/var/log/*.log], to: /evidence }", "{ files: relative.log, to: /evidence }", "", StepImpact.Low, false)],
    };

    public static TheoryData<string, int> Rows
    {
        get
        {
            var rows = new TheoryData<string, int>();
            foreach (var (name, samples) in Samples) for (var index = 0; index < samples.Length; index++) rows.Add(name, index);
            return rows;
        }
    }

    [Fact]
    public void Every_action_has_samples_a_name_a_summary_and_documented_parameters()
    {
        Assert.Equal(ActionTable.All.Keys.Order(), Samples.Keys.Order());
        Assert.All(ActionTable.All, row =>
        {
            Assert.Equal(row.Key, row.Value.Name);
            Assert.Equal(row.Key, row.Value.Parameters.Name);
            Assert.Matches("^action\\.[a-z][a-z-]*$", row.Key);
            Assert.NotEmpty(row.Value.Summary);
            Assert.All(row.Value.Parameters.Fields, field => Assert.NotEmpty(field.Doc));
        });
    }

    [Theory, MemberData(nameof(Rows))]
    public void A_plan_shows_the_exact_lines_and_starts_nothing(string name, int index)
    {
        var (action, sample, bench) = (Action(name), Samples[name][index], new ActionBench());
        var with = Read(action.Parameters, sample.Good);
        var plan = action.Plan(with);
        Assert.Equal(sample.Line, plan.Commands.FirstOrDefault(""));
        Assert.NotEmpty(plan.Target);
        Assert.NotEmpty(plan.Summary);
        Assert.Equal((sample.Impact, sample.CanUndo, sample.CanUndo), (action.Impact(with), action.CanUndo(with), plan.Undo is not null));
        Assert.Equal(PlainJson.Write(plan.Commands) + plan.Summary + plan.Undo, PlainJson.Write(action.Plan(with).Commands) + action.Plan(with).Summary + action.Plan(with).Undo);
        Assert.Empty(bench.Programs.Runs);
    }

    [Theory, MemberData(nameof(Rows))]
    public async Task A_sample_that_must_not_go_ahead_is_refused_with_a_reason(string name, int index)
    {
        var (action, bench) = (Action(name), new ActionBench());
        Assert.NotEmpty((await action.PreconditionAsync(Read(action.Parameters, Samples[name][index].Refused), bench.Context, default))!);
        Assert.Empty(bench.Started);
    }

    [Theory, MemberData(nameof(Rows))]
    public async Task Cancelled_before_it_began_it_is_a_known_failure_and_starts_nothing(string name, int index)
    {
        var (action, bench) = (Action(name), new ActionBench());
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();
        var result = await action.ExecuteAsync(Read(action.Parameters, Samples[name][index].Good), bench.Context, cancel.Token);
        Assert.Equal(ActionOutcome.Failed, result.Outcome);
        Assert.Contains(result.Error, new[] { "Cancelled", "NotStarted" });
        Assert.Empty(bench.Started);
        if (!action.CanUndo(Read(action.Parameters, Samples[name][index].Good))) Assert.Null(action.UndoAsync(Read(action.Parameters, Samples[name][index].Good), new Dictionary<string, object?>(), bench.Context, default));
    }
}
