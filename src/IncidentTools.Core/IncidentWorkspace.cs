namespace IncidentTools;

/// <summary>The workspace in use.</summary>
/// <param name="Path">Its folder.</param>
/// <param name="FoundBy">parameter, variable, parent or shipped.</param>
/// <param name="Trusted">False for one found by searching upward that nobody has trusted yet: it runs no script and no action.</param>
/// <param name="Policy">Name of its policy.</param>
/// <param name="Services">Number of services.</param>
/// <param name="People">Number of people.</param>
public sealed record IncidentWorkspace(string Path, string FoundBy, bool Trusted, string Policy, int Services, int People);

/// <summary>One finding in a file.</summary>
/// <param name="Id">Stable: IT1004, IT2001 …</param>
/// <param name="Severity">Error, Warning or Information.</param>
/// <param name="File">Path of the file.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="Path">Where in the structure: severity.matrix.impact1.</param>
/// <param name="Message">What is wrong and what was expected.</param>
/// <param name="Fix">What to do; null when the message says all.</param>
public sealed record IncidentFinding(string Id, string Severity, string File, int Line, int Column, string Path, string Message, string? Fix);

/// <summary>The result of checking a workspace.</summary>
/// <param name="Workspace">Its folder.</param>
/// <param name="Valid">No finding is an error.</param>
/// <param name="Findings">Everything found.</param>
public sealed record WorkspaceVerification(string Workspace, bool Valid, IReadOnlyList<IncidentFinding> Findings);

/// <summary>A service of the catalogue.</summary>
/// <param name="Id">How commands name it.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Critical">Whether its outage alone is extensive impact.</param>
/// <param name="Owner">A team or person.</param>
/// <param name="Url">Where it answers.</param>
/// <param name="Runbook">Runbooks that fit it, best first.</param>
/// <param name="EscalationPolicy">Who is called.</param>
public sealed record IncidentServiceInfo(string Id, string Name, bool Critical, string? Owner, string? Url, IReadOnlyList<string> Runbook, string? EscalationPolicy)
{
    /// <summary>The id, under the parameter's name.</summary>
    public string Service => Id;
    /// <summary>The id.</summary>
    public override string ToString() => Id;
}
