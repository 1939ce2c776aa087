using System.Text;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Foundation.Yaml;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Tests.Foundation;

/// <summary>Each kind of error a file can have: its code, its place and its hint.</summary>
public class YamlTests
{
    private static readonly ObjectShape Form = new("the form",
        Required("id", Slug, "an id"),
        Optional("delay", Shapes.Duration with { Min = 1, Max = 3600 }, "a delay", TimeSpan.FromSeconds(5)),
        Optional("count", Int with { Min = 0, Max = 10 }, "a count"),
        Optional("ratio", Shapes.Number, "a ratio"),
        Optional("flag", Bool, "a flag"),
        Optional("level", OneOf("low", "medium", "high"), "a level"),
        Optional("version", Shapes.Version, "a version"),
        Optional("at", Shapes.DateTime, "a time"),
        Optional("zone", new ScalarShape(ScalarKind.TimeZone), "a zone"),
        Optional("pattern", Shapes.Regex, "a pattern"),
        Optional("by", ListOf(Slug, allowSingle: true), "people"),
        Optional("with", new MapShape(new AnyShape()), "arguments"));

    private static (PlainMap? Value, IReadOnlyList<Diagnostic> Found) Read(string yaml)
    {
        var bag = new DiagnosticBag();
        var tree = YamlTree.Parse(yaml, "f.yaml", bag);
        return (tree is null ? null : new ShapeReader(bag).Read(tree, Form) as PlainMap, bag.Items);
    }

    [Theory]
    [InlineData("", "IT1011", 1, 1, "")]
    [InlineData("# only a comment\n", "IT1011", 1, 1, "")]
    [InlineData("id: [a", "IT1004", 2, 1, "")]
    [InlineData("id: a\n\tcount: 1", "IT1004", 2, 1, "spaces")]
    [InlineData("id: a: b", "IT1004", 1, 6, "single quotes")]
    [InlineData("id: a\nid: b", "IT1005", 2, 1, "Keep one")]
    [InlineData("id: &x a", "IT1006", 1, 5, "Write the value")]
    [InlineData("id: a\nby: *x", "IT1006", 2, 5, "Write the value")]
    [InlineData("id: !!str a", "IT1007", 1, 5, "Remove it")]
    [InlineData("id: a\n---\nid: b", "IT1008", 2, 1, "file of its own")]
    [InlineData("id: a\n? [x]\n: 1", "IT1010", 2, 3, "")]
    [InlineData("id: a\n<<: { count: 1 }", "IT1012", 2, 1, "Write the keys out")]
    [InlineData("- id: a", "IT2002", 1, 1, "")]
    [InlineData("id: a\ndelya: 5s", "IT2001", 2, 1, "Did you mean 'delay'?")]
    [InlineData("count: 1", "IT2003", 1, 1, "Add id")]
    [InlineData("id:", "IT2003", 1, 1, "")]
    [InlineData("id: Shop", "IT2002", 1, 5, "Write 'shop'.")]
    [InlineData("id: a\ndelay: 30", "IT2002", 2, 8, "Add the unit: 30s")]
    [InlineData("id: a\ndelay: 0s", "IT2004", 2, 8, "")]
    [InlineData("id: a\ndelay: 2h", "IT2004", 2, 8, "")]
    [InlineData("id: a\ncount: 11", "IT2004", 2, 8, "")]
    [InlineData("id: a\ncount: 1.5", "IT2002", 2, 8, "without quotes")]
    [InlineData("id: a\ncount: '1'", "IT2002", 2, 8, "without quotes")]
    [InlineData("id: a\nflag: yes", "IT2002", 2, 7, "Write true.")]
    [InlineData("id: a\nflag: off", "IT2002", 2, 7, "Write false.")]
    [InlineData("id: a\nlevel: hihg", "IT2002", 2, 8, "Did you mean 'high'?")]
    [InlineData("id: a\nversion: 1.10", "IT2002", 2, 10, "")]
    [InlineData("id: a\nat: 2026-11-01T09:00:00", "IT2002", 2, 5, "Give the offset")]
    [InlineData("id: a\nzone: Europe/Belrin", "IT2002", 2, 7, "Did you mean 'Europe/Berlin'?")]
    [InlineData("id: a\npattern: '(['", "IT2002", 2, 10, "")]
    [InlineData("id: a\nby: { x: 1 }", "IT2002", 2, 5, "")]
    [InlineData("id: a\nwith: text", "IT2002", 2, 7, "")]
    public void An_error_is_named_placed_and_explained(string yaml, string code, int line, int column, string hint)
    {
        var found = Read(yaml).Found;
        var first = Assert.Single(found, item => item.Code == code);
        Assert.Equal((line, column), (first.Span.Line, first.Span.Column));
        Assert.Contains(hint, first.Fix ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void All_errors_are_reported_at_once()
    {
        var found = Read("id: Bad\ndelay: 3\ncuont: 1\nflag: no\n").Found;
        Assert.Equal([1, 2, 3, 4], found.Select(item => item.Span.Line).Order());
    }

    [Fact]
    public void Values_have_their_types_defaults_and_places()
    {
        var (value, found) = Read("id: a\r\ncount: 007\r\nversion: 1.10.0\r\nat: 2026-11-01T09:00:00+02:00\r\nby: ana\r\nx-note: [1, 2.5, yes, null, 'true']\r\nwith: { n: 1, t: \"1\" }\r\n");
        Assert.Empty(found);
        Assert.Equal(("a", 7L, "1.10.0", TimeSpan.FromSeconds(5)), (value!.Text("id"), value.Get("count"), value.Text("version"), value.Get("delay")));
        Assert.Equal(new DateTimeOffset(2026, 11, 1, 7, 0, 0, TimeSpan.Zero), value.Get("at"));
        Assert.Equal(["ana"], value.Texts("by"));
        Assert.Equal([1L, 2.5, "yes", null, "true"], value.List("x-note"));
        Assert.Equal((1L, "1"), (value.Map("with").Get("n"), value.Map("with").Get("t")));
        Assert.Equal((3, 10), (value.At("version").Line, value.At("version").Column));
        Assert.False(value.IsWritten("delay"));
    }

    [Fact]
    public void Too_deep_and_too_many_are_refused_without_harm()
    {
        Assert.Equal("IT1009", Assert.Single(Read(new string('[', 100) + new string(']', 100)).Found).Code);
        Assert.Equal("IT1009", Assert.Single(Read("[" + string.Join(',', Enumerable.Repeat("1", YamlTree.MaxNodes + 1)) + "]").Found).Code);
    }

    [Fact]
    public void Files_that_are_no_UTF8_text_are_named()
    {
        using var folder = new TempDir();
        Diagnostic Load(string name, byte[]? bytes)
        {
            var path = Path.Combine(folder.Path, name);
            if (bytes is not null) File.WriteAllBytes(path, bytes);
            var bag = new DiagnosticBag();
            Assert.Null(YamlTree.Load(path, bag));
            return Assert.Single(bag.Items);
        }
        Assert.Equal("IT1001", Load("missing.yaml", null).Code);
        Assert.Equal("IT1002", Load("big.yaml", new byte[YamlTree.MaxBytes + 1]).Code);
        Assert.Equal("IT1003", Load("utf16.yaml", Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("id: a")).ToArray()).Code);
        var nul = Load("zero.yaml", Encoding.UTF8.GetBytes("id: a\nby: x\0y"));
        Assert.Equal(("IT1003", 2, 6), (nul.Code, nul.Span.Line, nul.Span.Column));
        var latin = Load("latin1.yaml", [.. Encoding.UTF8.GetBytes("id: a\nby: "), 0xE9, 0x0A]);
        Assert.Equal(("IT1003", 2), (latin.Code, latin.Span.Line));
        var bom = new DiagnosticBag();
        File.WriteAllBytes(Path.Combine(folder.Path, "bom.yaml"), [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes("id: a")]);
        Assert.NotNull(YamlTree.Load(Path.Combine(folder.Path, "bom.yaml"), bom));
        Assert.Empty(bom.Items);
        var directory = new DiagnosticBag();
        Assert.Null(YamlTree.Load(folder.Path, directory));
        Assert.Contains("folder", directory.Items[0].Message, StringComparison.Ordinal);
    }

    private sealed class TempDir : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("incidenttools-").FullName;
        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
