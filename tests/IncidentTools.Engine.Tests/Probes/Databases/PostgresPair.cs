using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Probes;
using IncidentTools.Tests.Shared;

namespace IncidentTools.Engine.Tests.Probes.Databases;

/// <summary>A primary and a standby that follows it by a slot, for a class of tests.</summary>
public sealed class PostgresPair : IDisposable
{
    private readonly Lazy<(PostgresServer Primary, PostgresServer Standby)> _pair = new(() =>
    {
        var primary = PostgresServer.Start();
        var standby = primary.Standby("standby", "standby");
        primary.Await("SELECT state FROM pg_stat_replication", "streaming");
        return (primary, standby);
    });

    internal PostgresServer Primary => _pair.Value.Primary;
    internal PostgresServer Standby => _pair.Value.Standby;

    /// <summary>As a runbook gives it: one line of flow YAML.</summary>
    internal string Connection(string? user = null) => $"connection: {Database(Primary, user)}";

    internal string Both => $"connection: {Database(Primary)[..^2]}, replicas: [{{ name: standby, host: 127.0.0.1, port: {Standby.Port} }}] }}";

    internal static string Database(PostgresServer server, string? user = null, string secret = "db") =>
        $"{{ name: main, engine: postgresql, host: 127.0.0.1, port: {server.Port}, user: {user ?? PostgresServer.User}, secret: 'secret:{secret}' }}";

    internal static async Task<ProbeResult> Check(string probe, string yaml, SecretMask? mask = null)
    {
        var result = await ProbeRun.Check(probe, yaml, secrets: new Secrets(new Dictionary<string, string> { ["secret:db"] = PostgresServer.Password, ["secret:wrong"] = "not-the-password" }), mask: mask);
        Assert.DoesNotContain(PostgresServer.Password, PlainJson.Write(result.Value) + PlainJson.Write(result.Observations) + result.Message, StringComparison.Ordinal);
        return result;
    }

    public void Dispose()
    {
        if (!_pair.IsValueCreated) return;
        Standby.Dispose();
        Primary.Dispose();
    }
}
