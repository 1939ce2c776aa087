using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace IncidentTools.Engine.Tests.Probes;

/// <summary>Certificates made for one test, signed by themselves.</summary>
internal static class TestCertificates
{
    public static void Require() => Assert.SkipWhen(OperatingSystem.IsWindows(), "a TLS server of the test needs OpenSSL: Windows keeps keys in a store");

    public static X509Certificate2 SelfSigned(string name = "localhost", double fromDays = -10, double toDays = 100)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        if (name == "localhost") names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        var now = DateTimeOffset.UtcNow;
        return request.CreateSelfSigned(now.AddDays(fromDays), now.AddDays(toDays));
    }
}
