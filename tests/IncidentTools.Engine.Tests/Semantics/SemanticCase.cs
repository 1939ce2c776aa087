using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Foundation.Yaml;

namespace IncidentTools.Engine.Tests.Semantics;

/// <summary>One row of the table: a small runbook, what its effects do, what people do, and what must come of it. README.md beside the cases explains the words.</summary>
internal sealed partial class SemanticCase
{
    private const string Head = "schema: incidenttools/runbook/v1\nid: {0}\nversion: {1}\ntitle: {0}\nowner: team\n";
    private static readonly string[] Known =
    [
        "name", "runbook", "runbooks", "changed", "effects", "checks", "undo", "least", "parameters", "sole", "patience", "everywhere", "moves",
        "findings", "state", "reason", "exit", "message", "order", "did", "steps", "journal", "exactly", "never", "values", "errors", "outputs", "says", "rows",
    ];

    private readonly YamlMap _map;

    private SemanticCase(string file, YamlMap map)
    {
        (File, _map, Name) = (file, map, ((YamlScalar)map["name"]!).Text);
        var unknown = map.Members.Select(member => member.Key).FirstOrDefault(key => !Known.Contains(key.Text));
        if (unknown is not null) throw new InvalidDataException($"{file}:{unknown.Span.Line}: '{unknown.Text}' is no key of a case");
    }

    public string File { get; }
    public string Name { get; }
    public int Line => _map.Span.Line;
    public string Place => $"tests/IncidentTools.Engine.Tests/Semantics/Cases/{File}:{Line}";

    public string? Text(string key) => (_map[key] as YamlScalar)?.Text;
    public bool Has(string key) => _map[key] is not null;
    public IReadOnlyList<string> List(string key) => Texts(_map[key]);
    public IReadOnlyDictionary<string, string[]> Map(string key) => (_map[key] as YamlMap)?.Members.ToDictionary(member => member.Key.Text, member => Texts(member.Value)) ?? [];
    public IReadOnlyDictionary<string, object?> Plain(string key) => Plain(_map[key]) as IReadOnlyDictionary<string, object?> ?? new Dictionary<string, object?>();
    public string Runbook => Whole("book", "1.0.0", Text("runbook")!);
    /// <summary>Later texts of the runbook, each with a version of its own.</summary>
    public string Changed(int number) => Whole("book", $"1.{number}.0", List("changed")[number - 1]);
    public IEnumerable<(string Id, string Text)> Others => Map("runbooks").Select(pair => (pair.Key, Whole(pair.Key, "1.0.0", pair.Value[0])));

    /// <summary>Every case of every file.</summary>
    public static IReadOnlyList<SemanticCase> All { get; } = Read();

    private static List<SemanticCase> Read()
    {
        var cases = new List<SemanticCase>();
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith("semantics/", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            var (file, bag) = (resource["semantics/".Length..], new DiagnosticBag());
            if (YamlTree.Parse(reader.ReadToEnd(), file, bag) is not YamlList list || bag.HasErrors) throw new InvalidDataException($"{file}: {string.Join("; ", bag.Items)}");
            cases.AddRange(list.Items.OfType<YamlMap>().SelectMany(Rows).Select(item => new SemanticCase(file, item)));
        }
        return cases;
    }

    /// <summary>A case with <c>rows</c> is one for each: <c>&lt;name&gt;</c> in its texts is the row's value, a list where it stands alone.</summary>
    private static IEnumerable<YamlMap> Rows(YamlMap of) => of["rows"] is not YamlList rows ? [of]
        : rows.Items.OfType<YamlMap>().Select(row => (YamlMap)Filled(of with { Members = [.. of.Members.Where(member => member.Key.Text != "rows").Select(member => member.Key.Text == "name" ? Named(member, row) : member)], Span = row.Span }, row));

    private static YamlMember Named(YamlMember name, YamlMap row) =>
        name with { Value = ((YamlScalar)name.Value) with { Text = $"{((YamlScalar)name.Value).Text} ({string.Join(", ", row.Members.Where(member => member.Value is YamlScalar { Text.Length: > 0 }).Select(member => $"{member.Key.Text} {((YamlScalar)member.Value).Text}"))})" } };

    private static YamlNode Filled(YamlNode node, YamlMap row) => node switch
    {
        YamlScalar scalar when row.Members.FirstOrDefault(member => scalar.Text == $"<{member.Key.Text}>") is { } whole => whole.Value,
        YamlScalar scalar => scalar with { Text = row.Members.Aggregate(scalar.Text, (text, member) => member.Value is YamlScalar value ? text.Replace($"<{member.Key.Text}>", value.Text, StringComparison.Ordinal) : text) },
        YamlList list => list with { Items = [.. list.Items.Select(item => Filled(item, row))] },
        YamlMap map => map with { Members = [.. map.Members.Select(member => new YamlMember(member.Key, Filled(member.Value, row)))] },
        _ => node,
    };

    /// <summary>What a case leaves out because it is the same everywhere: the head, unless it has one, and the phase of each step (written <c>id: x, uses: y</c>).</summary>
    private static string Whole(string id, string version, string text) =>
        string.Format(CultureInfo.InvariantCulture, text.StartsWith("schema:", StringComparison.Ordinal) ? "" : Head, id, version) + StepHead().Replace(text, "$1$2phase: resolve$2$3");

    [GeneratedRegex(@"(id: [a-z][a-z0-9_]*)(,\s*|\n +)(uses:)")] private static partial Regex StepHead();

    private static string[] Texts(YamlNode? node) => node switch
    {
        YamlScalar scalar => [scalar.Text],
        YamlList list => [.. list.Items.Select(item => item is YamlScalar scalar ? scalar.Text : throw new InvalidDataException($"line {item.Span.Line}: a text is expected"))],
        _ => [],
    };

    public static object? Plain(YamlNode? node) => node switch
    {
        YamlScalar { IsNull: true } or null => null,
        YamlScalar { IsQuoted: true } scalar => scalar.Text,
        YamlScalar scalar => Scalar(scalar.Text),
        YamlList list => list.Items.Select(Plain).ToList(),
        YamlMap map => map.Members.ToDictionary(member => member.Key.Text, member => Plain(member.Value)),
        _ => null,
    };

    /// <summary>A number, true or false; else text.</summary>
    public static object? Scalar(string text) =>
        long.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : text is "true" or "false" ? text == "true" : text == "null" ? null : text;

    public static TimeSpan Time(string text) => Duration.TryParse(text, out var time) ? time : throw new InvalidDataException($"'{text}' is no duration");
}
