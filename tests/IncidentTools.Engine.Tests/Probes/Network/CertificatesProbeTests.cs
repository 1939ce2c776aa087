using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Probes;

namespace IncidentTools.Engine.Tests.Probes.Network;

/// <summary>Certificates of every form in files, folders and a store.</summary>
public sealed class CertificatesProbeTests : IDisposable
{
    private const string Password = "a-long-canary";
    private readonly TempFolder _folder = new();
    public void Dispose() => _folder.Dispose();

    private static X509Certificate2 Make(string name, double days)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "a certificate of the test needs OpenSSL: Windows keeps keys in a store");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = DateTimeOffset.UtcNow;
        return new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(Math.Min(-1, days - 10)), now.AddDays(days));
    }

    private string Pem(string file, params (string Name, double Days)[] items) => _folder.Write(file, string.Concat(items.Select(item => { using var made = Make(item.Name, item.Days); return made.ExportCertificatePem() + "\n"; })));

    private Task<ProbeResult> Check(string yaml, SecretMask? mask = null) => ProbeRun.Check("probe.certificates", yaml, secrets: new Secrets(new() { ["tls-store"] = Password, ["secret:tls-store"] = Password, ["secret:wrong"] = "not it", ["wrong"] = "not it" }), mask: mask);

    [Theory]
    [InlineData(100, ProbeStatus.Pass, null)]
    [InlineData(10, ProbeStatus.Warn, "ExpiresSoon")]
    [InlineData(2, ProbeStatus.Fail, "ExpiresSoon")]
    [InlineData(-1, ProbeStatus.Fail, "Expired")]
    public async Task The_one_that_expires_first_decides(double days, ProbeStatus status, string? error)
    {
        var file = Pem("chain.pem", ("root", 3000), ("shop", days), ("middle", 1000));
        var result = await Check($"paths: '{file}'");
        result.Is(status, error);
        Assert.Equal((3L, "CN=shop", file), (result.Get("count"), result.Get("subject"), result.Get("place")));
        Assert.Equal(days, result.Get<double>("daysLeft"), 0.2);
        Assert.Equal((days < 0 ? 1L : 0L, days is > 0 and < 20 ? 1L : 0L), (result.Get("expired"), result.Get("expiring")));
    }

    [Fact]
    public async Task A_folder_is_searched_downwards_and_keys_in_it_are_passed_over()
    {
        Pem("live/shop/cert.pem", ("shop", 80));
        using (var key = RSA.Create(2048)) _folder.Write("live/shop/privkey.pem", key.ExportPkcs8PrivateKeyPem());
        using (var made = Make("mail", 5)) File.WriteAllBytes(Path.Combine(_folder.Path, "live", "mail.crt"), made.RawData);
        _folder.Write("live/readme.txt", "not a certificate");
        var result = await Check($"paths: '{_folder.Path}'");
        result.Is(ProbeStatus.Warn, "ExpiresSoon");
        Assert.Equal((2L, "CN=mail"), (result.Get("count"), result.Get("subject")));
        (await Check($"paths: '{_folder.Path}'\nsubject: CN=shop")).Is(ProbeStatus.Pass, null);
        (await Check($"paths: '{_folder.Path}'\nsubject: CN=nobody")).Is(ProbeStatus.Error, "NotFound");
    }

    [Fact]
    public async Task A_store_of_keys_opens_with_its_secret_only()
    {
        var file = Path.Combine(_folder.Path, "shop.pfx");
        using (var made = Make("packed", 40)) File.WriteAllBytes(file, made.Export(X509ContentType.Pkcs12, Password));
        var good = await Check($"paths: '{file}'\npassword: secret:tls-store");
        good.Is(ProbeStatus.Pass, null);
        Assert.Equal("CN=packed", good.Get("subject"));
        (await Check($"paths: '{file}'")).Is(ProbeStatus.Error, "SecretMissing");
        (await Check($"paths: '{file}'\npassword: secret:unknown")).Is(ProbeStatus.Error, "SecretMissing");
        (await Check($"paths: '{file}'\npassword: secret:wrong")).Is(ProbeStatus.Error, "Unreadable");
    }

    [Fact]
    public async Task What_cannot_be_read_is_an_error_and_hides_nothing()
    {
        var good = Pem("good.pem", ("shop", -3));
        var broken = _folder.Write("broken.crt", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        (await Check($"paths: '{broken}'")).Is(ProbeStatus.Error, "Unreadable");
        (await Check($"paths: ['{broken}', '{good}', '{_folder.Path}/none.pem']")).Is(ProbeStatus.Fail, "Expired");
        (await Check($"paths: '{_folder.Write("key.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")}'")).Is(ProbeStatus.Error, "NotFound");
        Directory.CreateDirectory(Path.Combine(_folder.Path, "empty"));
        (await Check($"paths: '{_folder.Path}/empty'")).Is(ProbeStatus.Error, "NotFound");
        (await Check($"paths: '{good}'\nstore: LocalMachine/My")).Is(ProbeStatus.Error, "InvalidArgument");
    }

    [Fact]
    public async Task A_store_of_the_system_is_read()
    {
        var roots = await Check("store: LocalMachine/Root\nwarnDays: 0\nfailDays: 0");
        Assert.SkipWhen(roots.Error == "NotFound", "this machine trusts no root at all");
        Assert.True(roots.Get<long>("count") > 1);
        (await Check("store: LocalMachine/NoSuchStoreHere")).Is(ProbeStatus.Error, "NotFound");
    }
}
