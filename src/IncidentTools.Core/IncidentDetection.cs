namespace IncidentTools;

/// <summary>One thing that was looked at of a service, or (<c>Probe</c> overall) what all of them come to.</summary>
public sealed record IncidentServiceCheck
{
    /// <summary>Id of the service.</summary>
    public required string Service { get; init; }
    /// <summary>Id of the check within the service: url, unit, disk …; the key that an entry lacks; or overall.</summary>
    public required string Probe { get; init; }
    /// <summary>probe.http, probe.disk …; catalogue for a key that a runbook reads.</summary>
    public required string Uses { get; init; }
    /// <summary>Where it comes from: url, unit, probes … of the catalogue, <c>runbook/symptom</c>, or the runbook that reads a key.</summary>
    public required string Source { get; init; }
    /// <summary>Pass, Warn, Fail, Error (could not check) or Skipped.</summary>
    public required string Status { get; init; }
    /// <summary>A stable word for what is wrong; null when nothing is.</summary>
    public string? Error { get; init; }
    /// <summary>What was found.</summary>
    public required string Message { get; init; }
    /// <summary>What is wrong when it fails, in the words of the catalogue.</summary>
    public string? Title { get; init; }
    /// <summary>What was measured.</summary>
    public object? Value { get; init; }
    /// <summary>Unit of the value.</summary>
    public string? Unit { get; init; }
    /// <summary>How long it took.</summary>
    public TimeSpan Took { get; init; }
    /// <summary>When it was looked at (UTC).</summary>
    public required DateTimeOffset CheckedAt { get; init; }
}

/// <summary>What one tick of detection did.</summary>
public sealed record IncidentDetection
{
    /// <summary>How many checks were asked.</summary>
    public required int Checked { get; init; }
    /// <summary>Of them good.</summary>
    public required int Pass { get; init; }
    /// <summary>Of them good with a word of warning.</summary>
    public required int Warn { get; init; }
    /// <summary>Of them bad.</summary>
    public required int Fail { get; init; }
    /// <summary>Of them could not be checked: never good.</summary>
    public required int Error { get; init; }
    /// <summary>Of them do not apply here.</summary>
    public required int Skipped { get; init; }
    /// <summary>Incidents opened.</summary>
    public required int Opened { get; init; }
    /// <summary>Times that an incident was told of a change: new symptoms, back again, reopened, part of it.</summary>
    public required int Updated { get; init; }
    /// <summary>Faults that are over; their incidents were told, and stay open.</summary>
    public required int Recovered { get; init; }
    /// <summary>What was left aside because of maintenance.</summary>
    public required int Suppressed { get; init; }
    /// <summary>0 all good, 1 something fails, 2 something could not be checked and nothing fails.</summary>
    public required int ExitCode { get; init; }
    /// <summary>Each thing that was done, or (Held) not done and why.</summary>
    public required IReadOnlyList<IncidentDetectionChange> Change { get; init; }
    /// <summary>Every check that was not simply good.</summary>
    public required IReadOnlyList<IncidentServiceCheck> Problem { get; init; }
    /// <summary>How long it took.</summary>
    public TimeSpan Took { get; init; }
    /// <summary>When it was over (UTC).</summary>
    public DateTimeOffset At { get; init; }
    /// <summary>Whether nothing was written, and what is said is what would have been done.</summary>
    public bool WhatIf { get; init; }
}

/// <summary>One thing that detection did.</summary>
/// <param name="Change">Opened, Joined, Updated, Back, Reopened, Recovered or Held.</param>
/// <param name="Fault">The fault's de-duplication key.</param>
/// <param name="Incident">INC-12; null when there is none.</param>
/// <param name="Severity">The level that the fault was graded.</param>
/// <param name="Service">Services concerned, the main one first.</param>
/// <param name="Runbook">The runbook that was named for it.</param>
/// <param name="Text">What is wrong, or what became of it.</param>
public sealed record IncidentDetectionChange(string Change, string Fault, string? Incident, string? Severity, IReadOnlyList<string> Service, string? Runbook, string Text);

/// <summary>An alert that was received, and what became of it.</summary>
public sealed record IncidentAlert
{
    /// <summary>Its de-duplication key.</summary>
    public required string Key { get; init; }
    /// <summary>Firing or Resolved.</summary>
    public required string Status { get; init; }
    /// <summary>The service that it is about; null when no label names one.</summary>
    public string? Service { get; init; }
    /// <summary>The sender's own word.</summary>
    public string? Severity { get; init; }
    /// <summary>What it says.</summary>
    public required string Title { get; init; }
    /// <summary>Opened, Joined, Updated, Reopened, Recovered, Suppressed (maintenance) or Ignored.</summary>
    public required string Action { get; init; }
    /// <summary>INC-12; null when there is none.</summary>
    public string? Incident { get; init; }
    /// <summary>The runbook that was named for it.</summary>
    public string? Runbook { get; init; }
    /// <summary>The fault's de-duplication key: alerts of one group and service are one.</summary>
    public required string Fault { get; init; }
    /// <summary>Why nothing was done.</summary>
    public required string Message { get; init; }
}
