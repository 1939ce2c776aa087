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
        ["action.log-preserve"] = [new("{ files: [/var/log/*.log], to: /evidence }", "{ files: relative.log, to: /evidence }", "", StepImpact.Low, false)],
        ["action.backup-now"] = [new("{ command: [pgdump, shop], result: '/backups/shop-*.dump' }", "{ command: [no-such-program-at-all], result: /backups/x }", "pgdump shop", StepImpact.Low, false)],
        ["action.backup-restore"] =
        [
            new("{ backup: /b/x.tar.gz, to: /restore/x, source: /srv/x, by: tar }", "{ backup: relative, to: /restore/x, source: /srv/x }", "tar -x -k --numeric-owner -f /b/x.tar.gz -C /restore/x", StepImpact.Medium, true),
            new("{ backup: /b/x, to: /srv/x, source: /srv/x, replace: true, replaceTarget: /srv/x }", "{ backup: /b/x, to: /srv/x, source: /srv/x, replace: true }", "cp --archive --no-clobber /b/x /srv/x", StepImpact.High, true),
            new("{ backup: /b/x, to: /r/x, source: shop, by: command, command: [load, '{backup}', '{name}'], name: scratch }", "{ backup: /b/x, to: /r/x, source: shop, by: command }", "load /b/x scratch", StepImpact.Medium, false),
        ],
        ["action.data-merge"] = [new("{ command: [merge, '{target}'], target: /restore/x, undo: [unmerge] }", "{ command: [no-such-program-at-all], target: /r }", "merge /restore/x", StepImpact.High, true)],
        ["action.disk-cleanup"] = [new("{ files: [{ path: /var/tmp/a b, bytes: 1, modifiedAt: x }], roots: /var/tmp }", "{ files: [], roots: / }", "rm -- '/var/tmp/a b' # 1 bytes, x", StepImpact.Medium, false)],
        ["action.file-restore"] = [new("{ from: /r, to: /srv, files: [a/b], manifest: /r.manifest, evidence: /e }", "{ from: r, to: /srv, files: [a], manifest: /r.manifest, evidence: /e }", "cp -pn /r/a/b /srv/a/b", StepImpact.Medium, true)],
        ["action.offsite-fetch"] =
        [
            new("{ remote: 'gdrive:b', to: /r }", "{ remote: 'gdrive:b', to: r }", "rclone copy --checksum --immutable --transfers 4 --retries 5 -- gdrive:b /r", StepImpact.Low, false),
            new("{ remote: 'gdrive:b', to: /r, set: 'a[1]' }", "{ remote: 'gdrive:b', to: /a/../r }",
                @"rclone copy --checksum --immutable --transfers 4 --retries 5 --include '/a\[1\]' --include '/a\[1\]/**' --include '/a\[1\].manifest' --include '/a\[1\].sha256' --include /SHA256SUMS -- gdrive:b /r", StepImpact.Low, false),
        ],
        ["action.pitr-plan"] = [new("{ dataFolder: /r, source: /d, archive: /wal, targetTime: 2026-11-24T12:00:00Z }", "{ dataFolder: r, source: /d, archive: /wal, targetLsn: 0/3019F48 }", "pg_ctl -D /r -w start", StepImpact.Low, true)],
        ["action.retention-hold"] = [new("{ command: [hold, all], undo: [release] }", "{ command: [no-such-program-at-all], undo: [no-such-program-at-all] }", "hold all", StepImpact.Low, true)],
        ["action.safety-copy"] = [new("{ from: /srv/x, to: /e }", "{ from: x, to: /e }", "", StepImpact.Low, false)],
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
