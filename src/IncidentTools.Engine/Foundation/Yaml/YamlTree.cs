using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace IncidentTools.Engine.Foundation.Yaml;

/// <summary>
/// Reads one YAML 1.2 document into nodes with their places. What makes files ambiguous or dangerous is refused: duplicate keys, anchors,
/// tags, merge keys, several documents, and anything beyond the limits.
/// </summary>
public sealed class YamlTree
{
    public const int MaxBytes = 1024 * 1024, MaxDepth = 64, MaxNodes = 100_000;
    private readonly string _file, _text;
    private readonly DiagnosticBag _bag;
    private int _nodes;

    private YamlTree(string file, string text, DiagnosticBag bag) => (_file, _text, _bag) = (file, text, bag);

    /// <summary>The file's root node, or null with findings in the bag.</summary>
    public static YamlNode? Load(string file, DiagnosticBag bag) => Load(file, bag, out _);

    /// <summary>As <see cref="Load(string, DiagnosticBag)"/>, with the bytes that were read (what a hash binds to).</summary>
    public static YamlNode? Load(string file, DiagnosticBag bag, out byte[] bytes)
    {
        var read = ReadFile(file, bag);
        bytes = read ?? [];
        return read is null ? null : Parse(read, file, bag, out _);
    }

    /// <summary>The bytes of a file, or null with a finding in the bag.</summary>
    public static byte[]? ReadFile(string file, DiagnosticBag bag)
    {
        var start = Start(file);
        try
        {
            if (Directory.Exists(file)) bag.Error("IT1001", start, "", "this is a folder, not a file");
            else if (!File.Exists(file)) bag.Error("IT1001", start, "", "there is no such file");
            else if (new FileInfo(file).Length > MaxBytes) bag.Error("IT1002", start, "", TooLarge);
            else return File.ReadAllBytes(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { bag.Error("IT1001", start, "", error.Message); }
        return null;
    }

    /// <summary>The root node of a file's bytes and its text, or null with findings in the bag.</summary>
    public static YamlNode? Parse(byte[] bytes, string file, DiagnosticBag bag, out string text)
    {
        text = "";
        if (bytes.Length > MaxBytes) bag.Error("IT1002", Start(file), "", TooLarge);
        else if (Decode(bytes, file, bag) is { } decoded) return Parse(text = decoded, file, bag);
        return null;
    }

    private static string TooLarge { get; } = $"the file is larger than {MaxBytes / 1024} KiB";
    private static SourceSpan Start(string file) => new(file, 1, 1, 1, 1);

    /// <summary>The root node of a text, or null with findings in the bag.</summary>
    public static YamlNode? Parse(string text, string file, DiagnosticBag bag)
    {
        var tree = new YamlTree(file, text, bag);
        var parser = new Parser(new StringReader(text));
        try { return tree.Document(parser); }
        catch (YamlException error)
        {
            var (line, fix) = Explain(error, text);
            bag.Error("IT1004", line is { } tab ? new SourceSpan(file, tab, 1, tab, 1) : tree.Span(error.Start, error.End), "", Sentence(error), fix);
            return null;
        }
        // the parser's own checks of its state: text that it did not foresee
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or IndexOutOfRangeException or OverflowException)
        {
            var at = parser.Current?.End ?? Mark.Empty;
            bag.Error("IT1004", tree.Span(at, at), "", "not valid YAML after this place", "Look for a bracket, brace or quote that is not closed.");
            return null;
        }
        catch (TooMuchException error)
        {
            bag.Error("IT1009", error.Span, "", error.Message);
            return null;
        }
    }

    private static string? Decode(byte[] bytes, string file, DiagnosticBag bag)
    {
        if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
        {
            bag.Error("IT1003", new SourceSpan(file, 1, 1, 1, 1), "", "the file is UTF-16", "Save it as UTF-8.");
            return null;
        }
        try
        {
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes is [0xEF, 0xBB, 0xBF, ..] ? bytes.AsSpan(3) : bytes);
            var nul = text.IndexOf('\0', StringComparison.Ordinal);
            if (nul < 0) return text;
            var before = text.AsSpan(0, nul);
            var line = before.Count('\n') + 1;
            var column = nul - before.LastIndexOf('\n');
            bag.Error("IT1003", new SourceSpan(file, line, column, line, column), "", "the file holds a NUL character: it is not a text file");
        }
        catch (DecoderFallbackException error)
        {
            var line = bytes.AsSpan(0, Math.Max(0, error.Index)).Count((byte)'\n') + 1;
            bag.Error("IT1003", new SourceSpan(file, line, 1, line, 1), "", "the file is not UTF-8", "Save it as UTF-8.");
        }
        return null;
    }

    private YamlNode? Document(Parser parser)
    {
        parser.Consume<StreamStart>();
        if (!parser.TryConsume<DocumentStart>(out _))
        {
            _bag.Error("IT1011", new SourceSpan(_file, 1, 1, 1, 1), "", "the file is empty");
            return null;
        }
        var root = Node(parser, 0);
        parser.Consume<DocumentEnd>();
        if (parser.TryConsume<DocumentStart>(out var second))
        {
            _bag.Error("IT1008", Span(second.Start, second.End), "", "a second document begins here; a file holds one", "Move it to a file of its own.");
            return null;
        }
        if (root is not YamlScalar { IsNull: true }) return root;
        _bag.Error("IT1011", root.Span, "", "the file is empty");
        return null;
    }

    private YamlNode Node(Parser parser, int depth)
    {
        var next = parser.Current!;
        if (depth > MaxDepth) throw new TooMuchException(Span(next.Start, next.End), $"nested deeper than {MaxDepth} levels");
        if (++_nodes > MaxNodes) throw new TooMuchException(Span(next.Start, next.End), $"more than {MaxNodes} values");
        if (parser.TryConsume<AnchorAlias>(out var alias))
        {
            _bag.Error("IT1006", Span(alias.Start, alias.End), "", $"the alias *{alias.Value} is not allowed: it hides what stands here", "Write the value out.");
            return new YamlScalar("", true, Span(alias.Start, alias.End));
        }
        if (next is NodeEvent node) Refuse(node);
        if (parser.TryConsume<Scalar>(out var scalar)) return new YamlScalar(scalar.Value, scalar.Style != ScalarStyle.Plain, scalar.Style is ScalarStyle.Literal or ScalarStyle.Folded ? Block(scalar) : Span(scalar.Start, scalar.End));
        return parser.TryConsume<SequenceStart>(out var list) ? List(parser, list, depth) : Map(parser, parser.Consume<MappingStart>(), depth);
    }

    private YamlList List(Parser parser, SequenceStart start, int depth)
    {
        var items = new List<YamlNode>();
        while (parser.Current is not SequenceEnd) items.Add(Node(parser, depth + 1));
        var end = parser.Consume<SequenceEnd>();
        return new YamlList(items, Span(start.Start, end.End, start.Style == SequenceStyle.Flow || items.Count == 0 ? null : items[^1].Span));
    }

    private YamlMap Map(Parser parser, MappingStart start, int depth)
    {
        var members = new List<YamlMember>();
        var seen = new SeenKeys(members);
        while (parser.Current is not MappingEnd)
        {
            var key = Node(parser, depth + 1);
            var value = Node(parser, depth + 1);
            if (key is not YamlScalar name) _bag.Error("IT1010", key.Span, "", "a key must be a plain word");
            else if (name is { Text: "<<", IsQuoted: false }) _bag.Error("IT1012", key.Span, "", "merge keys are not allowed", "Write the keys out.");
            else if (seen.Find(name.Text) is { } first) _bag.Error("IT1005", name.Span, "", $"the key '{name.Text}' stands twice; first at line {first.Line}", "Keep one of them.");
            else members.Add(new YamlMember(name, value));
        }
        var end = parser.Consume<MappingEnd>();
        return new YamlMap(members, Span(start.Start, end.End, start.Style == MappingStyle.Flow || members.Count == 0 ? null : members[^1].Value.Span));
    }

    private void Refuse(NodeEvent node)
    {
        if (!node.Anchor.IsEmpty) _bag.Error("IT1006", Span(node.Start, node.End), "", $"the anchor &{node.Anchor.Value} is not allowed", "Write the value out where it is used.");
        if (!node.Tag.IsEmpty && node.Tag.Value != "!") _bag.Error("IT1007", Span(node.Start, node.End), "", $"the tag {node.Tag.Value} is not allowed: types come from the format", "Remove it.");
    }

    // the parser notices the end of a block where the next thing begins: its own end is that of its last part
    private SourceSpan Span(Mark start, Mark end, SourceSpan? last) => last is { } part ? new(_file, (int)start.Line, (int)start.Column, part.EndLine, part.EndColumn) : Span(start, end);

    private SourceSpan Block(Scalar scalar)
    {
        var end = (int)Math.Min(scalar.End.Index, _text.Length);
        while (end > 0 && char.IsWhiteSpace(_text[end - 1])) end--;
        var lines = _text.AsSpan(end, (int)Math.Min(scalar.End.Index, _text.Length) - end).Count('\n');
        return Span(scalar.Start, scalar.End) with { EndLine = (int)scalar.End.Line - lines, EndColumn = end - _text.LastIndexOf('\n', Math.Max(0, end - 1)) };
    }

    private SourceSpan Span(Mark start, Mark end) => new(_file, (int)start.Line, (int)start.Column, (int)end.Line, (int)end.Column);

    private static string Sentence(YamlException error)
    {
        // the library repeats the place in front: "(Line: 1, Col: 2, …) - (…): message"
        var text = error.Message;
        var cut = text.LastIndexOf("): ", StringComparison.Ordinal);
        return "not valid YAML: " + (cut < 0 ? text : text[(cut + 3)..]).TrimEnd('.');
    }

    /// <summary>The two mistakes behind most syntax errors: a tab as indentation (which the parser notices late), and ': ' in a plain text.</summary>
    private static (int? Line, string? Fix) Explain(YamlException error, string text)
    {
        var lines = text.Split('\n');
        var first = (int)error.Start.Line - 1;
        for (var line = Math.Max(0, first); line <= Math.Min(lines.Length - 1, (int)error.End.Line); line++)
            if (lines[line].TrimStart(' ').StartsWith('\t')) return (line + 1, "Indent with spaces; tabs are not allowed.");
        var broken = lines.ElementAtOrDefault(first) ?? "";
        return (null, broken.Split(": ").Length > 2 && error.Message.Contains("mapping", StringComparison.OrdinalIgnoreCase) ? "A text with ': ' in it needs single quotes." : null);
    }

    /// <summary>The keys of a map so far: few are looked through, many are indexed.</summary>
    private struct SeenKeys(List<YamlMember> members)
    {
        private Dictionary<string, SourceSpan>? _index;

        public SourceSpan? Find(string key)
        {
            if (members.Count >= 16)
            {
                _index ??= new Dictionary<string, SourceSpan>(StringComparer.Ordinal);
                for (var at = _index.Count; at < members.Count; at++) _index.Add(members[at].Key.Text, members[at].Key.Span);
                return _index.TryGetValue(key, out var known) ? known : null;
            }
            foreach (var member in members)
                if (member.Key.Text == key) return member.Key.Span;
            return null;
        }
    }

    private sealed class TooMuchException(SourceSpan span, string message) : Exception(message)
    {
        public SourceSpan Span => span;
    }
}
