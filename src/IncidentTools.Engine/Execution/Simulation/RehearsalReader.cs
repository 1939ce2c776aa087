using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Foundation.Yaml;
using IncidentTools.Engine.Runbooks;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Execution.Simulation;

/// <summary>A file of cases, or everything that is wrong with it. Names are checked against the runbook once that is known.</summary>
internal static class RehearsalReader
{
    private static readonly DateTimeOffset Start = new(2026, 1, 5, 9, 0, 0, TimeSpan.Zero);

    public static (Rehearsal? Rehearsal, ScalarPlaces? Places) Read(string path, DiagnosticBag bag)
    {
        if (YamlTree.ReadFile(path, bag) is not { } bytes || YamlTree.Parse(bytes, path, bag, out var text) is not { } tree) return default;
        if (new ShapeReader(bag).Read(tree, SimulationShapes.Document) is not PlainMap map || bag.HasErrors) return default;
        var cases = map.List("cases").OfType<PlainMap>().Select(item => Case(map, item)).ToArray();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in cases)
        {
            if (!seen.Add(item.Name)) bag.Error("IT3031", item.Span, "cases", $"the case '{item.Name}' stands twice", "Give it a name of its own.");
            if (item.Expect.Count == 0) bag.Error("IT2031", item.Expect.Span, "cases.expect", $"the case '{item.Name}' expects nothing, so it could not fail", "Add run, path, states, outputs, conditions or messages.");
        }
        return (bag.HasErrors ? null : new Rehearsal(path, map.TextOrNull("runbook"), cases), new ScalarPlaces(text));
    }

    private static RehearsalCase Case(PlainMap all, PlainMap own)
    {
        object? Setting(string key) => own.IsWritten(key) ? own.Get(key) : all.Get(key);
        var service = Setting("service");
        return new RehearsalCase(own.Text("name"), own.At("name"), own.Map("expect"))
        {
            Parameters = Merged(all.Map("parameters"), own.Map("parameters")), Service = service as string ?? (service as PlainMap)?.TextOrNull("id"), Own = service is PlainMap record ? Service(record) : null,
            Incident = Incident(Setting("incident") as PlainMap), At = Setting("at") as DateTimeOffset? ?? Start, Mocks = Lists(all.Map("mocks"), own.Map("mocks")), Answers = Lists(all.Map("answers"), own.Map("answers")),
        };
    }

    private static ServiceDefinition Service(PlainMap record) => new()
    {
        Id = record.Text("id"), Name = record.Text("name"), Critical = record.Flag("critical"), Url = record.TextOrNull("url"), Unit = record.TextOrNull("unit"), Runbooks = record.Texts("runbooks"),
        Record = new Dictionary<string, object?>(record, StringComparer.OrdinalIgnoreCase),
    };

    private static Dictionary<string, object?>? Incident(PlainMap? written)
    {
        if (written is null) return null;
        var incident = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase) { ["id"] = "INC-1", ["services"] = new List<object?>(), ["roles"] = new Dictionary<string, object?>() };
        foreach (var (key, value) in written) incident[key] = value;
        return incident;
    }

    private static Dictionary<string, object?> Merged(PlainMap all, PlainMap own)
    {
        var merged = new Dictionary<string, object?>(all, StringComparer.Ordinal);
        foreach (var (key, value) in own) merged[key] = value;
        return merged;
    }

    private static Dictionary<string, PlainList> Lists(PlainMap all, PlainMap own) => Merged(all, own).Where(pair => pair.Value is PlainList).ToDictionary(pair => pair.Key, pair => (PlainList)pair.Value!, StringComparer.Ordinal);
}
