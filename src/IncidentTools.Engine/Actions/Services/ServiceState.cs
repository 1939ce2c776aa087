using System.Globalization;

namespace IncidentTools.Engine.Actions.Services;

internal enum ServicePhase { Running, Stopped, Starting, Stopping, Reloading, Missing, Unknown }

/// <summary>What a service manager says of a service now.</summary>
/// <param name="Detail">In the manager's own words.</param>
internal sealed record ServiceState(ServicePhase Phase, string Detail)
{
    /// <summary>Null where it cannot be told.</summary>
    public DateTimeOffset? StartedAt { get; init; }
    /// <summary>Of the last change of state, a reload included; null where the manager does not keep it.</summary>
    public DateTimeOffset? ChangedAt { get; init; }
    public int? Pid { get; init; }
    /// <summary>We run inside it.</summary>
    public bool IsOurs { get; init; }

    public bool IsChanging => Phase is ServicePhase.Starting or ServicePhase.Stopping or ServicePhase.Reloading;

    public static ServiceState Unknown(string why) => new(ServicePhase.Unknown, why);

    public override string ToString() => Detail + (StartedAt is { } start ? string.Create(CultureInfo.InvariantCulture, $", since {start.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z") : "");
}

/// <summary>What the state now says about an operation that was intended: pure.</summary>
internal static class ServiceRules
{
    /// <summary>Process and unit times are rounded; a start is never dated before the intent by more.</summary>
    private static readonly TimeSpan Rounding = TimeSpan.FromMilliseconds(50);

    /// <summary>Whether the operation has led where it should; used after its command ended well.</summary>
    public static bool IsReached(string operation, ServiceState state, DateTimeOffset intendedAt) => operation switch
    {
        "stop" => state.Phase == ServicePhase.Stopped,
        "restart" => state.Phase == ServicePhase.Running && (state.StartedAt is not { } start || start >= intendedAt - Rounding),
        _ => state.Phase == ServicePhase.Running,
    };

    /// <summary>Whether an operation whose result was lost took effect.</summary>
    public static CheckResult Check(string operation, ServiceState state, DateTimeOffset intendedAt)
    {
        var isNew = state.StartedAt is { } start ? start >= intendedAt - Rounding : (bool?)null;
        if (state.Phase is ServicePhase.Unknown or ServicePhase.Missing) return new(CheckState.Unknown, $"its state cannot be told: {state.Detail}");
        if (state.IsChanging) return new(CheckState.InProgress, $"it is on its way: {state}");
        var runs = state.Phase == ServicePhase.Running;
        return operation switch
        {
            "start" => runs ? new(CheckState.Done, $"it runs: {state}") : new(CheckState.NotDone, $"it does not run: {state}"),
            "stop" when !runs => new(CheckState.Done, $"it does not run: {state}"),
            "stop" => isNew switch
            {
                false => new(CheckState.NotDone, $"it runs since before: {state}"),
                true => new(CheckState.Unknown, $"it runs, but was started after the intent, by whomever: {state}"),
                null => new(CheckState.NotDone, $"it runs: {state}"),
            },
            "restart" when !runs => new(CheckState.NotDone, $"it does not run, so it was stopped at most: {state}"),
            "restart" => isNew switch
            {
                true => new(CheckState.Done, $"it was started after the intent: {state}"),
                false => new(CheckState.NotDone, $"it runs since before the intent: {state}"),
                null => new(CheckState.Unknown, $"it runs, but since when cannot be told: {state}"),
            },
            _ when !runs => new(CheckState.NotDone, $"it does not run, so there was nothing to reload: {state}"),
            _ => state.ChangedAt is { } changed
                ? changed >= intendedAt - Rounding ? new(CheckState.Done, $"it was reloaded or started after the intent: {state}") : new(CheckState.NotDone, $"nothing changed since before the intent: {state}")
                : isNew == true ? new(CheckState.Done, $"it was started after the intent and so read everything anew: {state}")
                : new(CheckState.Unknown, $"it runs, but whether it reloaded cannot be told: {state}"),
        };
    }
}
