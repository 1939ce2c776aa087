namespace IncidentTools.Engine.Probes.Logs;

/// <summary>Gives at most so many bytes and says whether there were more.</summary>
internal sealed class CountedStream(Stream inner, long most) : Stream
{
    public long Taken { get; private set; }
    public bool IsCut { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.Length == 0) return 0;
        if (Taken == most)
        {
            IsCut = IsCut || inner.ReadByte() >= 0;
            return 0;
        }
        var count = inner.Read(buffer[..(int)Math.Min(buffer.Length, most - Taken)]);
        Taken += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
