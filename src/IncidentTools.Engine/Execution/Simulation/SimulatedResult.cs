using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes;

namespace IncidentTools.Engine.Execution.Simulation;

/// <summary>What a step, check or undo is said to give. <paramref name="Word"/> is one of the format's: Pass, Failed, NotDone …</summary>
internal sealed record SimulatedResult(string Word, object? Value, string? Error, string Message, string Output, IReadOnlyDictionary<string, object?> Observations, TimeSpan Took)
{
    private static readonly Dictionary<string, object?> Nothing = [];
    public static readonly string[] OfProbes = ["Pass", "Warn", "Fail", "Error", "Skipped"], OfEffects = ["Succeeded", "Failed", "InDoubt"], OfMessages = ["Succeeded", "Failed"], OfChecks = ["Done", "NotDone", "InProgress", "Unknown"];

    public static SimulatedResult Plain(string word, string message = "", string? error = null) => new(word, null, error, message, "", Nothing, TimeSpan.Zero);

    /// <param name="written">A word, or the map of a result.</param>
    public static SimulatedResult Read(object? written) => written is not IReadOnlyDictionary<string, object?> map ? Plain((string)written!) : new SimulatedResult(
        (string)map["result"]!, map.GetValueOrDefault("value"), map.GetValueOrDefault("error") as string, map.GetValueOrDefault("message") as string ?? "", map.GetValueOrDefault("output") as string ?? "",
        map.GetValueOrDefault("observations") as IReadOnlyDictionary<string, object?> ?? Nothing, map.GetValueOrDefault("took") as TimeSpan? ?? TimeSpan.Zero);

    public ProbeResult ToProbe() => Enum.TryParse<ProbeStatus>(Word, out var status)
        ? new ProbeResult(status, Message) { Value = Value, Error = Error, Observations = Observations, Took = Took }
        : ProbeResult.CouldNotCheck("NotSimulated", $"'{Word}' is no result of a probe");

    public ActionResult ToAction() => Enum.TryParse<ActionOutcome>(Word, out var outcome)
        ? new ActionResult(outcome, Message) { Value = Value, Error = Error ?? (outcome == ActionOutcome.Succeeded ? null : Word), Output = Output, Detail = Observations.Count == 0 ? Nothing : new Dictionary<string, object?> { ["observations"] = Observations } }
        : new ActionResult(ActionOutcome.Failed, $"'{Word}' is no result of an action") { Error = "NotSimulated" };

    public CheckResult ToCheck() => Enum.TryParse<CheckState>(Word, out var state) ? new CheckResult(state, Message) : new CheckResult(CheckState.Unknown, $"'{Word}' is no result of a check");
}
