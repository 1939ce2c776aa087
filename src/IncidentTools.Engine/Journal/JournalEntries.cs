using System.Text.Json.Serialization;

namespace IncidentTools.Engine.Journal;

/// <summary>The first entry of every store.</summary>
/// <param name="StoreId">Random; with the name it is the store's origin.</param>
/// <param name="Tool">Name and version of the program that made it.</param>
public sealed record StoreCreated(string StoreId, string Name, string Tool) : IEntryData
{
    /// <summary>Stream of entries about the store itself.</summary>
    public const string Stream = "$store";

    public string Describe() => $"Store {Name} created by {Tool}";
}

/// <summary>Entry types of the journal itself.</summary>
public static class JournalEntries
{
    public static IReadOnlyList<EntryType> All { get; } = [EntryType.Of<StoreCreated>("store.created", 1, JournalJson.Default)];
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(StoreCreated))]
internal sealed partial class JournalJson : JsonSerializerContext;
