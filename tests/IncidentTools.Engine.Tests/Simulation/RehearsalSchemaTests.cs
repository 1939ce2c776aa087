using IncidentTools.Engine.Execution.Simulation;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Foundation.Yaml;
using IncidentTools.Engine.Tests.Foundation;
using NJsonSchema;

namespace IncidentTools.Engine.Tests.Simulation;

/// <summary>The schema of rehearsals for editors and their reader say the same.</summary>
public sealed class RehearsalSchemaTests
{
    private static string Current => SchemaWriter.Write(SimulationShapes.Schema, SimulationShapes.Document);

    private const string EveryKey = """
        schema: incidenttools/rehearsal/v1
        runbook: book
        service: shop
        incident: { id: INC-3, severity: P1 }
        at: 2026-11-01T03:00:00Z
        cases:
          - name: one
            parameters: { window: 30m }
            service: { id: shop, name: The shop, url: 'https://shop.example.com', x-team: web }
            mocks: { a: [Pass, { result: Fail, value: { status: 503 }, error: BadStatus, message: bad, output: text, observations: { a: 1 }, took: 3s }], b.check: Done }
            answers: { c: { answer: Approve, note: good, by: [ana], expires: false }, d: 'yes', e: [{ values: { n: 1 } }] }
            expect: { run: Succeeded, path: [a, 'b#2', ...], states: { a: Failed }, outputs: { cause: dns }, conditions: ['1 -eq 1'], messages: 2 }
        """;

    [Fact]
    public void The_schema_in_the_folder_is_the_one_the_reader_uses()
    {
        var file = Path.Combine(RepoRoot.Require(), "runbooks", "schemas", "rehearsal.schema.json");
        if (Environment.GetEnvironmentVariable("UPDATE_SCHEMAS") == "1") File.WriteAllText(file, Current);
        Assert.Equal(Current, File.ReadAllText(file).ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task Schema_and_reader_agree_on_every_mutation()
    {
        var schema = await JsonSchema.FromJsonAsync(SchemaMutation.WithoutConditions(Current), TestContext.Current.CancellationToken);
        var bag = new DiagnosticBag();
        var root = YamlTree.Parse(EveryKey, "f.yaml", bag)!;
        Assert.Empty(bag.Items);
        var mutants = SchemaMutation.Mutants(root).Prepend(root).ToList();
        Assert.True(mutants.Count > 120, $"{mutants.Count}");
        foreach (var mutant in mutants)
        {
            var found = new DiagnosticBag();
            new ShapeReader(found).Read(mutant, SimulationShapes.Document);
            var errors = schema.Validate(SchemaMutation.Json(mutant));
            Assert.True(found.HasErrors == (errors.Count > 0), $"{SchemaMutation.Json(mutant)}\nreader: {string.Join("; ", found.Items)}\nschema: {string.Join("; ", errors)}");
        }
    }

    [Fact]
    public async Task The_rehearsal_that_ships_is_valid_by_its_schema()
    {
        var schema = await JsonSchema.FromJsonAsync(SchemaMutation.WithoutConditions(Current), TestContext.Current.CancellationToken);
        var bag = new DiagnosticBag();
        var root = YamlTree.Load(Path.Combine(RepoRoot.Require(), "runbooks", "rehearsals", "service-outage.yaml"), bag)!;
        Assert.Empty(bag.Items);
        Assert.Empty(schema.Validate(SchemaMutation.Json(root)));
    }
}
