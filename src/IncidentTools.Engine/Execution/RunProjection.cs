using System.Text.Json.Serialization;
using IncidentTools.Engine.Journal;

namespace IncidentTools.Engine.Execution;

/// <summary>A run's row.</summary>
/// <param name="State">Running, Waiting or how it ended. A run whose wait was answered stays Waiting until somebody takes it up, so that the scheduled tick finds it.</param>
public sealed record RunRow(
    string Run, string Stream, string? Incident, string Runbook, string Version, string Title, string? Service, string State, string? Step, string? WaitKind, string Message, DateTimeOffset? DueAt, bool Answered,
    DateTimeOffset StartedAt, string StartedBy, DateTimeOffset? EndedAt, bool InDoubt = false)
{
    public bool IsOpen => State is "Running" or "Waiting";

    public RunbookRun ToPublic(string? holder, int? exitCode = null) => new()
    {
        Run = Run, Incident = Incident, Runbook = Runbook, Version = Version, Title = Title, Service = Service, State = State, WaitReason = State == "Waiting" ? WaitKind : null, Step = Step,
        Message = Message, DueAt = DueAt, StartedAt = StartedAt, StartedBy = StartedBy, EndedAt = EndedAt, Holder = holder, ExitCode = exitCode ?? Code(holder),
    };

    private int Code(string? holder) => State switch
    {
        "Succeeded" => 0,
        "SucceededWithFailures" => 2,
        "Waiting" when WaitKind == "InDoubt" => 4,
        "Waiting" => 3,
        // nobody drives it: stopped between two steps, or its runner died in the middle of one and nobody knows what became of that
        "Running" => holder is not null ? 5 : InDoubt ? 4 : 3,
        _ => 1,
    };
}

/// <summary>One row a run.</summary>
public sealed class RunProjection() : Projection<RunRow>("run", 2, RunRowJson.Default, [.. RunEntries.All.Select(type => type.Name)])
{
    public static RunProjection Instance { get; } = new();

    public override IReadOnlyList<ProjectionColumn> Columns { get; } = [new("incident"), new("state"), new("runbook"), new("started")];

    public override IEnumerable<string> Keys(Entry entry) => entry.Data is IRunEntry data ? [data.Run] : [];

    public override RunRow? Apply(string key, RunRow? row, Entry entry) => (row, entry.Data) switch
    {
        (null, RunStarted data) => new RunRow(data.Run, entry.Stream, data.Incident, data.Runbook, data.Version, data.Title, data.Service.GetValueOrDefault("id") as string, "Running", null, null, "", null, false, entry.OccurredAt, entry.Actor.Id, null),
        (null, _) => null,
        (_, StepEntered data) => row with { Step = data.Step, State = "Running", WaitKind = null, Message = "", DueAt = null, Answered = false, InDoubt = false },
        (_, StepIntended or StepFinished or StepAttempted) => Moved(row, entry.Data),
        (_, WaitOpened data) => row with { State = "Waiting", WaitKind = data.Kind, Message = data.Prompt, DueAt = data.DueAt, Answered = false },
        (_, WaitAnswered data) => row with { Answered = true, Message = $"answered: {data.Answer}; Resume-RunbookRun goes on" },
        (_, RunEnded data) => row with { State = data.Result, WaitKind = null, Message = data.Message, DueAt = null, EndedAt = entry.OccurredAt },
        _ => row,
    };

    /// <summary>An intent without a result is in doubt, should its runner die now.</summary>
    private static RunRow Moved(RunRow row, IEntryData data) =>
        (row.State == "Waiting" ? row with { State = "Running", WaitKind = null, Message = "", DueAt = null, Answered = false } : row) with { InDoubt = data is StepIntended or StepAttempted { Outcome: "InDoubt" } };

    protected override object?[] Values(RunRow row) => [row.Incident, row.State, row.Runbook, UtcStamp.Format(row.StartedAt)];
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RunRow))]
internal sealed partial class RunRowJson : JsonSerializerContext;
