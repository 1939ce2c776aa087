using System.Text.Json.Serialization;
using IncidentTools.Engine.Journal;

namespace IncidentTools.Engine.Execution;

/// <summary>A visit that has not ended, as a row keeps it.</summary>
/// <param name="Wait">Answer, Approval, Timer or InDoubt; null while it works.</param>
/// <param name="Id">Of the wait.</param>
/// <param name="Answered">Somebody said something to it.</param>
/// <param name="InDoubt">An intent without a result, should its runner die now.</param>
public sealed record RunLeaf(string Path, string Step, string? Wait = null, string? Id = null, string Message = "", DateTimeOffset? DueAt = null, bool Answered = false, bool InDoubt = false);

/// <summary>A run's row.</summary>
/// <param name="State">Queued, Running, Waiting or how it ended. A run whose wait was answered stays Waiting until somebody takes it up, so that the scheduled tick finds it.</param>
/// <param name="Open">Visits that have not ended, in the order of entering.</param>
public sealed record RunRow(
    string Run, string Stream, string? Incident, string Runbook, string Version, string Title, string? Service, string State, string? Step, string? WaitKind, string Message, DateTimeOffset? DueAt,
    DateTimeOffset StartedAt, string StartedBy, DateTimeOffset? EndedAt, IReadOnlyList<RunLeaf> Open, bool InDoubt = false)
{
    /// <summary>States of a run that has not ended.</summary>
    public static readonly string[] OpenStates = ["Queued", "Running", "Waiting"];

    public bool IsExercise => Simulation.Exercise.IsOne(Stream);
    public bool IsOpen => OpenStates.Contains(State);

    public RunbookRun ToPublic(string? holder, int? exitCode = null) => new()
    {
        Run = Run, Incident = Incident, Runbook = Runbook, Version = Version, Title = Title, Service = Service, State = State, WaitReason = State == "Waiting" ? WaitKind : null, Step = Step,
        Message = Message, DueAt = DueAt, StartedAt = StartedAt, StartedBy = StartedBy, EndedAt = EndedAt, Exercise = IsExercise, Holder = holder, ExitCode = exitCode ?? Code(holder),
    };

    private int Code(string? holder) => State switch
    {
        "Succeeded" => 0,
        "SucceededWithFailures" => 2,
        "Waiting" when WaitKind == "InDoubt" => 4,
        "Waiting" or "Queued" => 3,
        // nobody drives it: stopped between two steps, or its runner died in the middle of one and nobody knows what became of that
        "Running" => holder is not null ? 5 : InDoubt ? 4 : 3,
        _ => 1,
    };
}

/// <summary>One row a run.</summary>
public sealed class RunProjection() : Projection<RunRow>("run", 3, RunRowJson.Default, [.. RunEntries.All.Select(type => type.Name)])
{
    public static RunProjection Instance { get; } = new();

    public override IReadOnlyList<ProjectionColumn> Columns { get; } = [new("incident"), new("state"), new("runbook"), new("started")];

    public override IEnumerable<string> Keys(Entry entry) => entry.Data is IRunEntry data ? [data.Run] : [];

    public override RunRow? Apply(string key, RunRow? row, Entry entry) => (row, entry.Data) switch
    {
        (null, RunStarted data) => new RunRow(data.Run, entry.Stream, data.Incident, data.Runbook, data.Version, data.Title, data.Service.GetValueOrDefault("id") as string, "Running", null, null, "", null, entry.OccurredAt, entry.Actor.Id, null, []),
        (null, _) => null,
        (_, RunQueued data) => row with { State = "Queued", Message = $"behind {data.Behind}" },
        (_, RunLeased) when row.State == "Queued" => row with { State = "Running", Message = "" },
        (_, RunEnded data) => row with { State = data.Result, WaitKind = null, Message = data.Message, DueAt = null, EndedAt = entry.OccurredAt, Open = [], InDoubt = false },
        (_, RunReopened) => row with { State = "Running", Message = "", EndedAt = null },
        // a step taken back when the run was over does not open it again
        (_, IRunEntry data) when row.EndedAt is null && RunLeaves.Apply(row.Open, data) is { } open => RunLeaves.Show(row with { Open = open }),
        _ => row,
    };

    protected override object?[] Values(RunRow row) => [row.Incident, row.State, row.Runbook, UtcStamp.Format(row.StartedAt)];
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RunRow))]
internal sealed partial class RunRowJson : JsonSerializerContext;
