using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using IncidentTools.Engine.Probes.Logs;

namespace IncidentTools.Engine.Probes.Network;

/// <summary>A certificate on disk or in a store, without its key.</summary>
internal sealed record StoredCertificate(string Place, string Subject, string Issuer, DateTimeOffset NotBefore, DateTimeOffset NotAfter, string Sha256)
{
    public static StoredCertificate Of(string place, X509Certificate2 certificate) => new(place, certificate.Subject, certificate.Issuer,
        new DateTimeOffset(certificate.NotBefore).ToUniversalTime(), new DateTimeOffset(certificate.NotAfter).ToUniversalTime(), Convert.ToHexString(SHA256.HashData(certificate.RawData)));
}

/// <summary>Certificates in files: PEM (several in one, keys beside them passed over), DER, PKCS#7 and PKCS#12.</summary>
internal static class CertificateFiles
{
    private const int MaxBytes = 8 * 1024 * 1024, MaxFiles = 5000;
    private static readonly string[] Endings = [".pem", ".crt", ".cer", ".cert", ".der", ".p7b", ".p12", ".pfx"], Packed = [".p12", ".pfx"];

    /// <summary>A file, a pattern, or a folder with what is in and below it.</summary>
    public static IReadOnlyList<string> Find(string path)
    {
        if (!Directory.Exists(path)) return LogFiles.Find(path, rotated: false);
        try
        {
            // links are followed for files (certbot's live folder is made of them), not for folders, which could lead round and round
            List<string> files = [.. Directory.EnumerateFiles(path, "*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = false, AttributesToSkip = 0, MaxRecursionDepth = 16 })
                .Where(file => Endings.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase)).Take(MaxFiles + 1).Order(StringComparer.Ordinal)];
            return files.Count <= MaxFiles ? files : throw new CannotCheckException(ProbeErrors.InvalidArgument, $"{path} holds more than {MaxFiles} files");
        }
        catch (UnauthorizedAccessException error) { throw new CannotCheckException(ProbeErrors.PermissionDenied, $"{path}: {error.Message}"); }
        catch (IOException error) { throw new CannotCheckException(ProbeErrors.Unreadable, $"{path}: {error.Message}"); }
    }

    /// <returns>None for a file with keys only.</returns>
    public static IReadOnlyList<StoredCertificate> Read(string path, string? password)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MaxBytes }) throw new CannotCheckException(ProbeErrors.Unreadable, $"{path} is too big for a file of certificates");
            return Take(path, File.ReadAllBytes(path), password);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException) { throw new CannotCheckException(ProbeErrors.NotFound, $"{path}: there is no such file"); }
        catch (UnauthorizedAccessException) { throw new CannotCheckException(ProbeErrors.PermissionDenied, $"{path} may not be read"); }
        catch (IOException error) { throw new CannotCheckException(ProbeErrors.Unreadable, $"{path}: {error.Message}"); }
        catch (CryptographicException error)
        {
            throw Packed.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase)
                ? new CannotCheckException(password is null ? ProbeErrors.SecretMissing : ProbeErrors.Unreadable, $"{path} could not be opened {(password is null ? "without a password" : "with this password")}: {error.Message}")
                : new CannotCheckException(ProbeErrors.Unreadable, $"{path} holds no certificate that can be read: {error.Message}");
        }
    }

    private static List<StoredCertificate> Take(string path, byte[] bytes, string? password)
    {
        var all = new X509Certificate2Collection();
        var text = bytes.AsSpan().IndexOf("-----BEGIN "u8) >= 0 ? Encoding.UTF8.GetString(bytes) : null;
        try
        {
            if (text is null || text.Contains("-----BEGIN PKCS7-----", StringComparison.Ordinal))
                all.Import(bytes, password, OperatingSystem.IsMacOS() ? X509KeyStorageFlags.DefaultKeySet : X509KeyStorageFlags.EphemeralKeySet);
            else all.ImportFromPem(text);
            return [.. all.Select(certificate => StoredCertificate.Of(path, certificate))];
        }
        finally { foreach (var certificate in all) certificate.Dispose(); }
    }
}
