namespace IncidentTools.Engine.Detection;

/// <summary>A symptom of a cause, in words.</summary>
internal sealed record CauseSymptom(string Key, string Text, string? Word, DateTimeOffset? StartedAt = null);

/// <summary>What is wrong now, as one thing: a fault of a service with its symptoms, something that several services need, monitoring itself, an alert.</summary>
/// <param name="Services">Those concerned, the main one first.</param>
internal sealed record Cause(string Fault, string Title, IReadOnlyList<string> Services, IReadOnlyList<CauseSymptom> Symptoms, int Impact, int Urgency)
{
    public IReadOnlyList<string> Conditions { get; init; } = [];
    public string Class { get; init; } = "availability";
    public string? Runbook { get; init; }
    /// <summary>Why it is graded as it is and which runbook, one sentence each.</summary>
    public IReadOnlyList<string> Reasons { get; init; } = [];
    /// <summary>Why nothing is opened for it now; null when it may be.</summary>
    public string? Held { get; init; }
    /// <summary>Whether it is held because of maintenance.</summary>
    public bool IsSuppressed { get; init; }
    /// <summary>Symptoms that are over, to remember.</summary>
    public IReadOnlyList<FaultSymptom> Ended { get; init; } = [];
    /// <summary>Services that fail are one incident when too many do so at once.</summary>
    public bool MayBeStorm { get; init; }
    /// <summary>When it began, if known.</summary>
    public DateTimeOffset? OnsetAt { get; init; }
}
