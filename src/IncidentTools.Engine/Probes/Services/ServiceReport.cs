namespace IncidentTools.Engine.Probes.Services;

internal enum ServiceState { Unknown, Running, Stopped, Starting, Stopping, Restarting, Failed, Paused, Unhealthy, NotFound }

/// <summary>What a manager says of a service.</summary>
/// <param name="Manager">systemd, scm, docker, command or pidFile.</param>
/// <param name="RawState">The manager's own words.</param>
internal sealed record ServiceReport(string Manager, ServiceState State, string RawState)
{
    public int? Pid { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    /// <summary>How much later than <see cref="StartedAt"/> it may have started: clocks of whole seconds round down.</summary>
    public TimeSpan Resolution { get; init; }
    public long? Restarts { get; init; }
    public long? ExitCode { get; init; }
    public IReadOnlyDictionary<string, object?> Detail { get; init; } = Nothing;
    private static readonly Dictionary<string, object?> Nothing = [];
}
