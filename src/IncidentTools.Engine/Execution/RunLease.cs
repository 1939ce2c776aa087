using System.Diagnostics;
using System.Globalization;
using IncidentTools.Engine.Journal;

namespace IncidentTools.Engine.Execution;

/// <summary>
/// The right to drive a run: taken for a term, renewed at a third of it by a timer of its own, lost when it cannot be renewed in time. An owner
/// names its process, so that a runner that died on this machine is seen at once and nobody waits for its term.
/// </summary>
internal sealed class RunLease : IDisposable
{
    public static readonly TimeSpan Term = TimeSpan.FromSeconds(30);
    private readonly ILeaseStore _leases;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly CancellationTokenSource _lost = new();
    private readonly object _gate = new();
    private Lease _lease;
    private bool _released;

    private RunLease(ILeaseStore leases, Lease lease, TimeProvider time)
    {
        (_leases, _lease, _time) = (leases, lease, time);
        _timer = time.CreateTimer(_ => Renew(), null, Term / 3, Term / 3);
    }

    public Fence Fence => _lease.ToFence();
    public long Epoch => _lease.Epoch;
    /// <summary>Cancelled when somebody else may have taken over: start nothing more.</summary>
    public CancellationToken Lost => _lost.Token;

    public static string NameOf(string run) => "run/" + run;

    /// <summary>Takes it; null when a living runner has it.</summary>
    public static RunLease? Take(ILeaseStore leases, string run, RunOwner me, TimeProvider time, out string holder)
    {
        holder = "";
        var name = NameOf(run);
        if (leases.Acquire(name, me.Text, Term, out var other) is { } lease) return new RunLease(leases, lease, time);
        if (RunOwner.Parse(other!.Owner) is { } owner)
        {
            holder = owner.ToString();
            if (owner.IsDead(me.Host))
            {
                leases.Release(other);
                if (leases.Acquire(name, me.Text, Term, out _) is { } freed) return new RunLease(leases, freed, time);
            }
        }
        return null;
    }

    /// <summary>Who drives a run now; null when nobody does.</summary>
    public static RunOwner? Holder(ILeaseStore leases, string run, string host, DateTimeOffset now) =>
        leases.Find(NameOf(run)) is { } lease && lease.Expires > now && RunOwner.Parse(lease.Owner) is { } owner && !owner.IsDead(host) ? owner : null;

    private void Renew()
    {
        lock (_gate)
        {
            if (_released) return;
            try
            {
                if (_leases.Renew(_lease, Term, out var renewed)) _lease = renewed;
                else _lost.Cancel();
            }
            // a store that is busy or full for a moment does not cost the lease before its term is over
            catch (IncidentToolsException) when (_time.GetUtcNow() < _lease.Expires) { }
            catch (IncidentToolsException) { _lost.Cancel(); }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_released) return;
            _released = true;
            _timer.Dispose();
            try { _leases.Release(_lease); }
            catch (IncidentToolsException) { } // it runs out by itself
            _lost.Dispose();
        }
    }
}

/// <summary>Who drives: user, host, process and when it started.</summary>
internal sealed record RunOwner(string User, string Host, int Pid, long ProcessStart, string Tag)
{
    public string Text => string.Join('|', User, Host, Pid.ToString(CultureInfo.InvariantCulture), ProcessStart.ToString(CultureInfo.InvariantCulture), Tag);

    public static RunOwner Me(string user, string host, string tag)
    {
        using var me = Process.GetCurrentProcess();
        return new RunOwner(user.Replace('|', '_'), host.Replace('|', '_'), me.Id, Start(me), tag);
    }

    public static RunOwner? Parse(string text) =>
        text.Split('|') is [var user, var host, var pid, var start, var tag] && int.TryParse(pid, CultureInfo.InvariantCulture, out var id) && long.TryParse(start, CultureInfo.InvariantCulture, out var at)
            ? new RunOwner(user, host, id, at, tag) : null;

    /// <summary>Known to be gone: its process was on this host, and that process is no more.</summary>
    public bool IsDead(string host)
    {
        if (Host != host) return false;
        try
        {
            using var process = Process.GetProcessById(Pid);
            return Start(process) is var start && start != 0 && Math.Abs(start - ProcessStart) > 1;
        }
        catch (ArgumentException) { return true; }
        catch (InvalidOperationException) { return true; }
    }

    // seconds: two readings of the same process may differ in their fraction
    private static long Start(Process process)
    {
        try { return new DateTimeOffset(process.StartTime).ToUnixTimeSeconds(); }
        catch (Exception error) when (error is System.ComponentModel.Win32Exception or NotSupportedException) { return 0; }
    }

    public override string ToString() => $"{User}@{Host} (process {Pid})";
}
