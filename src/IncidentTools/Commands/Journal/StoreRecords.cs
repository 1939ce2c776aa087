using IncidentTools.Engine.Journal;

namespace IncidentTools.Commands.Journal;

/// <summary>From the engine's facts about a store to the public record.</summary>
internal static class StoreRecords
{
    public static IncidentStore From(IJournalStore store)
    {
        var info = store.Info;
        return new IncidentStore(info.Location, info.Kind, info.Origin, store.Size, info.SchemaVersion, info.ReadOnly, info.EngineVersion);
    }
}
