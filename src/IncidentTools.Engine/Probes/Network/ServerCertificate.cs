using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace IncidentTools.Engine.Probes.Network;

/// <summary>What a server showed of itself, kept whatever the handshake came to.</summary>
internal sealed record ServerCertificate(
    string Subject, string Issuer, IReadOnlyList<string> Names, DateTimeOffset NotBefore, DateTimeOffset NotAfter, string Sha256, string Sha1, bool NameMatches, IReadOnlyList<string> ChainErrors)
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    public static ServerCertificate? Of(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null) return null;
        using var own = new X509Certificate2(certificate);
        // dates are judged by our own clock and thresholds; the chain's word on the leaf's dates would say it twice
        var chained = chain is null || !errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) ? [] : chain.ChainElements
            .SelectMany((element, index) => element.ChainElementStatus.Where(item => index > 0 || item.Status != X509ChainStatusFlags.NotTimeValid)
                .Select(item => $"{item.Status} ({element.Certificate.GetNameInfo(X509NameType.SimpleName, false)})"))
            .Concat(chain.ChainStatus.Where(item => item.Status == X509ChainStatusFlags.PartialChain).Select(item => item.Status.ToString())).Distinct(StringComparer.Ordinal).ToList();
        return new(own.Subject, own.Issuer, Alternatives(own), new DateTimeOffset(own.NotBefore).ToUniversalTime(), new DateTimeOffset(own.NotAfter).ToUniversalTime(),
            Convert.ToHexString(SHA256.HashData(own.RawData)), Convert.ToHexString(SHA1.HashData(own.RawData)), !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch), chained);
    }

    /// <summary>The chain as clients without a cache see it: a server that does not send its intermediates is found out, and no download delays the probe.</summary>
    public static X509ChainPolicy Policy()
    {
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        return policy;
    }

    public double DaysLeft(DateTimeOffset now) => Math.Round((NotAfter - now).TotalDays, 1);

    private static List<string> Alternatives(X509Certificate2 certificate)
    {
        if (certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault() is not { } extension) return [];
        return [.. extension.EnumerateDnsNames(), .. extension.EnumerateIPAddresses().Select(address => address.ToString())];
    }
}
