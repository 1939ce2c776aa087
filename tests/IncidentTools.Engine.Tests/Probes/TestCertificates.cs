using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace IncidentTools.Engine.Tests.Probes;

/// <summary>Certificates made for one run of the tests, and a root that this process (and nothing else on the machine) trusts.</summary>
internal static class TestCertificates
{
    private static readonly X509Certificate2? Root = OperatingSystem.IsLinux() ? Authority("Test root", null) : null;

    /// <summary>Before the runtime reads, once, which roots are trusted.</summary>
    [ModuleInitializer]
    internal static void TrustRoot()
    {
        if (Root is null) return;
        var file = Path.GetTempFileName();
        File.WriteAllText(file, Root.ExportCertificatePem());
        AppDomain.CurrentDomain.ProcessExit += (_, _) => File.Delete(file);
        // the runtime's own variables do not reach native code
        _ = SetVariable("SSL_CERT_FILE", file, 1);
    }

    public static X509Certificate2 SelfSigned(string name = "localhost", double fromDays = -10, double toDays = 100) => Make(name, null, fromDays, toDays);
    public static X509Certificate2 Trusted(X509Certificate2? issuer = null) => Make("localhost", issuer ?? RequiredRoot(), -10, 100);
    public static X509Certificate2 Intermediate() => Authority("Test intermediate", RequiredRoot());

    private static X509Certificate2 RequiredRoot()
    {
        Assert.SkipWhen(Root is null, "only on Linux can a process have roots of its own");
        return Root!;
    }

    private static X509Certificate2 Make(string name, X509Certificate2? issuer, double fromDays, double toDays)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "a TLS server of the test needs OpenSSL: Windows keeps keys in a store");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        if (name == "localhost") names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        return Sign(request, key, issuer, fromDays, toDays);
    }

    private static X509Certificate2 Authority(string name, X509Certificate2? issuer)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return Sign(request, key, issuer, issuer is null ? -20 : -15, issuer is null ? 200 : 150);
    }

    private static X509Certificate2 Sign(CertificateRequest request, ECDsa key, X509Certificate2? issuer, double fromDays, double toDays)
    {
        var now = DateTimeOffset.UtcNow;
        if (issuer is null) return request.CreateSelfSigned(now.AddDays(fromDays), now.AddDays(toDays));
        using var signed = request.Create(issuer, now.AddDays(fromDays), now.AddDays(toDays), RandomNumberGenerator.GetBytes(8));
        return signed.CopyWithPrivateKey(key);
    }

    [DllImport("libc", EntryPoint = "setenv"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetVariable([MarshalAs(UnmanagedType.LPUTF8Str)] string name, [MarshalAs(UnmanagedType.LPUTF8Str)] string value, int overwrite);
}
