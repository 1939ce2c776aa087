using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;

namespace IncidentTools.Engine.Probes.Databases;

/// <summary>What the probes of databases do alike: one session, and an error of the database with its meaning.</summary>
internal abstract class DatabaseProbe(string name, string summary, ObjectShape parameters, params string[] keys) : Probe(name, summary, parameters, keys)
{
    protected static Field TimeoutField { get; } = Shapes.Optional("timeout", Shapes.Duration with { Min = 1 }, "for all of it, on this side and on the server's", TimeSpan.FromSeconds(10));
    protected static TimeSpan Timeout(Arguments with) => with.Duration("timeout") ?? TimeSpan.FromSeconds(10);

    protected sealed override async Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        try { await AskAsync(with, DatabaseTarget.Of(with), context, found, cancellation).ConfigureAwait(false); }
        catch (DatabaseException error) { error.Trouble.Report(found, DatabaseTarget.Of(with).Label); }
    }

    protected abstract Task AskAsync(Arguments with, DatabaseTarget target, ProbeContext context, Findings found, CancellationToken cancellation);
}
