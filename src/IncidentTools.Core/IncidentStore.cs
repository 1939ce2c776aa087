namespace IncidentTools;

/// <summary>The store in use.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Kind">SQLite.</param>
/// <param name="Origin">Name and random id; stands on every report.</param>
/// <param name="Entries">Entries in it.</param>
/// <param name="SchemaVersion">Version of its tables.</param>
/// <param name="ReadOnly">True when it can only be read.</param>
/// <param name="EngineVersion">Name and version of the database engine.</param>
public sealed record IncidentStore(string Path, string Kind, string Origin, long Entries, int SchemaVersion, bool ReadOnly, string EngineVersion);
