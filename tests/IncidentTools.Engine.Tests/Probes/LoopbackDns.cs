using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace IncidentTools.Engine.Tests.Probes;

/// <summary>A name server on a UDP port of the loopback address that gives the test's answers.</summary>
internal sealed class LoopbackDns : IDisposable
{
    private readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly CancellationTokenSource _end = new();

    /// <param name="answer">For a name and a type number; null = silence.</param>
    public LoopbackDns(Func<string, int, Answer?> answer) => _ = ServeAsync(answer);

    public string Endpoint => $"127.0.0.1:{((IPEndPoint)_socket.Client.LocalEndPoint!).Port}";

    /// <param name="Raw">Sent as it is instead of a message.</param>
    internal sealed record Answer(int Rcode, params (string Name, int Type, int Ttl, byte[] Data)[] Records)
    {
        public byte[]? Raw { get; init; }
    }

    public static byte[] Address(string text) => IPAddress.Parse(text).GetAddressBytes();
    public static byte[] Name(string text) => [.. text.Split('.', StringSplitOptions.RemoveEmptyEntries).SelectMany(label => (byte[])[(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]), 0];
    public static byte[] Exchange(int preference, string host) => [(byte)(preference >> 8), (byte)preference, .. Name(host)];
    public static byte[] Strings(params string[] texts) => [.. texts.SelectMany(text => (byte[])[(byte)text.Length, .. Encoding.ASCII.GetBytes(text)])];

    private async Task ServeAsync(Func<string, int, Answer?> answer)
    {
        try
        {
            while (true)
            {
                var question = await _socket.ReceiveAsync(_end.Token);
                if (Reply(question.Buffer, answer) is { } reply) await _socket.SendAsync(reply, question.RemoteEndPoint, _end.Token);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException) { }
    }

    private static byte[]? Reply(byte[] question, Func<string, int, Answer?> answer)
    {
        var (at, labels) = (12, new List<string>());
        for (; question[at] > 0; at += question[at] + 1) labels.Add(Encoding.ASCII.GetString(question, at + 1, question[at]));
        var type = BinaryPrimitives.ReadUInt16BigEndian(question.AsSpan(at + 1));
        var found = answer(string.Join('.', labels), type);
        if (found is null || found.Raw is not null) return found?.Raw;
        List<byte> message = [question[0], question[1], 0x81, (byte)(0x80 | found.Rcode), 0, 1, 0, (byte)found.Records.Length, 0, 0, 0, 0, .. question[12..(at + 5)]];
        foreach (var (name, kind, ttl, data) in found.Records)
        {
            var head = new byte[10];
            BinaryPrimitives.WriteUInt16BigEndian(head, (ushort)kind);
            BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(2), 1);
            BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(4), ttl);
            BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(8), (ushort)data.Length);
            message.AddRange([.. Name(name), .. head, .. data]);
        }
        return [.. message];
    }

    public void Dispose()
    {
        _end.Cancel();
        _socket.Dispose();
        _end.Dispose();
    }
}
