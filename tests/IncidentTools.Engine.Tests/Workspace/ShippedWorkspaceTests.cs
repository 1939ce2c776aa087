using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Foundation.Yaml;
using IncidentTools.Engine.Tests.Foundation;
using IncidentTools.Engine.Workspace;
using NJsonSchema;

namespace IncidentTools.Engine.Tests.Workspace;

/// <summary>What ships loads, and its schemas say the same as the loader.</summary>
public class ShippedWorkspaceTests
{
    private static string Shipped => Path.Combine(RepoRoot.Require(), "runbooks");
    private static WorkspaceLocation Location => new(Shipped, "shipped", true);

    [Fact]
    public void It_has_no_finding()
    {
        var (workspace, findings) = WorkspaceLoader.Inspect(Location);
        Assert.Empty(findings);
        Assert.Equal(("P0", "P4", "P2"), (workspace!.Policy.Matrix["1,1"], workspace.Policy.Matrix["3,3"], workspace.Policy.Matrix["1,3"]));
        Assert.Equal(13, workspace.Policy.Floors.Count);
        Assert.Equal(new Target(TimeSpan.Zero, true, 5), workspace.Policy.Targets["P1"].Review);
        Assert.True(workspace.Policy.Approval.ByImpact["high"].NotRequester);
    }

    [Theory]
    [InlineData("services")]
    [InlineData("contacts")]
    public void Its_examples_have_no_finding(string name)
    {
        using var folder = new TempFolder();
        foreach (var file in new[] { "incidenttools.yaml", "policy.yaml" }) File.Copy(Path.Combine(Shipped, file), Path.Combine(folder.Path, file));
        foreach (var file in new[] { "services", "contacts" }) File.Copy(Path.Combine(Shipped, file + ".example.yaml"), Path.Combine(folder.Path, file + ".yaml"));
        var (workspace, findings) = WorkspaceLoader.Inspect(new WorkspaceLocation(folder.Path, "parameter", true));
        Assert.Empty(findings);
        Assert.NotEmpty(name == "services" ? workspace!.Services.Keys : workspace!.Contacts.People.Keys);
    }

    [Theory]
    [InlineData("policy")]
    [InlineData("services")]
    [InlineData("contacts")]
    [InlineData("checklist")]
    [InlineData("clocks")]
    public void The_schema_in_the_folder_is_the_one_the_loader_uses(string name)
    {
        var file = Path.Combine(Shipped, "schemas", name + ".schema.json");
        var current = SchemaWriter.Write($"incidenttools/{name}/v1", WorkspaceLoader.Files[name]);
        if (Environment.GetEnvironmentVariable("UPDATE_SCHEMAS") == "1") File.WriteAllText(file, current);
        Assert.Equal(current, File.ReadAllText(file).ReplaceLineEndings("\n"));
    }

    /// <summary>Each mutation of a shipped file: a key gone, a value of another type, an unknown key. Schema and loader agree on whether it is valid.</summary>
    [Theory]
    [InlineData("policy", "policy.yaml")]
    [InlineData("services", "services.example.yaml")]
    [InlineData("contacts", "contacts.example.yaml")]
    [InlineData("checklist", "checklist.yaml")]
    [InlineData("clocks", "clocks.yaml")]
    public async Task Schema_and_loader_agree_on_mutated_files(string name, string file)
    {
        var schema = await JsonSchema.FromJsonAsync(SchemaWriter.Write($"incidenttools/{name}/v1", WorkspaceLoader.Files[name]), TestContext.Current.CancellationToken);
        var bag = new DiagnosticBag();
        var root = YamlTree.Load(Path.Combine(Shipped, file), bag)!;
        var mutants = SchemaMutation.Mutants(root).Prepend(root).ToList();
        Assert.True(mutants.Count > 30);
        foreach (var mutant in mutants)
        {
            var found = new DiagnosticBag();
            new ShapeReader(found).Read(mutant, WorkspaceLoader.Files[name]);
            var errors = schema.Validate(SchemaMutation.Json(mutant));
            Assert.True(found.HasErrors == (errors.Count > 0), $"{SchemaMutation.Json(mutant)}\nloader: {string.Join("; ", found.Items)}\nschema: {string.Join("; ", errors)}");
        }
    }
}
