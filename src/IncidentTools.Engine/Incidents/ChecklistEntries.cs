using System.Text.Json.Serialization;
using IncidentTools.Engine.Journal;

namespace IncidentTools.Engine.Incidents;

/// <summary>Somebody ticked a line of the checklist, said that it does not apply, or took either back. The last one holds; none is ever changed.</summary>
/// <param name="Item">Its id.</param>
/// <param name="State">Done, NotApplicable or Open.</param>
/// <param name="Note">What was done, or why it does not apply or is open again.</param>
/// <param name="Evidence">Where it can be seen: a ticket, a file, a message, a hash.</param>
public sealed record ChecklistMarked(string Item, string State, string? Note, string? Evidence) : IEntryData
{
    public string Describe() => $"Checklist {Item}: {State switch { "Done" => "done", "NotApplicable" => "does not apply", _ => "open again" }}{(Note is null ? "" : $", {Note}")}{(Evidence is null ? "" : $" ({Evidence})")}";
}

/// <summary>Entry types of the checklist.</summary>
public static class ChecklistEntries
{
    public static IReadOnlyList<EntryType> All { get; } = [EntryType.Of<ChecklistMarked>("checklist.marked", 1, ChecklistJson.Default, "/note", "/evidence")];
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(ChecklistMarked))]
internal sealed partial class ChecklistJson : JsonSerializerContext;
