using System.Text;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Foundation.Yaml;
using IncidentTools.Engine.Journal;
using IncidentTools.Engine.Runbooks;
using IncidentTools.Engine.Tests.Foundation;
using NJsonSchema;

namespace IncidentTools.Engine.Tests.Runbooks;

/// <summary>The schema for editors and the loader say the same.</summary>
public class RunbookSchemaTests
{
    [Fact]
    public void The_schema_in_the_folder_is_the_one_the_loader_uses()
    {
        var shipped = Path.Combine(RepoRoot.Require(), "runbooks");
        using var engine = new IncidentEngine(new EngineOptions { Store = "", Location = shipped, ShippedWorkspace = shipped, Actor = new Actor("test", "os", "os") });
        var current = SchemaWriter.Write(RunbookShapes.Schema, new RunbookShapes(engine.Uses).Document, templates: true);
        var file = Path.Combine(shipped, "schemas", "runbook.schema.json");
        if (Environment.GetEnvironmentVariable("UPDATE_SCHEMAS") == "1") File.WriteAllText(file, current);
        Assert.Equal(current, File.ReadAllText(file).ReplaceLineEndings("\n"));
    }

    /// <summary>Every value of two samples with every kind of step, replaced by a text, an expression, a broken expression's place, a map; every key left out; keys too many.</summary>
    [Theory]
    [InlineData("good/every-kind.yaml", "%% no such", 700)]
    [InlineData("good/every-kind.yaml", "${{ $now }}", 700)]
    [InlineData("good/every-kind.yaml", "at ${{ $now }}", 700)]
    [InlineData("good/every-kind.yaml", "$${{ x", 700)]
    [InlineData("good/twelve-steps.yaml", "%% no such", 300)]
    public async Task Schema_and_loader_agree_on_mutated_runbooks(string name, string text, int least)
    {
        var form = new RunbookShapes(Books.Uses).Document;
        var schema = await JsonSchema.FromJsonAsync(SchemaMutation.WithoutConditions(SchemaWriter.Write(RunbookShapes.Schema, form, templates: true)), TestContext.Current.CancellationToken);
        var bag = new DiagnosticBag();
        var root = YamlTree.Parse(Books.Sample(name), name, bag, out _)!;
        Assert.Empty(schema.Validate(SchemaMutation.Json(root)));
        var mutants = SchemaMutation.Mutants(root, text).ToList();
        Assert.True(mutants.Count > least, $"{mutants.Count}");
        foreach (var mutant in mutants)
        {
            var found = new DiagnosticBag();
            new ShapeReader(found, new RunbookTemplates(found, null, new ScalarPlaces(""))).Read(mutant, form);
            var json = SchemaMutation.Json(mutant);
            var errors = schema.Validate(json);
            Assert.True(found.HasErrors == (errors.Count > 0), $"{json}\nloader: {string.Join("; ", found.Items)}\nschema: {string.Join("; ", errors)}");
        }
    }

    [Fact]
    public void Each_use_has_its_arguments_in_the_schema()
    {
        var schema = System.Text.Json.Nodes.JsonNode.Parse(SchemaWriter.Write(RunbookShapes.Schema, new RunbookShapes(Books.Uses).Document, templates: true))!;
        Assert.All(Books.Uses.All, use => Assert.NotNull(schema["$defs"]![use.Name]!["properties"]));
    }
}
