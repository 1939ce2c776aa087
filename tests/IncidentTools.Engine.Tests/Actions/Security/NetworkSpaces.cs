using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace IncidentTools.Engine.Tests.Actions.Security;

/// <summary>
/// Three network namespaces of the test's own: a victim with a responder on one side and a stranger on the other. Sockets are made on threads that
/// enter a namespace, so that real connections go between them and nothing of the machine's own network is touched.
/// </summary>
internal sealed class NetworkSpaces : IDisposable
{
    public const string Responder = "10.213.1.2", Stranger = "10.213.2.2", VictimToResponder = "10.213.1.1", VictimToStranger = "10.213.2.1";
    private readonly string _id = $"it{Environment.ProcessId % 10000}{Random.Shared.Next(1000)}";

    public NetworkSpaces()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root" && Find("ip") && Find("nft"), "needs root, ip and nft on Linux");
        Assert.SkipUnless(Ip("netns", "add", Victim) && Ip("netns", "add", Near) && Ip("netns", "add", Far), "network namespaces may not be made here");
        Link(Near, "n", Responder, VictimToResponder);
        Link(Far, "f", Stranger, VictimToStranger);
        Assert.True(Ip("-n", Victim, "link", "set", "lo", "up"));
    }

    public string Victim => _id + "v";
    public string Near => _id + "n";
    public string Far => _id + "f";

    public static TcpListener Listen(string space, string address, int port = 0) => Within(space, () =>
    {
        var listener = new TcpListener(IPAddress.Parse(address), port);
        listener.Start();
        return listener;
    });

    /// <summary>Null when it does not get through in a second and a half.</summary>
    public static Socket? Connect(string space, EndPoint to) => Within(space, () =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using var limit = new CancellationTokenSource(1500);
        try
        {
            socket.ConnectAsync(to, limit.Token).AsTask().GetAwaiter().GetResult();
            return socket;
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            return null;
        }
    });

    public static bool Reaches(string space, EndPoint to)
    {
        using var socket = Connect(space, to);
        return socket is not null;
    }

    public static string Nft(string space, params string[] arguments) => Run("ip", ["netns", "exec", space, "nft", .. arguments]).Output;

    public void Dispose()
    {
        foreach (var space in new[] { Victim, Near, Far }) Ip("netns", "del", space);
    }

    private void Link(string space, string end, string there, string here)
    {
        Assert.True(Ip("link", "add", _id + end + "0", "netns", Victim, "type", "veth", "peer", "name", _id + end + "1", "netns", space));
        foreach (var (name, device, address) in new[] { (Victim, _id + end + "0", here), (space, _id + end + "1", there) })
        {
            Assert.True(Ip("-n", name, "address", "add", address + "/24", "dev", device));
            Assert.True(Ip("-n", name, "link", "set", device, "up"));
        }
    }

    private static T Within<T>(string space, Func<T> make)
    {
        var (result, failure) = (default(T)!, (Exception?)null);
        var thread = new Thread(() =>
        {
            try
            {
                using var handle = File.OpenHandle($"/run/netns/{space}");
                Assert.Equal(0, SetNs(handle.DangerousGetHandle().ToInt32(), 0x40000000));
                result = make();
            }
            catch (Exception error) { failure = error; }
        });
        thread.Start();
        thread.Join();
        return failure is null ? result : throw new InvalidOperationException($"in {space}: {failure.Message}", failure);
    }

    private static bool Ip(params string[] arguments) => Run("ip", arguments).ExitCode == 0;
    private static bool Find(string program) => new[] { "/usr/sbin", "/sbin", "/usr/bin", "/bin" }.Any(folder => File.Exists(Path.Combine(folder, program)));

    private static (int ExitCode, string Output) Run(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        _ = errors.GetAwaiter().GetResult();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    [DllImport("libc", EntryPoint = "setns", SetLastError = true)] private static extern int SetNs(int handle, int kind);
}
