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
    private const int Lanes = 4;
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
        var (kill, outages) = Prepare(Lanes);
        var whole = new Attempt(outages[0], kill, Path.Combine(_folder, "whole"));
        var writes = whole.Count();
        var expected = whole.Finish();
        whole.Compare(expected, expected);
        Assert.Empty(whole.Doubts(expected));
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
        for (var (write, after) = (4, false); !seen.Contains((1, 200)); (write, after) = (after ? write + 1 : write, !after))
            Check($"{write}-{after}", attempt => Assert.True(attempt.Kill(write, after), "it ended before the restart was over"));
        // at each write it was not begun, or it was over
        Assert.Equal([(0, 502), (1, 200)], seen.Order());
        Check("middle", attempt => attempt.KillWhen(() => outage.Restarts > 0));
        Assert.Contains((1, 502), seen);

        void Check(string name, Action<Attempt> stop)
        {
            var attempt = new Attempt(outage, kill, Path.Combine(_folder, name));
            ready.CopyTo(attempt);
            stop(attempt);
            seen.Add((outage.Restarts, outage.Status()));
            var lines = attempt.Finish();
            Assert.Empty(attempt.Doubts(lines));
            Assert.Contains("step restart#1 Succeeded ", lines);
            Assert.Equal((1, 200), (outage.Restarts, outage.Status()));
        }
    }

    /// <summary>Every point in both modes, several at a time, until a run gets through without meeting its point.</summary>
    private async Task<(int Killed, List<string> Doubts)> All(IReadOnlyList<NginxOutage> outages, KillAt kill, string[] expected)
    {
        var (next, end, killed) = (0, int.MaxValue, 0);
        var (doubts, failures) = (new ConcurrentBag<string>(), new ConcurrentBag<string>());
        await Task.WhenAll(outages.Select(outage => Task.Run(() =>
        {
            while (failures.IsEmpty && Interlocked.Increment(ref next) is var number)
            {
                var (write, after) = ((number + 1) / 2, number % 2 == 0);
                if (write > Volatile.Read(ref end)) return;
                var attempt = new Attempt(outage, kill, Path.Combine(_folder, $"{write}-{(after ? "after" : "before")}"));
                try
                {
                    if (attempt.Kill(write, after)) Interlocked.Increment(ref killed);
                    else InterlockedMin(ref end, write);
                    var lines = attempt.Finish();
                    foreach (var doubt in attempt.Doubts(lines)) doubts.Add(doubt);
                    attempt.Compare(expected, lines);
                    attempt.Delete();
                }
                catch (Exception error) when (error is not OutOfMemoryException) { failures.Add($"killed {(after ? "after" : "before")} write {write}: {error.Message}"); }
            }
        })));
        Assert.True(failures.IsEmpty, string.Join(Environment.NewLine, failures));
        return (killed, [.. doubts]);
    }

    private (KillAt Kill, IReadOnlyList<NginxOutage> Outages) Prepare(int lanes)
    {
        for (var lane = 0; lane < lanes; lane++) _outages.Add(new NginxOutage(Path.Combine(_folder, $"lane{lane}"), quick: true));
        var kill = KillAt.Compile(_folder);
        File.WriteAllText(Path.Combine(_folder, "runner.ps1"), Runner.Script);
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
