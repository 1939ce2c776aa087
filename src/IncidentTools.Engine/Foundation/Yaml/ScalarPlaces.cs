namespace IncidentTools.Engine.Foundation.Yaml;

/// <summary>From a place in a scalar's value to the place in the file: through quotes, escapes, folded lines and indentation.</summary>
internal sealed class ScalarPlaces(string source)
{
    private List<int>? _lines;

    /// <param name="scalar">Where the scalar stands.</param>
    /// <param name="value">Its value, as the parser gave it.</param>
    public SourceSpan At(SourceSpan scalar, string value, int offset, int length)
    {
        if (scalar.Line < 1 || scalar.Line > Lines.Count) return scalar;
        var start = Math.Min(source.Length, Lines[scalar.Line - 1] + scalar.Column - 1);
        var from = Place(Walk(start, value, Math.Min(offset, value.Length)));
        var to = Place(Walk(start, value, Math.Min(offset + length, value.Length)));
        return new SourceSpan(scalar.File, from.Line, from.Column, to.Line, to.Column);
    }

    /// <summary>Index in the source of the character that gave <c>value[offset]</c>.</summary>
    private int Walk(int at, string value, int offset)
    {
        var style = at < source.Length ? source[at] : ' ';
        if (style is '|' or '>') at = Math.Max(at, source.IndexOf('\n', at));
        else if (style is '\'' or '"') at++;
        for (var index = 0; at < source.Length;)
        {
            if (IsBreakAhead(at))
            {
                // the parser folds, strips and unindents white space at line ends: both sides go to the next word
                while (at < source.Length && char.IsWhiteSpace(source[at])) at++;
                while (index < value.Length && char.IsWhiteSpace(value[index])) index++;
            }
            if (index >= offset) break;
            if (style == '"' && at + 1 < source.Length && source[at] == '\\')
            {
                // an escaped line end joins two lines and gives nothing
                if (source[at + 1] is '\r' or '\n') { at++; continue; }
                at += source[at + 1] switch { 'x' => 4, 'u' => 6, 'U' => 10, _ => 2 };
            }
            else at += style == '\'' && source[at] == '\'' ? 2 : 1;
            index++;
        }
        return Math.Min(at, source.Length);
    }

    /// <summary>Whether only white space is left on this line.</summary>
    private bool IsBreakAhead(int at)
    {
        while (at < source.Length && source[at] is ' ' or '\t') at++;
        return at < source.Length && source[at] is '\r' or '\n';
    }

    private (int Line, int Column) Place(int index)
    {
        var line = Lines.BinarySearch(index);
        if (line < 0) line = ~line - 1;
        return (line + 1, index - Lines[line] + 1);
    }

    private List<int> Lines => _lines ??= Starts();

    private List<int> Starts()
    {
        var starts = new List<int> { 0 };
        for (var index = 0; index < source.Length; index++)
            if (source[index] is '\n' or '\u0085' or '\u2028' or '\u2029' || (source[index] == '\r' && (index + 1 == source.Length || source[index + 1] != '\n'))) starts.Add(index + 1);
        return starts;
    }
}
