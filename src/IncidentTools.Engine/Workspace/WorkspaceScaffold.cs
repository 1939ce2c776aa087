namespace IncidentTools.Engine.Workspace;

/// <summary>A new workspace from the shipped one: the examples become the files to edit.</summary>
public static class WorkspaceScaffold
{
    private static readonly (string From, string To)[] Files =
    [
        ("incidenttools.yaml", "incidenttools.yaml"), ("policy.yaml", "policy.yaml"), ("services.example.yaml", "services.yaml"), ("contacts.example.yaml", "contacts.yaml"),
        ("schemas/policy.schema.json", "schemas/policy.schema.json"), ("schemas/services.schema.json", "schemas/services.schema.json"), ("schemas/contacts.schema.json", "schemas/contacts.schema.json"),
        ("schemas/runbook.schema.json", "schemas/runbook.schema.json"), ("schemas/rehearsal.schema.json", "schemas/rehearsal.schema.json"),
        ("schemas/checklist.schema.json", "schemas/checklist.schema.json"), ("schemas/clocks.schema.json", "schemas/clocks.schema.json"),
    ];
    private static readonly string[] Folders = ["runbooks", "templates"];

    /// <summary>Writes the files; refuses before the first when one of them is there.</summary>
    /// <exception cref="IncidentToolsException">WorkspaceExists, WorkspaceNotWritable.</exception>
    public static void Write(string shipped, string folder)
    {
        foreach (var (_, to) in Files)
            if (File.Exists(Path.Combine(folder, to))) throw Errors.WorkspaceExists(Path.Combine(folder, to));
        try
        {
            foreach (var name in Folders) Directory.CreateDirectory(Path.Combine(folder, name));
            foreach (var (from, to) in Files)
            {
                var target = Path.Combine(folder, to);
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.WriteAllText(target, File.ReadAllText(Path.Combine(shipped, from)).Replace("name: Shipped defaults", $"name: {Path.GetFileName(folder.TrimEnd('/', '\\')).Replace(':', ' ').Trim()}", StringComparison.Ordinal));
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { throw Errors.WorkspaceNotWritable(folder, error); }
    }
}
