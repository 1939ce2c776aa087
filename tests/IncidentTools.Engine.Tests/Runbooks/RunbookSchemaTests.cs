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
        var current = SchemaWriter.Write(RunbookShapes.Schema, new RunbookShapes(Shipped().Uses).Document, templates: true);
        var file = Path.Combine(RepoRoot.Require(), "runbooks", "schemas", "runbook.schema.json");
        if (Environment.GetEnvironmentVariable("UPDATE_SCHEMAS") == "1") File.WriteAllText(file, current);
        Assert.Equal(current, File.ReadAllText(file).ReplaceLineEndings("\n"));
    }

    /// <summary>The catalogue of the samples is small and their own; one sample keeps to the probes and actions that ship.</summary>
    [Fact]
    public void A_sample_is_valid_for_the_probes_and_actions_that_ship()
    {
        var (book, findings) = new RunbookLoader(Shipped().Uses, new PlainExpressions()).Inspect("f.yaml", Books.Sample("good/twelve-steps.yaml"));
        Assert.Empty(findings);
        Assert.Equal(12, book!.Steps.Count);
    }

    private static IncidentEngine Shipped() => new(new EngineOptions { Store = "", Location = ".", ShippedWorkspace = ".", Actor = new Actor("test", "os", "os") });

    /// <summary>Every value of a sample with every kind of step, replaced by a text, an expression, a text with one, a literal; made a map; every key left out; keys too many.</summary>
    [Theory]
    [InlineData("%% no such")]
    [InlineData("${{ $now }}")]
    [InlineData("$${{ x")]
    public async Task Schema_and_loader_agree_on_mutated_runbooks(string text)
    {
        var form = new RunbookShapes(Books.Uses).Document;
        var schema = await JsonSchema.FromJsonAsync(SchemaMutation.WithoutConditions(SchemaWriter.Write(RunbookShapes.Schema, form, templates: true)), TestContext.Current.CancellationToken);
        var root = (YamlMap)YamlTree.Parse(Books.Sample("good/every-kind.yaml"), "every-kind.yaml", new DiagnosticBag(), out _)!;
        Assert.Empty(schema.Validate(SchemaMutation.Json(root)));
        var count = 0;
        foreach (var mutant in Mutants(root, text))
        {
            count++;
            var found = new DiagnosticBag();
            new ShapeReader(found, new RunbookTemplates(found, null, new ScalarPlaces(""))).Read(mutant, form);
            var json = SchemaMutation.Json(mutant);
            var errors = schema.Validate(json);
            Assert.True(found.HasErrors == (errors.Count > 0), $"{json}\nloader: {string.Join("; ", found.Items)}\nschema: {string.Join("; ", errors)}");
        }
        Assert.True(count > 900, $"{count} mutants");
    }

    // the head by itself, then each step under a short head: a file of one step at a time
    private static IEnumerable<YamlNode> Mutants(YamlMap root, string text)
    {
        var all = ((YamlList)root["steps"]!).Items.Concat(((YamlList)root["handlers"]!).Items).ToArray();
        YamlMap With(YamlMap head, YamlNode step) => head with { Members = [.. head.Members.Where(member => member.Key.Text is not ("steps" or "handlers")), Member("steps", new YamlList([step], head.Span))] };
        var shortHead = root with { Members = [.. root.Members.Take(4)] };
        return SchemaMutation.Mutants(With(root, all[^1]), text).Concat(all.SelectMany(step => SchemaMutation.Mutants(step, text).Select(mutant => With(shortHead, mutant))));
    }

    private static YamlMember Member(string key, YamlNode value) => new(new YamlScalar(key, false, value.Span), value);

    [Fact]
    public void Each_use_has_its_arguments_in_the_schema()
    {
        var schema = System.Text.Json.Nodes.JsonNode.Parse(SchemaWriter.Write(RunbookShapes.Schema, new RunbookShapes(Books.Uses).Document, templates: true))!;
        Assert.All(Books.Uses.All, use => Assert.NotNull(schema["$defs"]![use.Name]!["properties"]));
    }
}
