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

/// <summary>Who drives: user, host, and the very process.</summary>
/// <param name="StartedAt">When the process started: its number may be given to another one later.</param>
internal sealed record RunOwner(string User, string Host, int Pid, DateTimeOffset StartedAt, string Tag)
{
    public string Text => string.Join('|', User, Host, Pid.ToString(CultureInfo.InvariantCulture), UtcStamp.Format(StartedAt), Tag);

    public static RunOwner Me(string user, string host, string tag, DateTimeOffset now) =>
        new(user.Replace('|', '_'), host.Replace('|', '_'), Environment.ProcessId, UtcStamp.Truncate(ProcessIdentity.StartOf(Environment.ProcessId) ?? now), tag);

    public static RunOwner? Parse(string text) => text.Split('|') is [var user, var host, var pid, var start, var tag] && int.TryParse(pid, CultureInfo.InvariantCulture, out var id)
        ? new RunOwner(user, host, id, UtcStamp.Parse(start), tag) : null;

    /// <summary>Known to be gone: its process was on this host, and that process is no more.</summary>
    public bool IsDead(string host) => Host == host && ProcessIdentity.Here(Pid, StartedAt).Life() == ProcessLife.Gone;

    public override string ToString() => $"{User}@{Host} (process {Pid})";
}
