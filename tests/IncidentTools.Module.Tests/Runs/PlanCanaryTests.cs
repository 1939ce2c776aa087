using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace IncidentTools.Module.Tests.Runs;

/// <summary>A plan of every kind of step starts nothing: no program, script or probe leaves a trace, and no connection is made.</summary>
public sealed class PlanCanaryTests : IDisposable
{
    private readonly RunHost _runs = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    public PlanCanaryTests() => _listener.Start();
    public void Dispose()
    {
        _listener.Dispose();
        _runs.Dispose();
    }

    private int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    private string Write()
    {
        var canary = _runs.Canary.Replace('\\', '/');
        var folder = Path.Combine(_runs.Workspace, "runbooks");
        File.WriteAllText(Path.Combine(folder, "loud.ps1"), $"[IO.File]::WriteAllText('{canary}', 'x')");
        var touch = $"[touch, '{canary}']";
        var database = $"connection: {{ name: main, engine: postgresql, host: 127.0.0.1, port: {Port}, user: ops, replicas: [{{ name: b, host: 127.0.0.1, port: {Port} }}] }}";
        var text = $$"""
            - { id: command, phase: resolve, uses: command, target: 'ssh://ops@127.0.0.1:{{Port}}', with: { program: touch, args: ['{{canary}}'] }, impact: low, check: { uses: probe.command, with: { program: touch, args: ['{{canary}}'] } }, undo: { uses: command, with: { program: rm, args: ['{{canary}}'] } } }
            - { id: text, phase: resolve, uses: script, with: { text: "[IO.File]::WriteAllText('{{canary}}', 'x')", parameters: { a: 1 } }, impact: low }
            - { id: file, phase: resolve, uses: script, with: { file: loud.ps1, isolation: process }, undo: { uses: manual, with: { instruction: Sweep up } } }
            - { id: p_fresh, phase: verify, uses: probe.backup-freshness, with: { path: '{{canary}}' } }
            - { id: p_whole, phase: verify, uses: probe.backup-verify, with: { path: '{{canary}}', command: {{touch}} } }
            - { id: p_restore, phase: verify, uses: probe.restore-test, with: { path: '{{folder}}', scratch: '{{canary}}', source: /source } }
            - { id: p_offsite, phase: verify, uses: probe.offsite, with: { path: '{{folder}}', remote: 'nowhere:x' } }
            - { id: p_cleanup, phase: verify, uses: probe.cleanup-candidates, with: { roots: '{{folder}}', patterns: '*', olderThan: 1h } }
            - { id: p_data, phase: verify, uses: probe.data-check, with: { command: {{touch}} } }
            - { id: p_file, phase: verify, uses: probe.file, with: { path: '{{canary}}' } }
            - { id: p_manifest, phase: verify, uses: probe.hash-manifest, with: { roots: '{{folder}}', out: '{{canary}}' } }
            - { id: p_compare, phase: verify, uses: probe.hash-compare, with: { manifest: '{{canary}}' } }
            - { id: p_command, phase: verify, uses: probe.command, with: { program: touch, args: ['{{canary}}'] } }
            - { id: p_disk, phase: verify, uses: probe.disk, with: { paths: ['{{canary}}'] } }
            - { id: p_dns, phase: verify, uses: probe.dns, with: { name: example.com, server: '127.0.0.1:{{Port}}' } }
            - { id: p_connections, phase: verify, uses: probe.connections, with: { indicators: '{{canary}}' } }
            - { id: p_sweep, phase: verify, uses: probe.ioc-sweep, with: { indicators: '{{canary}}' } }
            - { id: p_persistence, phase: verify, uses: probe.persistence, with: { root: '{{canary}}' } }
            - { id: p_shell, phase: verify, uses: probe.web-shell, with: { roots: '{{canary}}' } }
            - { id: p_accounts, phase: verify, uses: probe.accounts, with: { root: '{{canary}}' } }
            - { id: p_logons, phase: verify, uses: probe.failed-logons, with: { files: ['{{canary}}'] } }
            - { id: p_evidence, phase: verify, uses: probe.evidence-verify, with: { folder: '{{canary}}' } }
            - { id: p_http, phase: verify, uses: probe.http, with: { url: 'http://127.0.0.1:{{Port}}/' } }
            - { id: p_log, phase: verify, uses: probe.log, with: { files: ['{{canary}}'], patterns: [{ name: x, pattern: x }] } }
            - { id: p_ping, phase: verify, uses: probe.ping, with: { host: 127.0.0.1 } }
            - { id: p_process, phase: verify, uses: probe.process, with: { pidFile: '{{canary}}' } }
            - { id: p_service, phase: verify, uses: probe.service, with: { status: {{touch}} } }
            - { id: p_tcp, phase: verify, uses: probe.tcp, with: { host: 127.0.0.1, port: {{Port}} } }
            - { id: p_tls, phase: verify, uses: probe.tls, with: { host: 127.0.0.1, port: {{Port}} } }
            - { id: p_access, phase: verify, uses: probe.access-log, with: { files: ['{{canary}}'] } }
            - { id: p_certificates, phase: verify, uses: probe.certificates, with: { paths: ['{{canary}}'] } }
            - { id: p_changes, phase: verify, uses: probe.change-window, with: { command: {{touch}} } }
            - { id: p_clock, phase: verify, uses: probe.clock, with: { server: '127.0.0.1' } }
            - { id: p_container, phase: verify, uses: probe.container, with: { manager: docker, names: [web] } }
            - { id: p_cpu, phase: verify, uses: probe.cpu, timeout: 1m }
            - { id: p_db, phase: verify, uses: probe.db-health, with: { {{database}} } }
            - { id: p_io, phase: verify, uses: probe.disk-io, timeout: 1m }
            - { id: p_endpoints, phase: verify, uses: probe.endpoints, with: { endpoints: [{ name: a, url: 'http://127.0.0.1:{{Port}}/', kind: light }] } }
            - { id: p_memory, phase: verify, uses: probe.memory, timeout: 1m }
            - { id: p_pressure, phase: verify, uses: probe.pressure, timeout: 1m }
            - { id: p_redis, phase: verify, uses: probe.redis, with: { endpoint: '127.0.0.1:{{Port}}' } }
            - { id: p_replication, phase: verify, uses: probe.replication, with: { {{database}} } }
            - { id: p_sql, phase: verify, uses: probe.sql, with: { {{database}}, sql: SELECT 1 } }
            - { id: p_top, phase: verify, uses: probe.top, timeout: 1m }
            - { id: p_vendor, phase: verify, uses: probe.vendor-status, with: { url: 'http://127.0.0.1:{{Port}}/' } }
            - { id: d_rolling, phase: resolve, uses: action.rolling-restart, with: { instances: [{ name: a, restart: {{touch}} }, { name: b, restart: {{touch}} }] } }
            - { id: d_closed, phase: resolve, uses: action.maintenance-mode, with: { operation: on, file: '{{canary}}' } }
            - { id: d_purge, phase: resolve, uses: action.cache-purge, with: { redis: { endpoint: '127.0.0.1:{{Port}}' }, pattern: 'page:*' } }
            - { id: d_scale, phase: resolve, uses: action.scale, with: { command: {{touch}}, undo: {{touch}} } }
            - { id: d_job, phase: resolve, uses: action.job-suspend, with: { name: report, file: '{{folder}}/loud.ps1' } }
            - { id: s_cancel, phase: resolve, uses: action.sql-cancel, with: { {{database}}, pid: 77, identity: '1' } }
            - { id: s_execute, phase: resolve, uses: action.sql-execute-approved, with: { {{database}}, sql: DELETE FROM t, maxAffected: 1 } }
            - { id: s_fence, phase: resolve, uses: action.db-fence, with: { {{database}}, command: {{touch}}, undo: {{touch}} } }
            - { id: s_promote, phase: resolve, uses: action.db-promote, with: { {{database}}, candidate: b, fenced: powered off } }
            - { id: s_switch, phase: resolve, uses: action.db-switch, with: { command: {{touch}}, undo: {{touch}} } }
            - { id: s_replica, phase: resolve, uses: action.replica-control, with: { {{database}}, replica: b, operation: resume } }
            - { id: s_slot, phase: resolve, uses: action.slot-drop, with: { {{database}}, slot: gone, writtenOff: by ana } }
            - { id: a_config, phase: resolve, uses: action.config-test-and-reload, with: { test: {{touch}}, reload: {{touch}} }, impact: low }
            - { id: a_drain, phase: resolve, uses: action.drain, with: { command: {{touch}}, verify: {{touch}}, undo: {{touch}} }, impact: low }
            - { id: a_logs, phase: resolve, uses: action.log-preserve, with: { files: ['{{folder}}/*'], to: '{{canary}}' }, impact: low }
            - { id: a_collect, phase: resolve, uses: action.evidence-collect, with: { profile: linux-volatile, to: '{{canary}}', memory: {{touch}} }, impact: low }
            - { id: a_seal, phase: resolve, uses: action.evidence-seal, with: { folder: '{{folder}}', copyTo: '{{canary}}' }, impact: low }
            - { id: a_isolate, phase: resolve, uses: action.firewall-isolate, with: { responders: [192.0.2.7], saveTo: '{{canary}}' } }
            - { id: a_restore, phase: resolve, uses: action.firewall-restore, with: { netns: nowhere } }
            - { id: a_account, phase: resolve, uses: action.account-disable, with: { account: eve, disable: {{touch}}, verify: {{touch}} } }
            - { id: a_baseline, phase: resolve, uses: action.baseline-record, with: { of: accounts, to: '{{canary}}' }, impact: low }
            - { id: a_stop, phase: resolve, uses: action.process-stop, with: { pid: 999999, startedAt: 2026-11-24T00:00:00Z, capture: '{{canary}}' } }
            - { id: a_dump, phase: resolve, uses: action.process-dump, with: { pid: 999999, startedAt: 2026-11-24T00:00:00Z, to: '{{canary}}' } }
            - { id: a_quarantine, phase: resolve, uses: action.file-quarantine, with: { files: ['{{folder}}/loud.ps1'], to: '{{canary}}' } }
            - { id: a_rollback, phase: resolve, uses: action.rollback, with: { command: {{touch}}, verify: {{touch}} } }
            - { id: b_now, phase: resolve, uses: action.backup-now, with: { command: {{touch}}, result: '{{canary}}' }, impact: low }
            - { id: b_restore, phase: resolve, uses: action.backup-restore, with: { backup: '{{folder}}', to: '{{canary}}', source: /source } }
            - { id: b_merge, phase: resolve, uses: action.data-merge, with: { command: {{touch}}, target: /target } }
            - { id: b_cleanup, phase: resolve, uses: action.disk-cleanup, with: { files: [{ path: '{{canary}}', bytes: 1, modifiedAt: x }], roots: '{{folder}}' } }
            - { id: b_files, phase: resolve, uses: action.file-restore, with: { from: '{{folder}}', to: '{{canary}}', files: [a], manifest: '{{canary}}', evidence: '{{canary}}' } }
            - { id: b_fetch, phase: resolve, uses: action.offsite-fetch, with: { remote: 'nowhere:x', to: '{{canary}}' }, impact: low }
            - { id: b_pitr, phase: resolve, uses: action.pitr-plan, with: { dataFolder: '{{folder}}', source: /source, archive: '{{folder}}', targetLsn: 0/1 }, impact: low }
            - { id: b_hold, phase: resolve, uses: action.retention-hold, with: { command: {{touch}}, undo: {{touch}} }, impact: low }
            - { id: b_safety, phase: resolve, uses: action.safety-copy, with: { from: '{{folder}}', to: '{{canary}}' }, impact: low }
            - { id: a_service, phase: resolve, uses: action.service-control, with: { operation: restart, command: {{touch}}, status: {{touch}} } }
            - { id: a_undrain, phase: resolve, uses: action.undrain, with: { command: {{touch}}, verify: {{touch}} }, impact: low }
            - { id: by_hand, phase: resolve, uses: manual, with: { instruction: Cut the wire }, impact: high }
            - { id: asked, phase: triage, uses: ask, with: { question: Which?, allowed: [a, b] } }
            - { id: may, phase: resolve, uses: approve, with: { prompt: May it?, by: [incident-commander], min: 2 } }
            - { id: way, phase: triage, uses: switch, cases: [{ when: "$steps.asked.value -eq 'a'", goto: later }], default: later }
            - { id: later, phase: verify, uses: wait, untilProbe: { uses: probe.command, with: { program: touch, args: ['{{canary}}'] } }, deadline: 1m }
            - { id: tell, phase: communicate, uses: notify, with: { audience: internal, subject: Hello, body: World } }
            - { id: both, phase: verify, uses: parallel, branches: [{ id: one, steps: [{ id: inner, phase: verify, uses: command, with: { program: touch, args: ['{{canary}}'] }, impact: low }] }] }
            - { id: each, phase: verify, uses: foreach, items: [a, b], steps: [{ id: item_step, phase: verify, uses: command, with: { program: touch, args: ['{{canary}}', 'OPEN $item CLOSE'] }, impact: low }] }
            - { id: child, phase: recover, uses: runbook, with: { name: little, version: 1.0.0 } }
            - { id: vars, phase: triage, uses: set, with: { variables: { n: 1 } } }
            - { id: holds, phase: verify, uses: assert, assert: '$vars.n -eq 1' }
            - { id: done, phase: review, uses: end, with: { message: over } }
            """.Replace("OPEN", "${{", StringComparison.Ordinal).Replace("CLOSE", "}}", StringComparison.Ordinal);
        _runs.Book("little", $"- {{ id: little_step, phase: resolve, uses: command, with: {{ program: touch, args: ['{canary}'] }}, impact: medium }}");
        _runs.Book("all", text);
        return text;
    }

    [Fact]
    public void Nothing_is_started_of_any_kind_there_is()
    {
        var text = Write();
        var schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(Path.GetDirectoryName(ModuleHost.ModulePath)!, "runbooks", "schemas", "runbook.schema.json"))).RootElement;
        var kinds = schema.GetProperty("$defs").GetProperty("step").GetProperty("properties").GetProperty("uses").GetProperty("enum").EnumerateArray().Select(kind => kind.GetString()!);
        Assert.All(kinds, kind => Assert.Contains($"uses: {kind},", text + ",", StringComparison.Ordinal));

        var plan = _runs.Host.Run("Get-RunbookPlan all").Select(item => (RunbookStep)item.BaseObject).ToArray();
        Assert.Equal(plan.Select(step => step.Step), _runs.Host.Run("Invoke-Runbook all -WhatIf").Select(item => ((RunbookStep)item.BaseObject).Step));
        Assert.False(File.Exists(_runs.Canary) || Directory.Exists(_runs.Canary));
        Assert.False(File.Exists(_runs.Store));
        Assert.False(_listener.Pending());
        Assert.All(plan, step => Assert.Equal("Planned", step.State));

        RunbookStep Of(string id) => plan.Single(step => step.Step == id);
        Assert.All(plan.Where(step => step.Uses is not "end"), step => Assert.NotEmpty(step.Plan));
        Assert.Equal(["inner", "item_step", "little_step"], plan.Select(step => step.Step).Where(id => id is "inner" or "item_step" or "little_step"));
        Assert.Equal("little", Of("little_step").Runbook);
        Assert.Contains("ssh://", Of("command").Target, StringComparison.Ordinal);
        Assert.Contains("a lost result is settled by probe.command", Of("command").Plan);
        Assert.StartsWith("rm ", Of("command").Undo, StringComparison.Ordinal);
        Assert.Equal(("high", true), (Of("text").Impact, Of("text").ImpactReason.Count > 0));
        Assert.Equal("by hand: Sweep up", Of("file").Undo);
        Assert.Contains(Of("file").Plan, line => line.StartsWith("# SHA-256", StringComparison.Ordinal));
        Assert.Contains("2 of incident-commander", Of("may").Approval, StringComparison.Ordinal);
        Assert.Contains("$item", Of("item_step").Unknown);
        // what cannot be taken back is listed with the reason; what changes nothing is not
        Assert.Equal("text d_rolling d_purge s_cancel s_execute s_promote s_slot a_config a_logs a_collect a_seal a_restore a_account a_baseline a_stop a_dump a_rollback b_now b_merge b_cleanup b_fetch b_safety a_service a_undrain by_hand inner item_step little_step", string.Join(' ', plan.Where(step => step.NoUndo is not null).Select(step => step.Step)));
    }
}
