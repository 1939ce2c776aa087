using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Runbooks;

/// <summary>What runbooks may name that stands in the workspace.</summary>
public sealed class RunbookNames(LoadedWorkspace workspace, string shippedTemplates)
{
    /// <summary>People and teams.</summary>
    public IReadOnlyCollection<string> Owners { get; } = [.. workspace.Contacts.People.Keys, .. workspace.Contacts.Teams.Keys];
    /// <summary>Roles and people.</summary>
    public IReadOnlyCollection<string> Approvers { get; } = [.. workspace.Policy.Roles.Select(role => role.Id), .. workspace.Contacts.People.Keys];
    /// <summary>Roles, people and teams.</summary>
    public IReadOnlyCollection<string> Receivers { get; } = [.. workspace.Policy.Roles.Select(role => role.Id), .. workspace.Contacts.People.Keys, .. workspace.Contacts.Teams.Keys];
    public IReadOnlyCollection<string> Services { get; } = [.. workspace.Services.Keys];
    public IReadOnlyCollection<string> Audiences { get; } = [.. workspace.Policy.Audiences.Keys];
    public IReadOnlyCollection<string> Templates => _templates ??=
        [.. new[] { workspace.TemplateFolder, shippedTemplates }.Where(Directory.Exists).SelectMany(folder => Directory.GetFiles(folder, "*.md")).Select(file => Path.GetFileNameWithoutExtension(file)!).Distinct(StringComparer.Ordinal)];
    private IReadOnlyCollection<string>? _templates;

    /// <summary>Whether a runbook is this workspace's own.</summary>
    public bool Owns(string file) => workspace.FoundBy != "shipped" && Path.GetDirectoryName(Path.GetFullPath(file)) == Path.GetFullPath(workspace.RunbookFolder);
}
