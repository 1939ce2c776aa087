namespace IncidentTools.Engine.Actions;

/// <summary>What came of a step on one of its machines.</summary>
/// <param name="Status">Succeeded, Failed, InDoubt or NotStarted.</param>
public sealed record HostResult(string Host, string Status, int? ExitCode, object? Value, string? Error, string Message)
{
    public bool Succeeded => Status == "Succeeded";

    public static HostResult Of(string host, ActionResult result) => new(
        host, result.Outcome.ToString(), (result.Value as IReadOnlyDictionary<string, object?>)?.GetValueOrDefault("exitCode") switch { long code => (int)code, int code => code, _ => null }, result.Value, result.Error, result.Message);

    /// <summary>As expressions see it.</summary>
    public Dictionary<string, object?> ToPlain() => new()
    {
        ["host"] = Host, ["status"] = Status, ["exitCode"] = (long?)ExitCode, ["value"] = Value, ["error"] = Error, ["message"] = Message,
    };
}
