using System.Text.Json.Serialization;
using IncidentTools.Engine.Journal;

namespace IncidentTools.Engine.Detection;

/// <summary>A symptom of a fault: a failing check, or an alert.</summary>
/// <param name="StartedAt">When the alert says it began: an old message that comes late changes nothing.</param>
public sealed record FaultSymptom(string Key, string? Word, bool Active, DateTimeOffset? StartedAt = null);

/// <summary>A fault, and the incident that was opened for it.</summary>
/// <param name="Fault">Its de-duplication key: <c>service/shop/availability</c>, <c>dependency/tcp:db:5432</c>, <c>monitoring/blind</c>, <c>alert/…</c>.</param>
/// <param name="Episode">Counts each time an incident was opened or joined: with the fault it is the key of the declaration.</param>
/// <param name="Active">Whether it is there now; a recovered one keeps its row, for the day it is back.</param>
/// <param name="Level">The worst level that it was graded.</param>
/// <param name="Revision">Counts what was written into the incident: the key of each note.</param>
public sealed record FaultRow(
    string Fault, int Episode, string Incident, IReadOnlyList<string> Services, IReadOnlyList<FaultSymptom> Symptoms, bool Active, string Level, DateTimeOffset OpenedAt, DateTimeOffset ChangedAt, int Revision)
{
    /// <summary>What makes the declaration of this episode happen once, whoever does it and however often.</summary>
    public string Key => KeyOf(Fault, Episode);
    public static string KeyOf(string fault, int episode) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"detection/{fault}/{episode}");
}

/// <summary>What a tick changed: rows as they are from now on. A tick that changes nothing writes none.</summary>
/// <param name="Well">Checks that need no row any more.</param>
public sealed record DetectionRecorded(IReadOnlyList<CheckRow> Checks, IReadOnlyList<string> Well, IReadOnlyList<FaultRow> Faults) : IEntryData
{
    public const string Stream = "$detection";

    bool IEntryData.IsDetail => true;
    public string Describe() => string.Join(", ", new[] { Say(Checks.Count, "check"), Say(Faults.Count, "fault") }.OfType<string>()) is { Length: > 0 } changed ? $"Detection: {changed} changed" : $"Detection: {Well.Count} well again";

    private static string? Say(int count, string what) => count == 0 ? null : $"{count} {what}{(count == 1 ? "" : "s")}";
}

/// <summary>Entry types of detection.</summary>
public static class DetectionEntries
{
    public static IReadOnlyList<EntryType> All { get; } = [EntryType.Of<DetectionRecorded>("detection.recorded", 1, DetectionJson.Default)];
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(DetectionRecorded))]
internal sealed partial class DetectionJson : JsonSerializerContext;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CheckRow))]
[JsonSerializable(typeof(FaultRow))]
internal sealed partial class DetectionRowJson : JsonSerializerContext;

/// <summary>Checks that are not simply well.</summary>
public sealed class CheckProjection() : Projection<CheckRow>("detection_check", 1, DetectionRowJson.Default, "detection.recorded")
{
    public static CheckProjection Instance { get; } = new();

    public override IReadOnlyList<ProjectionColumn> Columns { get; } = [new("state")];
    public override IEnumerable<string> Keys(Entry entry) => entry.Data is DetectionRecorded data ? data.Checks.Select(row => row.Check).Concat(data.Well) : [];
    public override CheckRow? Apply(string key, CheckRow? row, Entry entry) => ((DetectionRecorded)entry.Data).Checks.FirstOrDefault(changed => changed.Check == key);
    protected override object?[] Values(CheckRow row) => [row.State];
}

/// <summary>Faults that detection or an alert opened an incident for.</summary>
public sealed class FaultProjection() : Projection<FaultRow>("detection_fault", 1, DetectionRowJson.Default, "detection.recorded")
{
    public static FaultProjection Instance { get; } = new();

    public override IReadOnlyList<ProjectionColumn> Columns { get; } = [new("incident")];
    public override IEnumerable<string> Keys(Entry entry) => entry.Data is DetectionRecorded data ? data.Faults.Select(row => row.Fault) : [];
    public override FaultRow? Apply(string key, FaultRow? row, Entry entry) => ((DetectionRecorded)entry.Data).Faults.FirstOrDefault(changed => changed.Fault == key) ?? row;
    protected override object?[] Values(FaultRow row) => [row.Incident];
}
