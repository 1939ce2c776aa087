using System.Buffers;
using System.Text;

namespace IncidentTools.Engine.Probes.Logs;

/// <summary>Finds in a block of bytes the next place at which a pattern could match.</summary>
internal sealed class ByteFilter
{
    // how rare a letter is in logs, from common to rare: the search looks for the rarest of a text
    private const string Common = " e0t1ain2sor:.3d-l/45c67u89mp,gfh=\"[]()b_vwy";
    private readonly byte[][] _texts;
    private readonly int[] _anchors;
    private readonly SearchValues<byte>[] _letters;
    private readonly bool _ignoreCase;

    private ByteFilter(IReadOnlyList<string> texts, bool ignoreCase)
    {
        (_texts, _ignoreCase) = ([.. texts.Select(Encoding.ASCII.GetBytes)], ignoreCase);
        _anchors = [.. texts.Select(text => Enumerable.Range(0, text.Length).MaxBy(index => Rarity(text[index])))];
        _letters = [.. texts.Select((text, index) => SearchValues.Create([(byte)char.ToLowerInvariant(text[_anchors[index]]), (byte)char.ToUpperInvariant(text[_anchors[index]])]))];
    }

    /// <summary>Null: there is nothing to search for.</summary>
    public static ByteFilter? Of(string pattern, bool ignoreCase) => LiteralFinder.Of(pattern) is { } texts ? new ByteFilter(texts, ignoreCase) : null;

    /// <summary>The next place of each text, so that one that is rare is not searched for again and again.</summary>
    public int[] Start() => [.. Enumerable.Repeat(-1, _texts.Length + 1)];

    /// <summary>The first place at or after <paramref name="from"/>; -1 = none.</summary>
    /// <param name="next">From <see cref="Start"/>, for this block.</param>
    public int Find(ReadOnlySpan<byte> block, int from, int[] next)
    {
        var first = int.MaxValue;
        for (var index = 0; index < next.Length; index++)
        {
            if (next[index] < from) next[index] = index == _texts.Length ? Other(block, from) : Text(block, from, index);
            first = Math.Min(first, next[index]);
        }
        return first == int.MaxValue ? -1 : first;
    }

    private int Text(ReadOnlySpan<byte> block, int from, int index)
    {
        var text = _texts[index];
        if (!_ignoreCase) return block[from..].IndexOf(text) is >= 0 and var place ? from + place : int.MaxValue;
        var anchor = _anchors[index];
        for (var at = from + anchor; at < block.Length; at++)
        {
            var hit = block[at..].IndexOfAny(_letters[index]);
            if (hit < 0) break;
            at += hit;
            var begin = at - anchor;
            if (begin + text.Length <= block.Length && Ascii.EqualsIgnoreCase(block.Slice(begin, text.Length), text)) return begin;
        }
        return int.MaxValue;
    }

    /// <summary>Some letters beyond ASCII are the same as one within it when case does not count (the sign of Kelvin and k): such lines are read.</summary>
    private int Other(ReadOnlySpan<byte> block, int from) => _ignoreCase && block[from..].IndexOfAnyExceptInRange((byte)0, (byte)127) is >= 0 and var place ? from + place : int.MaxValue;

    private static int Rarity(char letter) => Common.IndexOf(char.ToLowerInvariant(letter), StringComparison.Ordinal) is >= 0 and var place ? place : Common.Length;
}
