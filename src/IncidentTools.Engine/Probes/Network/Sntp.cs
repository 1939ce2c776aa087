using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace IncidentTools.Engine.Probes.Network;

/// <summary>What a time server said of our clock. Positive = this machine's clock is behind.</summary>
/// <param name="Doubt">How far the truth may be from the offset: half the way there and back, and what the server doubts of itself.</param>
internal sealed record SntpAnswer(TimeSpan Offset, TimeSpan Delay, TimeSpan Doubt, int Stratum, string Source);

/// <summary>The packet of SNTP (RFC 4330, RFC 5905): 48 bytes, the same for question and answer.</summary>
internal static class Sntp
{
    public const int Length = 48;
    private const int Client = 3, Server = 4, Version = 4, Unsynchronised = 3, MaxStratum = 15;
    // RFC 5905: a server that doubts itself more than that is not to be believed
    private static readonly TimeSpan MaxDistance = TimeSpan.FromSeconds(16);
    private static readonly DateTimeOffset Era0 = new(1900, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A question whose transmit time is a random number: the answer must give it back, and nobody learns our clock from it.</summary>
    public static byte[] Question()
    {
        var packet = new byte[Length];
        packet[0] = (Version << 3) | Client;
        RandomNumberGenerator.Fill(packet.AsSpan(40));
        return packet;
    }

    /// <summary>Whether it is the answer to this question, so that stray and forged packets are passed over.</summary>
    public static bool Belongs(ReadOnlySpan<byte> answer, ReadOnlySpan<byte> question) => answer.Length >= Length && (answer[0] & 7) == Server && answer.Slice(24, 8).SequenceEqual(question.Slice(40, 8));

    /// <exception cref="CannotCheckException">The server refuses, or is not to be believed.</exception>
    public static SntpAnswer Read(ReadOnlySpan<byte> answer, DateTimeOffset sent, TimeSpan took, string server)
    {
        var stratum = answer[1];
        if (stratum == 0) throw new CannotCheckException(ProbeErrors.Refused, $"{server} refuses ({Kiss(answer.Slice(12, 4))})");
        if (stratum > MaxStratum || answer[0] >> 6 == Unsynchronised) throw new CannotCheckException(ProbeErrors.NotSynchronised, $"{server} says that its own clock is not synchronised");
        var (receive, transmit) = (BinaryPrimitives.ReadUInt64BigEndian(answer[32..]), BinaryPrimitives.ReadUInt64BigEndian(answer[40..]));
        if (receive == 0 || transmit == 0) throw new CannotCheckException(ProbeErrors.InvalidResponse, $"{server} gives no time");
        var (came, left) = (Time(receive), Time(transmit));
        var distance = (Short(answer[4..]) / 2) + Short(answer[8..]);
        if (distance >= MaxDistance) throw new CannotCheckException(ProbeErrors.NotSynchronised, $"{server} says that its clock may be wrong by {Say.Number(distance.TotalSeconds)} s");
        var delay = took - (left - came);
        if (left < came || delay < TimeSpan.FromMilliseconds(-10)) throw new CannotCheckException(ProbeErrors.InvalidResponse, $"{server} gives times that cannot be: it answered before it was asked");
        if (delay < TimeSpan.Zero) delay = TimeSpan.Zero;
        var offset = ((came - sent) + (left - (sent + took))) / 2;
        return new(offset, delay, (delay / 2) + distance, stratum, Source(stratum, answer.Slice(12, 4)));
    }

    /// <summary>Seconds since 1900 in 32 bits: those without the first bit are of the era that begins in 2036.</summary>
    public static DateTimeOffset Time(ulong stamp)
    {
        var seconds = (long)(stamp >> 32);
        if (seconds < 0x80000000L) seconds += 0x100000000L;
        return Era0.AddSeconds(seconds).AddTicks((long)(((stamp & 0xFFFFFFFF) * TimeSpan.TicksPerSecond) >> 32));
    }

    private static TimeSpan Short(ReadOnlySpan<byte> bytes) => TimeSpan.FromSeconds(BinaryPrimitives.ReadUInt32BigEndian(bytes) / 65536.0);

    private static string Kiss(ReadOnlySpan<byte> code) => Word(code) switch
    {
        "RATE" => "RATE: it is asked too often", "DENY" or "RSTR" => $"{Word(code)}: this machine may not ask it", "" => "no reason given", var other => other,
    };

    /// <summary>Of a first server its kind of clock (GPS, PPS …), of others the address of the one above.</summary>
    private static string Source(int stratum, ReadOnlySpan<byte> id) => stratum == 1 ? Word(id) : $"{id[0]}.{id[1]}.{id[2]}.{id[3]}";
    private static string Word(ReadOnlySpan<byte> bytes) => new([.. Encoding.ASCII.GetString(bytes).Where(letter => char.IsAsciiLetterOrDigit(letter))]);
}
