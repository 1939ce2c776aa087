using System.Security.Cryptography;
using IncidentTools.Engine.Probes.Integrity;

namespace IncidentTools.Engine.Probes.Backups;

/// <summary>
/// A detached signature of a manifest, as <c>openssl dgst -sha256 -sign</c> makes it with an RSA or EC key: a manifest that lies beside its backup can
/// be changed together with it, a signature cannot without the key, which is not there.
/// </summary>
internal static class ManifestSignature
{
    private const int MostBytes = 64 * 1024;

    /// <exception cref="CannotCheckException">Signature or key cannot be read.</exception>
    public static bool Fits(string manifest, string signature, string key)
    {
        var (sum, signed, pem) = (Convert.FromHexString(FileHash.Of(manifest, default).Sha256), Read(signature), System.Text.Encoding.UTF8.GetString(Read(key)));
        try
        {
            using var ec = ECDsa.Create();
            ec.ImportFromPem(pem);
            return ec.VerifyHash(sum, signed, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException) { } // another kind of key
        try
        {
            using var rsa = RSA.Create();
            rsa.ImportFromPem(pem);
            return rsa.VerifyHash(sum, signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException) { throw new CannotCheckException(ProbeErrors.InvalidArgument, $"{key} is not a public RSA or EC key in PEM"); }
    }

    private static byte[] Read(string path)
    {
        try
        {
            using var stream = FileHash.Open(path);
            if (stream.Length > MostBytes) throw new CannotCheckException(ProbeErrors.InvalidArgument, $"{path} is too large to be a signature or key");
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { throw new CannotCheckException(ProbeErrors.Unreadable, error.Message); }
    }
}
