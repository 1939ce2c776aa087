using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Tests.Probes;
using IncidentTools.Engine.Tests.Probes.Security;
using static IncidentTools.Engine.Tests.Actions.ActionBench;

namespace IncidentTools.Engine.Tests.Actions.Security;

public sealed class AccountTests : IDisposable
{
    private readonly ScratchTree _tree = new();
    private readonly ActionBench _bench = new();
    private readonly IAction _disable = Action("action.account-disable"), _record = Action("action.baseline-record");

    public void Dispose() => _tree.Dispose();

    private Arguments With(string account) => Arguments(_disable.Parameters, ("account", account), ("root", _tree.Path));
    private string Shadow => File.ReadAllText(Path.Combine(_tree.Path, "etc/shadow"));

    [Fact]
    public async Task An_account_is_locked_and_comes_back_exactly()
    {
        Assert.SkipUnless(_bench.Programs.Find("usermod") is not null && Environment.UserName == "root", "needs usermod and root");
        _tree.Append("etc/passwd", "support:x:1001:1001::/home/support:/bin/bash\n");
        _tree.Append("etc/shadow", "support:$y$j9T$def:19000:0:99999:7::20000:\n");
        _tree.Append("etc/group", "support:x:1001:\n");
        var before = Shadow;
        var (with, context) = (With("support"), _bench.Context);
        Assert.Null(await _disable.PreconditionAsync(with, context, default));
        Assert.Equal(CheckState.NotDone, (await _disable.CheckAsync(with, context, default)).State);
        var result = await _disable.ExecuteAsync(with, context, default);
        Assert.True(result.Outcome == ActionOutcome.Succeeded, result.Message);
        Assert.Contains("support:!$y$j9T$def:19000:0:99999:7::1:", Shadow, StringComparison.Ordinal);
        Assert.Equal(CheckState.Done, (await _disable.CheckAsync(with, context, default)).State);
        Assert.Equal(ActionOutcome.Succeeded, (await _disable.UndoAsync(with, result.UndoData, context, default)!).Outcome);
        Assert.Equal(before, Shadow);
    }

    [Fact]
    public async Task Root_ourselves_and_the_last_administrator_are_refused()
    {
        Assert.SkipUnless(_bench.Programs.Find("usermod") is not null, "needs usermod");
        async Task Refused(string why, string account) => Assert.Contains(why, await _disable.PreconditionAsync(With(account), _bench.Context, default), StringComparison.Ordinal);
        await Refused("the machine's own", "root");
        if (Environment.UserName != "root") await Refused("the account this runs under", Environment.UserName);
        await Refused("no account", "nobody-here");
        // root has no password and no key, so ana is the only one who gets in
        await Refused("last administrator", "ana");
        _tree.Write("etc/group", "root:x:0:\nsudo:x:27:ana,www\nana:x:1000:\nwww:x:33:\n");
        await Refused("last administrator", "ana"); // www is locked
        _tree.Write("etc/shadow", "root:$y$j9T$new:19000:0:99999:7:::\nana:$y$j9T$abc:19000:0:99999:7:::\nwww:*:19000::::::\n");
        Assert.Null(await _disable.PreconditionAsync(With("ana"), _bench.Context, default));
        _tree.Append("etc/passwd", "toor:x:0:0::/root:/bin/bash\n");
        await Refused("the number of root", "toor");
    }

    [Fact]
    public async Task An_account_elsewhere_is_disabled_by_its_own_commands_and_enabled_again()
    {
        Script.Require();
        var state = Path.Combine(_tree.Path, "state");
        string Do(string name, string body) => Script.Write(new TempFolder(), name, body);
        var with = Read(_disable.Parameters, $"{{ account: eve, disable: ['{Do("off", $"echo \"$1\" > {state}\n")}', eve], enable: ['{Do("on", $"rm {state}\n")}'], verify: [test, -e, '{state}'] }}");
        Assert.Null(await _disable.PreconditionAsync(with, _bench.Context, default));
        Assert.Equal(ActionOutcome.Succeeded, (await _disable.ExecuteAsync(with, _bench.Context, default)).Outcome);
        Assert.Equal("eve\n", File.ReadAllText(state));
        Assert.Equal(ActionOutcome.Succeeded, (await _disable.UndoAsync(with, new Dictionary<string, object?>(), _bench.Context, default)!).Outcome);
        Assert.False(File.Exists(state));
    }

    [Fact]
    public async Task A_baseline_is_written_once_and_never_over_another()
    {
        var to = Path.Combine(_tree.Path, "new", "accounts.json");
        var with = Read(_record.Parameters, $"{{ of: accounts, to: '{to}', root: '{_tree.Path}' }}");
        Assert.Equal(CheckState.NotDone, (await _record.CheckAsync(with, _bench.Context, default)).State);
        Assert.Equal(ActionOutcome.Succeeded, (await _record.ExecuteAsync(with, _bench.Context, default)).Outcome);
        Assert.Equal(CheckState.Done, (await _record.CheckAsync(with, _bench.Context, default)).State);
        Assert.Contains("not overwritten", await _record.PreconditionAsync(with, _bench.Context, default), StringComparison.Ordinal);
        (await ProbeRun.Check("probe.accounts", $"root: '{_tree.Path}'\nbaseline: '{to}'")).Is(IncidentTools.Engine.Probes.ProbeStatus.Pass, null);
        Assert.Equal(ActionOutcome.Succeeded, (await _record.ExecuteAsync(Read(_record.Parameters, $"{{ of: persistence, to: '{to}.p', root: '{_tree.Path}' }}"), _bench.Context, default)).Outcome);
        if (OperatingSystem.IsLinux()) Assert.Equal(ActionOutcome.Succeeded, (await _record.ExecuteAsync(Read(_record.Parameters, $"{{ of: connections, to: '{to}.c' }}"), _bench.Context, default)).Outcome);
    }
}
