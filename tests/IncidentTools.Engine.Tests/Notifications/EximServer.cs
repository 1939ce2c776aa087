using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace IncidentTools.Engine.Tests.Notifications;

/// <summary>Debian's exim on a free loopback port, in a folder of its own: AUTH PLAIN for ops/s3cret, STARTTLS if asked, a Maildir, and nobody@ refused.</summary>
internal sealed class EximServer : IDisposable
{
    private const string Program = "/usr/sbin/exim4", Account = "Debian-exim";
    private readonly string _folder = Directory.CreateTempSubdirectory("exim-").FullName;
    private readonly Process _process;

    public EximServer(bool tls = false)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists(Program) && Environment.UserName == "root", "needs Debian's exim4-daemon-light, as root");
        foreach (var name in new[] { "spool", "log", "mail" }) Directory.CreateDirectory(In(name));
        if (tls) WriteCertificate();
        var configuration = In("exim.conf");
        File.WriteAllText(configuration, Configuration(tls));
        Run("chmod", "755", _folder);
        Run("chown", "-R", Account, In("spool"), In("log"), In("mail"));
        Port = FreePort();
        var start = new ProcessStartInfo(Program) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in new[] { "-C", configuration, "-bdf", "-oX", $"{Port}" }) start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
        _ = _process.StandardError.ReadToEndAsync();
        _ = _process.StandardOutput.ReadToEndAsync();
        for (var waited = Stopwatch.StartNew(); !Answers(); Thread.Sleep(50)) Assert.True(waited.Elapsed < TimeSpan.FromMinutes(1) && !_process.HasExited, "exim did not start");
    }

    public int Port { get; }

    /// <summary>What a client has to trust, if asked to speak TLS.</summary>
    public string CertificateFile => In("server.pem");

    /// <summary>Waits for mail in the Maildir, and gives its text.</summary>
    public IReadOnlyList<string> Mail(int expected)
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromMinutes(1); Thread.Sleep(50))
            if (Directory.Exists(In("mail/new")) && Directory.GetFiles(In("mail/new")) is { } files && files.Length >= expected) return [.. files.Select(File.ReadAllText)];
        return [];
    }

    public void Stop()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
    }

    public void Dispose()
    {
        Stop();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string In(string name) => Path.Combine(_folder, name);

    private void WriteCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        // both in one file, readable by exim's account
        File.WriteAllText(CertificateFile, certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    private string Configuration(bool tls) => $$$"""
        primary_hostname = mail.test
        keep_environment =
        spool_directory = {{{In("spool")}}}
        log_file_path = {{{In("log")}}}/%slog
        pid_file_path = {{{In("exim.pid")}}}
        local_interfaces = 127.0.0.1
        host_lookup =
        rfc1413_query_timeout = 0s
        tls_advertise_hosts = {{{(tls ? "*\ntls_certificate = " + CertificateFile : "")}}}
        auth_advertise_hosts = *
        acl_smtp_rcpt = recipients
        begin acl
        recipients:
          deny local_parts = nobody
               message = no such person here
          accept
        begin routers
        all:
          driver = accept
          transport = folder
        begin transports
        folder:
          driver = appendfile
          directory = {{{In("mail")}}}
          maildir_format
          create_directory
          user = {{{Account}}}
        begin retry
        begin rewrite
        begin authenticators
        plain:
          driver = plaintext
          public_name = PLAIN
          server_prompts = :
          server_condition = ${if eq{$auth2/$auth3}{ops/s3cret}}
          server_set_id = $auth2

        """;

    private bool Answers()
    {
        using var client = new TcpClient();
        try
        {
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

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
