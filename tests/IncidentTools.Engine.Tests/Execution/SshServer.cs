using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Execution.Remote;

namespace IncidentTools.Engine.Tests.Execution;

/// <summary>A real sshd on a loopback port, with keys of its own: nothing of the user's is read or written.</summary>
internal sealed class SshServer : IDisposable
{
    private const string Program = "/usr/sbin/sshd";
    private readonly TempFolder _folder = new();
    private readonly Process _sshd;

    public SshServer(string more = "")
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists(Program), "needs sshd (Debian: openssh-server)");
        Assert.SkipUnless(Programs.Runner.Find("ssh") is not null, "needs ssh (Debian: openssh-client)");
        if (Environment.UserName == "root") Directory.CreateDirectory("/run/sshd"); // where it locks its unprivileged half in
        foreach (var name in new[] { "host", "other-host", "user", "stranger" }) Make(name);
        File.Copy(Of("user.pub"), Of("authorized_keys"));
        Port = FreePort();
        File.WriteAllText(Of("sshd_config"), $"""
            Port {Port}
            ListenAddress 127.0.0.1
            HostKey {Of("host")}
            AuthorizedKeysFile {Of("authorized_keys")}
            PidFile {Of("sshd.pid")}
            StrictModes no
            UsePAM no
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            PermitRootLogin yes
            {more}
            """);
        Known("host");
        Configure("user");
        var start = new ProcessStartInfo(Program) { RedirectStandardError = true };
        foreach (var word in new[] { "-D", "-e", "-f", Of("sshd_config") }) start.ArgumentList.Add(word);
        _sshd = Process.Start(start)!;
        _ = _sshd.StandardError.ReadToEndAsync();
        for (var tries = 0; !Answers() && tries < 300; tries++) Thread.Sleep(50);
        Assert.False(_sshd.HasExited, "sshd did not start");
    }

    public int Port { get; }
    public int Pid => _sshd.Id;
    public string Folder => _folder.Path;
    public SshSettings Settings => new(Of("known_hosts"), Of("ssh_config"));
    public RemoteTarget Target => Parse($"ssh://127.0.0.1:{Port}");
    public IProcessRunner Runner => For(Target);

    public IProcessRunner For(RemoteTarget target) => new SshRunner(new RemotePlace(target, Settings, null), Programs.Runner);
    public string Of(string name) => Path.Combine(_folder.Path, name);
    public static RemoteTarget Parse(string text) => RemoteTarget.Parse(text, out var why) ?? throw new ArgumentException(why, nameof(text));

    /// <summary>Which key is believed for this server.</summary>
    public void Known(string? key) => File.WriteAllText(Of("known_hosts"), key is null ? "" : $"[127.0.0.1]:{Port} {File.ReadAllText(Of(key + ".pub"))}");

    /// <summary>With which key to log in.</summary>
    public void Configure(string key, string more = "") => File.WriteAllText(Of("ssh_config"), $"Host *\n  IdentityFile {Of(key)}\n  IdentitiesOnly yes\n  IdentityAgent none\n{more}");

    /// <summary>Names for this server: each name tells the other end who it is; strange1, strange2 … have another host key than is known.</summary>
    public void Aliases()
    {
        var hosts = string.Concat(Enumerable.Range(1, 5).Select(n => $"Host web{n}\n  SetEnv LC_HOST=web{n}\n"));
        File.WriteAllText(Of("ssh_config"), $"{hosts}Host strange*\n  HostKeyAlias strange\nHost *\n  HostName 127.0.0.1\n  Port {Port}\n  HostKeyAlias server\n  IdentityFile {Of("user")}\n  IdentitiesOnly yes\n  IdentityAgent none\n");
        File.WriteAllText(Of("known_hosts"), $"server {File.ReadAllText(Of("host.pub"))}strange {File.ReadAllText(Of("other-host.pub"))}");
    }

    /// <summary>The processes that serve connections: each of them is one connection.</summary>
    public IReadOnlyList<int> Connections => [.. ProcessTable.Read().Where(row => row.Parent == Pid && !row.Ended).Select(row => row.Pid)];

    public void Dispose()
    {
        foreach (var pid in Connections) Programs.End(pid);
        if (!_sshd.HasExited) _sshd.Kill();
        _sshd.WaitForExit();
        _sshd.Dispose();
        _folder.Dispose();
    }

    private void Make(string name)
    {
        var start = new ProcessStartInfo("ssh-keygen") { RedirectStandardOutput = true };
        foreach (var word in new[] { "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", Of(name) }) start.ArgumentList.Add(word);
        using var made = Process.Start(start)!;
        made.WaitForExit();
        Assert.Equal(0, made.ExitCode);
    }

    private bool Answers()
    {
        try
        {
            using var client = new TcpClient();
            client.Connect(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException) { return false; }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public override string ToString() => Port.ToString(CultureInfo.InvariantCulture);
}
