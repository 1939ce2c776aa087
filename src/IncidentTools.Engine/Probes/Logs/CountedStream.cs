using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Probes.Logs;

/// <summary>Gives at most so many bytes and says whether there were more.</summary>
internal sealed class CountedStream(Stream inner, long most) : ForwardStream
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
}
