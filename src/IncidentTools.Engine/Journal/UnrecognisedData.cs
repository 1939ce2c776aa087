namespace IncidentTools.Engine.Journal;

/// <summary>Stands for a payload that a newer version of the program wrote; the entry is still shown, never dropped.</summary>
public sealed record UnrecognisedData(string Type, int Version) : IEntryData
{
    public string Describe() => $"{Type} (version {Version}, written by a newer IncidentTools)";
}
