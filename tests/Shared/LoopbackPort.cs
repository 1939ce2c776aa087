using System.Net;
using System.Net.Sockets;

namespace IncidentTools.Tests.Shared;

/// <summary>Ports for servers that are stopped and started again: below what the system gives to outgoing connections, which could sit on the port of a stopped one.</summary>
internal static class LoopbackPort
{
    private const int First = 20_000, Last = 32_000;
    private static readonly HashSet<int> Given = [];

    public static int Free()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, Last);
            lock (Given) if (!Given.Add(port)) continue;
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException) { } // somebody has it
        }
    }
}
