using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Workspace;

/// <summary>A workspace read and checked: what is bound when there were no errors, and every finding otherwise.</summary>
/// <param name="FoundBy">parameter, variable (INCIDENTTOOLS_WORKSPACE), parent (searched upward), shipped.</param>
/// <param name="Trusted">False for one found by searching upward until trusted once, by hash: it runs no script and no action.</param>
public sealed record LoadedWorkspace(
    string Path, string FoundBy, bool Trusted, Policy Policy, IReadOnlyDictionary<string, ServiceDefinition> Services, ContactList Contacts, IReadOnlyList<Diagnostic> Findings)
{
    /// <summary>Its own response checklist; null = the one that ships.</summary>
    public Checklist? Checklist { get; init; }
    /// <summary>Its own statutory clocks; null = those that ship.</summary>
    public ClockTable? Clocks { get; init; }
    public string RunbookFolder => System.IO.Path.Combine(Path, "runbooks");
    public string TemplateFolder => System.IO.Path.Combine(Path, "templates");
}
