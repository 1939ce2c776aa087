using System.Text.Json.Serialization;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Journal;

namespace IncidentTools.Engine.Tests.Journal;

/// <summary>An entry type of the tests: an amount, a sealed text and any plain value.</summary>
public sealed record Sample(long Amount, string? Text = null, object? Value = null) : IEntryData
{
    public string Describe() => $"Sample {Amount}: {Text}";
}

public sealed record Total(string Stream, long Sum, long Count, string? Last);

/// <summary>Adds up the samples of each stream.</summary>
public sealed class TotalProjection(int version = 1) : Projection<Total>("total", version, SampleJson.Default.Total, "sample.taken")
{
    public override IReadOnlyList<ProjectionColumn> Columns { get; } = [new("sum", ColumnKind.Integer), new("last")];
    public override IEnumerable<string> Keys(Entry entry) => [entry.Stream];
    protected override object?[] Values(Total row) => [row.Sum, row.Last];

    public override Total Apply(string key, Total? row, Entry entry)
    {
        var sample = (Sample)entry.Data;
        return new Total(key, (row?.Sum ?? 0) + (sample.Amount * Version), (row?.Count ?? 0) + 1, sample.Text ?? row?.Last);
    }
}

public static class Samples
{
    public static EntryType Type { get; } = new("sample.taken", 1, SampleJson.Default.Sample, "/text");
    public static EntryCatalog Catalog { get; } = new(JournalEntries.All, [Type]);
    public static TotalProjection Totals { get; } = new();
    public static Actor Actor { get; } = new("alice", "os", "os");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, Converters = [typeof(PlainValueConverter)])]
[JsonSerializable(typeof(Sample))]
[JsonSerializable(typeof(Total))]
internal sealed partial class SampleJson : JsonSerializerContext;
