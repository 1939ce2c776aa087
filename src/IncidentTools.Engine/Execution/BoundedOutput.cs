using System.Globalization;
using System.Text;

namespace IncidentTools.Engine.Execution;

/// <summary>
/// What a program wrote, within bounds: the beginning and the end are kept, the middle is counted and left out. The beginning says what was
/// asked, the end says how it went wrong. Memory is bounded whatever is written.
/// </summary>
internal sealed class BoundedOutput(int maxLines, int maxBytes)
{
    private readonly object _gate = new(); // a reader that could not be ended may still write while the text is taken
    private readonly MemoryStream _head = new();
    private readonly int _headBytes = maxBytes / 2, _headLines = Math.Max(1, maxLines / 2);
    private byte[] _ring = [];
    private int _lines, _start, _kept;
    private long _dropped;
    private bool _headFull;

    public bool Truncated { get { lock (_gate) return Compose().Cut; } }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            while (!_headFull && !bytes.IsEmpty)
            {
                var line = bytes.IndexOf((byte)'\n');
                var take = Math.Min(line < 0 ? bytes.Length : line + 1, _headBytes - checked((int)_head.Length));
                _head.Write(bytes[..take]);
                if (take == line + 1) _lines++;
                bytes = bytes[take..];
                _headFull = _lines >= _headLines || _head.Length >= _headBytes;
            }
            Keep(bytes);
        }
    }

    public override string ToString() { lock (_gate) return Compose().Text; }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        var room = Math.Max(1, maxBytes - _headBytes);
        if (bytes.IsEmpty) return;
        if (_ring.Length == 0) _ring = new byte[room];
        if (bytes.Length > room)
        {
            _dropped += bytes.Length - room;
            bytes = bytes[^room..];
        }
        var over = Math.Max(0, _kept + bytes.Length - room);
        (_start, _kept, _dropped) = ((_start + over) % room, _kept - over, _dropped + over);
        var end = (_start + _kept) % room;
        var first = Math.Min(bytes.Length, room - end);
        bytes[..first].CopyTo(_ring.AsSpan(end));
        bytes[first..].CopyTo(_ring);
        _kept += bytes.Length;
    }

    private (string Text, bool Cut) Compose()
    {
        var head = _head.GetBuffer().AsSpan(0, checked((int)_head.Length));
        var tail = new byte[_kept];
        for (var index = 0; index < _kept; index++) tail[index] = _ring[(_start + index) % _ring.Length];
        var skip = Skip(tail);
        if (_dropped == 0 && skip == 0) return (Encoding.UTF8.GetString([.. head, .. tail]), false);
        // whole lines on both sides of the cut, unless a single line is longer than all the room
        var end = head.LastIndexOf((byte)'\n') is >= 0 and var newline ? newline + 1 : Whole(head);
        var left = _dropped + skip + (head.Length - end);
        var gap = end > 0 && head[end - 1] != '\n' ? "\n" : "";
        return (string.Create(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetString(head[..end])}{gap}[… {left} bytes left out …]\n{Encoding.UTF8.GetString(tail.AsSpan(skip))}"), true);
    }

    /// <summary>How much of the end's beginning must go: the rest of a cut line, and lines beyond the limit.</summary>
    private int Skip(ReadOnlySpan<byte> tail)
    {
        var skip = 0;
        if (_dropped > 0 && tail.IndexOf((byte)'\n') is >= 0 and var first && first + 1 < tail.Length) skip = first + 1;
        else if (_dropped > 0) while (skip < tail.Length && (tail[skip] & 0xC0) == 0x80) skip++;
        var over = tail[skip..].Count((byte)'\n') + (tail.Length > 0 && tail[^1] != '\n' ? 1 : 0) - Math.Max(1, maxLines - _headLines);
        for (; over > 0; over--) skip += tail[skip..].IndexOf((byte)'\n') + 1;
        return skip;
    }

    /// <summary>The length without a character cut in two at the end.</summary>
    private static int Whole(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.Length;
        while (end > 0 && bytes.Length - end < 3 && (bytes[end - 1] & 0xC0) == 0x80) end--;
        return end > 0 && (bytes[end - 1] & 0xC0) == 0xC0 ? end - 1 : bytes.Length;
    }
}
