using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace IncidentTools.Module.Tests.Outage;

/// <summary>
/// The runner is killed at every write of its journal, once before the write and once after, and another one goes on: nothing is done twice and
/// nothing is lost, wherever it was.
/// </summary>
public sealed class KillTests(ITestOutputHelper output) : IDisposable
{
    private const int LaneCount = 4;
    private readonly string _folder = Directory.CreateTempSubdirectory("incidenttools-kill-").FullName;
    private readonly List<NginxOutage> _outages = [];

    public void Dispose()
    {
        foreach (var outage in _outages) outage.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_runner_killed_at_any_journal_write_restarts_nothing_twice_and_loses_no_step()
    {
        var clock = Stopwatch.StartNew();
        var (kill, outages) = Prepare(LaneCount);
        var whole = new Attempt(outages[0], kill, Path.Combine(_folder, "whole"));
        var writes = whole.Runner.Count();
        var expected = whole.Runner.Finish();
        whole.Compare(expected, expected);
        Assert.Empty(Attempt.Doubts(expected));
        Assert.Equal("run Succeeded", expected[0][.."run Succeeded".Length]);

        var (killed, doubts) = await All(outages, kill, expected);
        output.WriteLine($"{killed} runners were killed, before and after each of the {writes} writes of a run; {doubts.Count} of them left the load balancer in doubt ({string.Join(", ", doubts.Distinct().Order(StringComparer.Ordinal))}); {clock.Elapsed.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)} s");
        // the renewal of a lease may come between, so that two runs do not write equally often
        Assert.True(killed >= 2 * (writes - 2), $"only {killed} runners were killed, and one that was left alone wrote {writes} times");
    }

    /// <summary>The writes around the restart, and its middle, with a restart that takes longer than the next runner needs to come.</summary>
    [Fact]
    public void A_slow_restart_is_awaited_where_it_is_under_way_and_never_begun_beside_itself()
    {
        var (kill, outages) = Prepare(1);
        var outage = outages[0];
        var ready = new Attempt(outage, kill, Path.Combine(_folder, "ready"));
        ready.Approve();
        File.WriteAllText(outage.PathOf("slow"), "2");
        var seen = new HashSet<(int Restarts, int? Status)>();
        foreach (var point in KillPoint.UpTo(int.MaxValue, KillMoment.Before, KillMoment.After).SkipWhile(point => point.Write < 4).TakeWhile(_ => !seen.Contains((1, 200))))
            Check($"{point}", attempt => Assert.True(attempt.Runner.Kill(point), "it ended before the restart was over"));
        // at each write it was not begun, or it was over
        Assert.Equal([(0, 502), (1, 200)], seen.Order());
        Check("middle", attempt => attempt.Runner.KillWhen(() => outage.Restarts > 0));
        Assert.Contains((1, 502), seen);

        void Check(string name, Action<Attempt> stop)
        {
            var attempt = new Attempt(outage, kill, Path.Combine(_folder, name));
            ready.CopyTo(attempt);
            stop(attempt);
            seen.Add((outage.Restarts, outage.Status()));
            var lines = attempt.Runner.Finish();
            Assert.Empty(Attempt.Doubts(lines));
            Assert.Contains("step restart#1 Succeeded ", lines);
            Assert.Equal((1, 200), (outage.Restarts, outage.Status()));
        }
    }

    /// <summary>Every point in both modes, several at a time, until a run gets through without meeting its point.</summary>
    private async Task<(int Killed, List<string> Doubts)> All(IReadOnlyList<NginxOutage> outages, KillAt kill, string[] expected)
    {
        var (end, killed, doubts) = (int.MaxValue, 0, new ConcurrentBag<string>());
        await Lanes.RunAsync(outages, KillPoint.UpTo(int.MaxValue, KillMoment.Before, KillMoment.After).TakeWhile(point => point.Write <= Volatile.Read(ref end)), (outage, point) =>
        {
            var attempt = new Attempt(outage, kill, Path.Combine(_folder, point.ToString()));
            if (attempt.Runner.Kill(point)) Interlocked.Increment(ref killed);
            else InterlockedMin(ref end, point.Write);
            var lines = attempt.Runner.Finish();
            foreach (var doubt in Attempt.Doubts(lines)) doubts.Add(doubt);
            attempt.Compare(expected, lines);
            attempt.Delete();
        });
        return (killed, [.. doubts]);
    }

    private (KillAt Kill, IReadOnlyList<NginxOutage> Outages) Prepare(int lanes)
    {
        for (var lane = 0; lane < lanes; lane++) _outages.Add(new NginxOutage(Path.Combine(_folder, $"lane{lane}"), quick: true));
        var kill = KillAt.Compile(_folder);
        using var host = new ModuleHost();
        host.Run($"$PSDefaultParameterValues['*-*:Workspace'] = '{_outages[0].Workspace}'; $PSDefaultParameterValues['*-*:Store'] = '{Path.Combine(_folder, "incidents.db")}'");
        host.Run("$null = Start-Incident 'Shop gives 502' -Service web -Impact 1 -Urgency 1 -NoPage; $null = Confirm-Incident 1; $null = Set-IncidentRole 1 -Role incident-commander -Contact ana; Disconnect-IncidentStore");
        return (kill, _outages);
    }

    private static void InterlockedMin(ref int place, int value)
    {
        for (var seen = Volatile.Read(ref place); value < seen; seen = Volatile.Read(ref place))
            if (Interlocked.CompareExchange(ref place, value, seen) == seen) return;
    }
}
