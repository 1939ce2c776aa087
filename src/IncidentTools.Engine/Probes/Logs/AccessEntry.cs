namespace IncidentTools.Engine.Probes.Logs;

/// <summary>One request of an access log; null = not said.</summary>
internal sealed record AccessEntry(DateTimeOffset? Time, string? Client, string? Uri, int Status, long? Bytes, double? Seconds, string? Agent);

/// <summary>Reads a line of an access log; null = it is none.</summary>
internal interface IAccessFormat
{
    string Name { get; }
    AccessEntry? Read(string line);
    /// <summary>A line that is no request and is meant to be none.</summary>
    bool IsRemark(string line);
}
