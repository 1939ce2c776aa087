using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes.Logs;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes.Network;

/// <summary>Certificates before they are served: in files, folders and stores. The one that is renewed but not loaded shows only beside probe.tls.</summary>
internal sealed class CertificatesProbe() : Probe("probe.certificates", "Whether certificates in files, folders or a certificate store are valid and do not expire soon.", Shape,
    "count", "expired", "expiring", "daysLeft", "notAfter", "subject", "place", "thumbprint")
{
    private const int Shown = 50;

    private static readonly ObjectShape Shape = new("probe.certificates",
        Optional("paths", ListOf(Text, allowSingle: true), "files (PEM, DER, PKCS#7, PKCS#12), patterns with * and ?, or folders, searched downwards"),
        Optional("store", Text with { Pattern = "^(CurrentUser|LocalMachine)/[A-Za-z]+$", Expected = "LocalMachine/My or alike" }, "a certificate store of the system: LocalMachine/My"),
        Optional("password", SecretRef, "secret that opens PKCS#12 files"),
        Optional("subject", Shapes.Regex, "only certificates whose subject matches count"),
        Optional("warnDays", Number with { Min = 0 }, "fewer days left are a warning", 20d),
        Optional("failDays", Number with { Min = 0 }, "fewer days left fail", 3d),
        Optional("timeout", Shapes.Duration, "for all of it", TimeSpan.FromSeconds(30)));

    protected override async Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        if (with.Has("paths") == with.Has("store")) throw new CannotCheckException(ProbeErrors.InvalidArgument, "give paths or store");
        var (password, form) = (Password(with, context), with.TextOrNull("subject") is { } subject ? BoundedRegex.Compile(subject) : null);
        foreach (var name in new[] { "warnDays", "failDays" }) found.Threshold(name, with[name]);
        var timeout = with.Duration("timeout") ?? TimeSpan.FromSeconds(30);
        using var limit = new TimeLimit(timeout, context.Time, cancellation);
        var seen = new List<StoredCertificate>();
        try
        {
            if (with.TextOrNull("store") is { } store) seen.AddRange(await Task.Run(() => Store(store), limit.Token).WaitAsync(limit.Token).ConfigureAwait(false));
            foreach (var path in with.Texts("paths"))
                try
                {
                    // file systems can hang, and reading files cannot be cancelled: the thread is left behind then
                    var (inside, troubles) = await Task.Run(() => Files(path, password, limit.Token), limit.Token).WaitAsync(limit.Token).ConfigureAwait(false);
                    seen.AddRange(inside);
                    foreach (var trouble in troubles) found.Unknown(trouble.Word, trouble.Message);
                }
                catch (CannotCheckException error) { found.Unknown(error.Word, error.Message); }
        }
        catch (OperationCanceledException) when (limit.Reached) { found.Unknown(ProbeErrors.Timeout, $"the certificates were not read in {Duration.Format(timeout)}"); }
        List<StoredCertificate> counted = [.. seen.Where(item => form?.IsMatch(item.Subject) != false).DistinctBy(item => (item.Place, item.Sha256)).OrderBy(item => item.NotAfter)];
        Judge(counted, with, context.Time.GetUtcNow(), found);
        if (counted.Count == 0) found.Unknown(ProbeErrors.NotFound, seen.Count == 0 ? "there is no certificate there" : "no certificate there has such a subject");
    }

    private static (List<StoredCertificate> Seen, List<CannotCheckException> Troubles) Files(string path, string? password, CancellationToken cancellation)
    {
        var (seen, troubles) = (new List<StoredCertificate>(), new List<CannotCheckException>());
        var files = CertificateFiles.Find(path);
        foreach (var file in files)
            try
            {
                cancellation.ThrowIfCancellationRequested();
                var inside = CertificateFiles.Read(file, password);
                // a folder has keys beside its certificates; a file that was named should hold one
                if (inside.Count == 0 && files.Count == 1) throw new CannotCheckException(ProbeErrors.NotFound, $"{file} holds no certificate");
                seen.AddRange(inside);
            }
            catch (CannotCheckException error) { troubles.Add(error); }
        return (seen, troubles);
    }

    private static List<StoredCertificate> Store(string name)
    {
        var parts = name.Split('/');
        try
        {
            using var store = new X509Store(parts[1], Enum.Parse<StoreLocation>(parts[0]), OpenFlags.ReadOnly | OpenFlags.OpenExistingOnly);
            return [.. store.Certificates.Select(certificate =>
            {
                using (certificate) return StoredCertificate.Of(name, certificate);
            })];
        }
        catch (Exception error) when (error is CryptographicException or PlatformNotSupportedException) { throw new CannotCheckException(ProbeErrors.NotFound, $"the store {name} cannot be opened: {error.Message}"); }
    }

    private static string? Password(Arguments with, ProbeContext context)
    {
        if (with.TextOrNull("password") is not { } name) return null;
        var value = context.Secrets.Find(name) ?? throw new CannotCheckException(ProbeErrors.SecretMissing, $"the secret '{name}' was not found");
        context.Mask.Add(value);
        return value;
    }

    private static void Judge(List<StoredCertificate> seen, Arguments with, DateTimeOffset now, Findings found)
    {
        double Left(StoredCertificate item) => Math.Round((item.NotAfter - now).TotalDays, 1);
        found["count"] = seen.Count;
        if (seen.Count == 0) return;
        (found["expired"], found["expiring"]) = (seen.Count(item => item.NotAfter <= now), seen.Count(item => item.NotAfter > now && Left(item) < with.Number("warnDays")));
        (found["daysLeft"], found["notAfter"], found["subject"], found["place"], found["thumbprint"]) = (Left(seen[0]), seen[0].NotAfter, seen[0].Subject, seen[0].Place, seen[0].Sha256);
        found.Observe("certificates", seen.Take(Shown).Select(item => new Dictionary<string, object?>
        {
            ["place"] = item.Place, ["subject"] = item.Subject, ["issuer"] = item.Issuer, ["notBefore"] = item.NotBefore, ["notAfter"] = item.NotAfter, ["daysLeft"] = Left(item), ["thumbprint"] = item.Sha256,
        }).ToList());
        foreach (var item in seen)
        {
            var what = $"{item.Subject} in {item.Place}";
            if (item.NotAfter <= now) found.Fail(ProbeErrors.Expired, $"{what} expired at {UtcStamp.Format(item.NotAfter)}");
            else if (item.NotBefore > now) found.Fail(ProbeErrors.NotYetValid, $"{what} is valid from {UtcStamp.Format(item.NotBefore)} on");
            else if (Left(item) < with.Number("failDays")) found.Fail(ProbeErrors.ExpiresSoon, $"{what} expires in {Say.Number(Left(item))} days");
            else if (Left(item) < with.Number("warnDays")) found.Warn(ProbeErrors.ExpiresSoon, $"{what} expires in {Say.Number(Left(item))} days");
        }
        found.Pass($"{seen.Count} {(seen.Count == 1 ? "certificate" : "certificates")}, the first to expire in {Say.Number(Left(seen[0]))} days");
    }
}
