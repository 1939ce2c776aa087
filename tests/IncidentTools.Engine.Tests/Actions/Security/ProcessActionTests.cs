using System.Diagnostics;
using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Tests.Probes;
using static IncidentTools.Engine.Tests.Actions.ActionBench;

namespace IncidentTools.Engine.Tests.Actions.Security;

public sealed class ProcessActionTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ActionBench _bench = new();
    private readonly IAction _stop = Action("action.process-stop"), _dump = Action("action.process-dump");
    private readonly List<Process> _started = [];

    public void Dispose()
    {
        foreach (var process in _started)
        {
            if (!process.HasExited) process.Kill();
            process.Dispose();
        }
        _folder.Dispose();
    }

    private Process Start(string program, params string[] arguments)
    {
        Script.Require();
        var process = Process.Start(program, arguments);
        _started.Add(process);
        while (ProcessIdentity.StartOf(process.Id) is null) Thread.Sleep(10);
        return process;
    }

    private Arguments With(IAction action, Process process, params (string, object?)[] more) =>
        Arguments(action.Parameters, [("pid", (long)process.Id), ("startedAt", ProcessIdentity.StartOf(process.Id)), .. more]);

    [Fact]
    public async Task A_process_is_kept_then_ended_with_its_children()
    {
        var shell = Start("/bin/sh", "-c", "sleep 301 & sleep 302");
        var with = With(_stop, shell, ("capture", _folder.Path));
        Assert.Null(await _stop.PreconditionAsync(with, _bench.Context, default));
        Assert.Equal(CheckState.NotDone, (await _stop.CheckAsync(with, _bench.Context, default)).State);
        var result = await _stop.ExecuteAsync(with, _bench.Context, default);
        Assert.Equal(ActionOutcome.Succeeded, result.Outcome);
        Assert.True(shell.HasExited);
        Assert.Equal(CheckState.Done, (await _stop.CheckAsync(with, _bench.Context, default)).State);
        if (!OperatingSystem.IsLinux()) return;
        var kept = Assert.Single(Directory.GetDirectories(_folder.Path));
        Assert.Contains("sleep 302", File.ReadAllText(Path.Combine(kept, "cmdline")).Replace('\0', ' '), StringComparison.Ordinal);
        Assert.True(new FileInfo(Path.Combine(kept, "exe")).Length > 10_000);
    }

    [Fact]
    public async Task One_that_does_not_want_to_end_is_ended_after_the_grace()
    {
        var stubborn = Start("/bin/sh", "-c", "trap '' TERM; while :; do sleep 1; done");
        var result = await _stop.ExecuteAsync(With(_stop, stubborn, ("grace", TimeSpan.FromMilliseconds(500))), _bench.Context, default);
        Assert.Equal(ActionOutcome.Succeeded, result.Outcome);
        Assert.True(stubborn.WaitForExit(5000));
    }

    [Fact]
    public async Task The_first_process_ourselves_our_parents_and_one_that_took_over_the_id_are_refused()
    {
        var sleeper = Start("/bin/sleep", "303");
        async Task Refused(string why, Arguments with) => Assert.Contains(why, await _stop.PreconditionAsync(with, _bench.Context, default), StringComparison.Ordinal);
        Arguments Of(int pid) => Arguments(_stop.Parameters, ("pid", (long)pid), ("startedAt", ProcessIdentity.StartOf(pid)));
        if (ProcessIdentity.StartOf(1) is not null) await Refused("the machine itself", Of(1));
        await Refused("this program", Of(Environment.ProcessId));
        if (ProcessTable.Find(Environment.ProcessId) is { Parent: > 1 } row) await Refused("this program", Of(row.Parent));
        await Refused("another now", Arguments(_stop.Parameters, ("pid", (long)sleeper.Id), ("startedAt", TimeProvider.System.GetUtcNow().AddHours(-1))));
        await Refused("not nginx", With(_stop, sleeper, ("name", "nginx")));
        await Refused("protected by the runbook", With(_stop, sleeper, ("protect", new List<object?> { "sleep" })));
        Assert.Contains("the journal", await _stop.PreconditionAsync(With(_stop, sleeper), _bench.Context with { ProtectedProcesses = new Dictionary<int, string> { [sleeper.Id] = "the journal's server" } }, default), StringComparison.Ordinal);
        Assert.False(sleeper.HasExited);
    }

    [Fact]
    public async Task The_first_process_of_a_database_is_refused_also_below_the_one_that_is_named()
    {
        Script.Require();
        Assert.SkipUnless(OperatingSystem.IsLinux(), "names of processes as on Linux");
        var postgres = Path.Combine(_folder.Path, "postgres");
        File.Copy(new FileInfo("/bin/sleep").ResolveLinkTarget(true)?.FullName ?? "/bin/sleep", postgres);
        var database = Start(postgres, "304");
        Assert.Contains("stop a database by its own means", await _stop.PreconditionAsync(With(_stop, database), _bench.Context, default), StringComparison.Ordinal);
        var above = Start("/bin/sh", "-c", $"{postgres} 305; true");
        while (!ProcessTable.Read().Any(row => row.Parent == above.Id)) await Task.Delay(20);
        await Task.Delay(200);
        Assert.Contains("stop a database by its own means", await _stop.PreconditionAsync(With(_stop, above), _bench.Context, default), StringComparison.Ordinal);
        _bench.Started.Clear();
        foreach (var row in ProcessTable.Read().Where(row => row.Parent == above.Id)) _started.Add(Process.GetProcessById(row.Pid));
    }

    [Fact]
    public async Task Memory_is_kept_with_its_hash_and_the_process_goes_on()
    {
        Assert.SkipUnless(_bench.Programs.Find("gcore") is not null, "needs gcore");
        var sleeper = Start("/bin/sleep", "306");
        var with = With(_dump, sleeper, ("to", _folder.Path));
        Assert.Null(await _dump.PreconditionAsync(with, _bench.Context, default));
        var context = _bench.Context;
        var result = await _dump.ExecuteAsync(with, context, default);
        Assert.SkipWhen(result.Output.Contains("ptrace", StringComparison.OrdinalIgnoreCase), $"not permitted here: {result.Message}");
        Assert.True(result.Outcome == ActionOutcome.Succeeded, result.Message + result.Output);
        var value = (IReadOnlyDictionary<string, object?>)result.Value!;
        Assert.Equal(value["sha256"], (await Sha256File.OfAsync((string)value["file"]!, default)).Sha256);
        Assert.False(sleeper.HasExited);
        Assert.Equal(CheckState.Done, (await _dump.CheckAsync(with, context, default)).State);
    }

    [Fact]
    public async Task Without_its_program_a_dump_is_refused_with_what_to_do()
    {
        var sleeper = Start("/bin/sleep", "307");
        Assert.Contains("install it", await _dump.PreconditionAsync(With(_dump, sleeper, ("to", _folder.Path), ("tool", "procdump")), _bench.Context, default), StringComparison.Ordinal);
    }
}
