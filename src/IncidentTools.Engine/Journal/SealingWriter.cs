using System.Globalization;
using System.Text;
using System.Text.Json;
using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Journal;

/// <summary>Writes a payload's canonical text once and notes where in it the sealed values stand.</summary>
internal sealed class SealingWriter
{
    private readonly StringBuilder _text = new(512);

    /// <summary>In the order of the text; none lies within another.</summary>
    public List<Place> Places { get; } = [];

    public void Append(JsonElement value, IReadOnlyList<string[]> paths) => Append(value, paths, 0, "");

    public override string ToString() => _text.ToString();

    /// <param name="paths">Those that lead to or below this value.</param>
    /// <param name="depth">How many of their segments led here.</param>
    private void Append(JsonElement value, IReadOnlyList<string[]> paths, int depth, string pointer)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null: _text.Append("null"); break;
            case var _ when paths.Any(path => path.Length == depth): Seal(value, pointer); break;
            case JsonValueKind.Object when paths.Count > 0: AppendObject(value, paths, depth, pointer); break;
            case JsonValueKind.Array when paths.Count > 0: AppendArray(value, paths, depth, pointer); break;
            default: CanonicalJson.Append(_text, value); break;
        }
    }

    private void Seal(JsonElement value, string pointer)
    {
        var start = _text.Length;
        CanonicalJson.Append(_text, value);
        Places.Add(new Place(pointer, start, _text.Length - start));
    }

    private void AppendObject(JsonElement value, IReadOnlyList<string[]> paths, int depth, string pointer)
    {
        _text.Append('{');
        var first = true;
        foreach (var (name, member) in CanonicalJson.Members(value))
        {
            if (!first) _text.Append(',');
            first = false;
            CanonicalJson.AppendString(_text, name);
            _text.Append(':');
            Append(member, paths, depth, pointer, name);
        }
        _text.Append('}');
    }

    private void AppendArray(JsonElement value, IReadOnlyList<string[]> paths, int depth, string pointer)
    {
        _text.Append('[');
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            if (index > 0) _text.Append(',');
            Append(item, paths, depth, pointer, index.ToString(CultureInfo.InvariantCulture));
            index++;
        }
        _text.Append(']');
    }

    private void Append(JsonElement child, IReadOnlyList<string[]> paths, int depth, string parent, string name)
    {
        var through = paths.Where(path => path[depth] == "*" || path[depth] == name).ToArray();
        if (through.Length == 0) CanonicalJson.Append(_text, child);
        else Append(child, through, depth + 1, JsonPointers.Child(parent, name));
    }

    public sealed record Place(string Pointer, int Start, int Length);
}
