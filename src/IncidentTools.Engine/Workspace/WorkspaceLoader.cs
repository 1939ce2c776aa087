using System.Security.Cryptography;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Foundation.Yaml;

namespace IncidentTools.Engine.Workspace;

/// <summary>Reads a workspace folder: every file, every finding, and what could be bound.</summary>
public static class WorkspaceLoader
{
    public const string Marker = "incidenttools.yaml";

    private static readonly ObjectShape MarkerShape = new(Marker,
        Shapes.Required("schema", Shapes.OneOf("incidenttools/workspace/v1"), "the format"),
        Shapes.Optional("name", Shapes.Text, "name of the workspace"));

    /// <summary>The shapes of all workspace files, for the JSON Schemas.</summary>
    public static IReadOnlyDictionary<string, ObjectShape> Files { get; } = new Dictionary<string, ObjectShape>(StringComparer.Ordinal)
    {
        ["policy"] = PolicyFile.Shape, ["services"] = ServicesFile.Shape, ["contacts"] = ContactsFile.Shape, ["checklist"] = ChecklistFile.Shape, ["clocks"] = ClocksFile.Shape,
    };

    /// <summary>Loads the workspace; throws when it has errors.</summary>
    /// <exception cref="IncidentToolsException">WorkspaceNotFound, WorkspaceInvalid (the first finding and how many there are).</exception>
    public static LoadedWorkspace Load(WorkspaceLocation location)
    {
        var (workspace, findings) = Inspect(location);
        return workspace ?? throw Errors.WorkspaceInvalid(location.Path, findings.First(item => item.Severity == DiagnosticSeverity.Error).ToString(), findings.Count(item => item.Severity == DiagnosticSeverity.Error));
    }

    /// <summary>All findings; the workspace when none is an error.</summary>
    /// <param name="today">For what must be reviewed from time to time; null = dates are not looked at.</param>
    public static (LoadedWorkspace? Workspace, IReadOnlyList<Diagnostic> Findings) Inspect(WorkspaceLocation location, DateOnly? today = null)
    {
        var bag = new DiagnosticBag();
        Read(location.Path, Marker, MarkerShape, bag, required: true);
        var (policy, policyHash, policyTree) = Read(location.Path, "policy.yaml", PolicyFile.Shape, bag, required: true);
        var (services, _, _) = Read(location.Path, "services.yaml", ServicesFile.Shape, bag, required: false);
        var (contacts, contactsHash, _) = Read(location.Path, "contacts.yaml", ContactsFile.Shape, bag, required: false);
        var (checklist, _, _) = Read(location.Path, "checklist.yaml", ChecklistFile.Shape, bag, required: false);
        var (clocks, _, _) = Read(location.Path, "clocks.yaml", ClocksFile.Shape, bag, required: false);
        var channels = policyTree is null ? null : PolicyFile.Channels(policyTree, bag);
        if (policy is not null) PolicyFile.Check(policy, bag);
        if (policy is not null && channels is not null) PolicyFile.CheckChannels(policy, channels, location.Path, bag);
        if (contacts is not null) ContactsFile.Check(contacts, policy, bag);
        if (checklist is not null) ChecklistFile.Check(checklist, policy, bag);
        if (clocks is not null) ClocksFile.Check(clocks, policy, today, bag);
        if (services is not null) ServicesFile.Check(services, contacts, policy, bag);
        if (bag.HasErrors) return (null, bag.Items);
        return (new LoadedWorkspace(
            location.Path, location.FoundBy, location.Trusted, PolicyFile.Bind(policy!, policyHash, channels!),
            services is null ? new Dictionary<string, ServiceDefinition>() : ServicesFile.Bind(services),
            contacts is null ? new ContactList(new Dictionary<string, Person>(), new Dictionary<string, Team>(), new Dictionary<string, EscalationPolicyDefinition>(), "") : ContactsFile.Bind(contacts, contactsHash),
            bag.Items) { Checklist = checklist is null ? null : ChecklistFile.Bind(checklist), Clocks = clocks is null ? null : ClocksFile.Bind(clocks) }, bag.Items);
    }

    private static (PlainMap? Data, string Hash, YamlNode? Tree) Read(string folder, string name, ObjectShape shape, DiagnosticBag bag, bool required)
    {
        var file = Path.Combine(folder, name);
        if (!required && !File.Exists(file)) return (null, "", null);
        var tree = YamlTree.Load(file, bag, out var bytes);
        if (tree is null) return (null, "", null);
        var hash = Convert.ToHexString(SHA256.HashData(bytes)).ToLowerInvariant();
        var before = bag.Items.Count(item => item.Severity == DiagnosticSeverity.Error);
        var data = new ShapeReader(bag).Read(tree, shape) as PlainMap;
        return (bag.Items.Count(item => item.Severity == DiagnosticSeverity.Error) == before ? data : null, hash, tree);
    }
}
