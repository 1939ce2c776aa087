using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;

namespace IncidentTools.Engine.Probes;

/// <summary>Checks something and changes nothing. One file a probe, one line in <c>ProbeTable</c>.</summary>
public interface IProbe
{
    /// <summary>As written after <c>uses</c>: <c>probe.http</c>.</summary>
    string Name { get; }
    string Summary { get; }
    ObjectShape Parameters { get; }
    Task<ProbeResult> CheckAsync(Arguments with, ProbeContext context, CancellationToken cancellation);
}

public sealed record ProbeContext(TimeProvider Time, IProcessRunner Processes, ISecretSource Secrets, SecretMask Mask)
{
    /// <summary>The step that asks; <c>.check</c> or <c>.until</c> after it when that is why.</summary>
    public string Step { get; init; } = "";
    /// <summary>The machine that is looked at, through <see cref="Processes"/> alone; null = this one.</summary>
    public string? Remote { get; init; }
}

/// <summary>Error = could not check, and is never good.</summary>
public enum ProbeStatus { Pass, Warn, Fail, Error, Skipped }

/// <param name="Value">What was measured, plain data; a map for probes with several figures (<c>$steps.http.value.status</c>).</param>
/// <param name="Error">A stable word for what went wrong, also for Fail: DnsFailure, ConnectionRefused, Timeout …; null when nothing did.</param>
public sealed record ProbeResult(ProbeStatus Status, string Message)
{
    public object? Value { get; init; }
    public string? Unit { get; init; }
    public IReadOnlyDictionary<string, object?> Observations { get; init; } = Nothing;
    public IReadOnlyDictionary<string, object?> Thresholds { get; init; } = Nothing;
    public string? Error { get; init; }
    public TimeSpan Took { get; init; }
    private static readonly Dictionary<string, object?> Nothing = [];

    public static ProbeResult CouldNotCheck(string error, string message) => new(ProbeStatus.Error, message) { Error = error };
}
