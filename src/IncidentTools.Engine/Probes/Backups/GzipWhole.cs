using System.IO.Compression;
using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Probes.Backups;

/// <summary>
/// The content of a gzip file, and whether it was whole. The framework takes a cut file for a short one, so a member of our own is put after the end
/// of the file: only when everything before it was complete does it come out as what went in.
/// </summary>
internal sealed class GzipWhole : ForwardStream
{
    private static readonly byte[] Mark = "incidenttools:end-of-file:7f3c"u8.ToArray();
    private static readonly byte[] Member = Pack();
    private readonly GZipStream _inner;
    private readonly byte[] _held = new byte[Mark.Length];
    private int _count;

    public GzipWhole(Stream file) => _inner = new GZipStream(new Followed(file), CompressionMode.Decompress);

    /// <summary>Known when it was read to its end.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Always holds back what might be the mark.</summary>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.Length == 0 || IsWhole) return 0;
        while (true)
        {
            var fresh = new byte[Math.Min(buffer.Length, 1 << 18)];
            var read = _inner.Read(fresh);
            if (read == 0)
            {
                IsWhole = _count == Mark.Length && _held.AsSpan().SequenceEqual(Mark);
                if (IsWhole) return 0;
                // cut: what was held is content
                var rest = Math.Min(_count, buffer.Length);
                _held.AsSpan(0, rest).CopyTo(buffer);
                _held.AsSpan(rest, _count - rest).CopyTo(_held);
                _count -= rest;
                return rest;
            }
            byte[] all = [.. _held.AsSpan(0, _count), .. fresh.AsSpan(0, read)];
            var give = Math.Max(0, all.Length - Mark.Length);
            all.AsSpan(give).CopyTo(_held);
            _count = all.Length - give;
            if (give == 0) continue;
            all.AsSpan(0, give).CopyTo(buffer);
            return give;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _inner.Dispose();
        base.Dispose(disposing);
    }

    private static byte[] Pack()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(Mark);
        return packed.ToArray();
    }

    /// <summary>The file, and after it the member.</summary>
    private sealed class Followed(Stream file) : ForwardStream
    {
        private int _given;
        private bool _over;

        public override int Read(Span<byte> buffer)
        {
            if (!_over)
            {
                var read = file.Read(buffer);
                if (read > 0) return read;
                _over = true;
            }
            var count = Math.Min(buffer.Length, Member.Length - _given);
            Member.AsSpan(_given, count).CopyTo(buffer);
            _given += count;
            return count;
        }
    }
}
