using System.IO.Compression;
using System.Security.Cryptography;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Tests.Execution;

namespace IncidentTools.Engine.Tests.Probes.Backups;

public sealed class VerifyTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string At(string name) => Path.Combine(_folder.Path, name);
    private Task<ProbeResult> Look(string name, string more = "") => ProbeRun.Check("probe.backup-verify", $"path: '{At(name)}'\n{more}");

    private void Sum(string name) => _folder.Write(name + ".sha256", $"{Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(At(name)))).ToLowerInvariant()}  {Path.GetFileName(name)}\n");

    private string Gzip(string name, byte[] content)
    {
        using (var gzip = new GZipStream(File.Create(At(name)), CompressionLevel.Fastest)) gzip.Write(content);
        return At(name);
    }

    private static byte[] Noise(int bytes)
    {
        var noise = new byte[bytes];
        new Random(7).NextBytes(noise);
        return noise;
    }

    [Fact]
    public async Task One_changed_byte_is_found_by_the_manifest()
    {
        _folder.Write("a.dump", "content of the backup");
        (await Look("a.dump")).Is(ProbeStatus.Fail, "ManifestMissing");
        Sum("a.dump");
        (await Look("a.dump")).Is(ProbeStatus.Pass, null);
        _folder.Write("a.dump", "content of the backuP");
        (await Look("a.dump")).Is(ProbeStatus.Fail, "HashMismatch");
        (await Look("none.dump")).Is(ProbeStatus.Error, "NotFound");
    }

    [Fact]
    public async Task Nothing_to_verify_by_is_never_a_pass()
    {
        _folder.Write("a.bin", "x");
        (await Look("a.bin", "requireManifest: false")).Is(ProbeStatus.Warn, "NotVerified");
    }

    [Fact]
    public async Task A_folder_has_every_file_of_its_manifest_and_no_other()
    {
        _folder.Write("set/a", "a");
        _folder.Write("set/sub/b", "b");
        (await ProbeRun.Check("probe.hash-manifest", $"roots: '{At("set")}'\nout: '{At("set.manifest")}'")).Is(ProbeStatus.Pass, null);
        (await Look("set")).Is(ProbeStatus.Pass, null);
        _folder.Write("set/c", "c");
        (await Look("set")).Is(ProbeStatus.Fail, "Added");
        File.Delete(At("set/c"));
        File.Delete(At("set/sub/b"));
        (await Look("set")).Is(ProbeStatus.Fail, "Missing");
    }

    /// <summary>Sizes around every buffer on the way, so that a member ends with one; then every way to cut it.</summary>
    [Fact]
    public async Task A_gzip_that_was_cut_anywhere_is_not_whole_and_one_that_was_not_is()
    {
        foreach (var size in new[] { 1, 29, 30, 31, 8191, 8192, 8193, 262_144, 300_000 })
        {
            Gzip("a.gz", Noise(size));
            var result = await Look("a.gz", "requireManifest: false");
            result.Is(ProbeStatus.Pass, null);
            Assert.Equal((long)size, result.Get("unpackedBytes"));
        }
        var whole = await File.ReadAllBytesAsync(Gzip("a.gz", [.. Noise(700), .. "the end of it"u8]));
        for (var length = 0; length < whole.Length; length++)
        {
            await File.WriteAllBytesAsync(At("a.gz"), whole[..length]);
            var result = await Look("a.gz", "requireManifest: false");
            Assert.True(result.Status == ProbeStatus.Fail && result.Error == "Corrupt", $"{length} of {whole.Length} bytes: {result.Status} {result.Message}");
        }
        // two members, one after the other, are one stream
        await File.WriteAllBytesAsync(At("a.gz"), [.. whole, .. whole]);
        Assert.Equal(1426L, (await Look("a.gz", "requireManifest: false")).Get("unpackedBytes"));
        whole[whole.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(At("a.gz"), whole);
        (await Look("a.gz", "requireManifest: false")).Is(ProbeStatus.Fail, "Corrupt");
    }

    [Fact]
    public async Task A_tar_that_was_cut_anywhere_is_not_whole()
    {
        _folder.Write("in/a", new string('a', 700));
        _folder.Write("in/b", "");
        _folder.Write("in/c", new string('\0', 1024)); // zeros are no end
        System.Formats.Tar.TarFile.CreateFromDirectory(At("in"), At("a.tar"), includeBaseDirectory: false);
        var whole = await File.ReadAllBytesAsync(At("a.tar"));
        var result = await Look("a.tar", "requireManifest: false");
        result.Is(ProbeStatus.Pass, null);
        Assert.Equal(1724L, result.Get("unpackedBytes"));
        for (var length = 0; length <= whole.Length - 1024; length += 128)
        {
            await File.WriteAllBytesAsync(At("a.tar"), whole[..length]);
            (await Look("a.tar", "requireManifest: false")).Is(ProbeStatus.Fail, "Corrupt");
        }
        Gzip("a.tar.gz", whole);
        (await Look("a.tar.gz", "requireManifest: false")).Is(ProbeStatus.Pass, null);
        await File.WriteAllBytesAsync(At("a.tar.gz"), (await File.ReadAllBytesAsync(At("a.tar.gz")))[..^3]);
        (await Look("a.tar.gz", "requireManifest: false")).Is(ProbeStatus.Fail, "Corrupt");
    }

    [Fact]
    public async Task A_changed_byte_within_a_zip_is_found_by_its_checksum()
    {
        using (var zip = ZipFile.Open(At("a.zip"), ZipArchiveMode.Create))
            using (var entry = zip.CreateEntry("a", CompressionLevel.NoCompression).Open()) entry.Write("some content"u8);
        (await Look("a.zip", "requireManifest: false")).Is(ProbeStatus.Pass, null);
        var bytes = await File.ReadAllBytesAsync(At("a.zip"));
        bytes[bytes.AsSpan().IndexOf("content"u8)] = (byte)'C';
        await File.WriteAllBytesAsync(At("a.zip"), bytes);
        (await Look("a.zip", "requireManifest: false")).Is(ProbeStatus.Fail, "Corrupt");
        await File.WriteAllBytesAsync(At("a.zip"), bytes[..^10]);
        (await Look("a.zip", "requireManifest: false")).Is(ProbeStatus.Fail, "Corrupt");
    }

    [Fact]
    public async Task Zstandard_is_tested_by_its_own_program()
    {
        Assert.SkipUnless(Programs.Runner.Find("zstd") is not null, "needs zstd");
        _folder.Write("a", new string('x', 100_000));
        await Programs.RunAsync(new("zstd", ["-q", At("a"), "-o", At("a.zst")]));
        (await Look("a.zst", "requireManifest: false")).Is(ProbeStatus.Pass, null);
        await File.WriteAllBytesAsync(At("a.zst"), (await File.ReadAllBytesAsync(At("a.zst")))[..^4]);
        (await Look("a.zst", "requireManifest: false")).Is(ProbeStatus.Fail, "Corrupt");
    }

    [Theory]
    [InlineData("pg-plain", "-- PostgreSQL database dump complete\n--\n\n")]
    [InlineData("mysqldump", "-- Dump completed on 2026-11-24 12:00:00\n")]
    public async Task A_dump_that_was_cut_lacks_its_last_line(string format, string end)
    {
        Gzip("a.sql.gz", System.Text.Encoding.UTF8.GetBytes($"{string.Concat(Enumerable.Repeat("INSERT INTO t VALUES (1);\n", 20_000))}{end}"));
        (await Look("a.sql.gz", $"requireManifest: false\nformat: {format}")).Is(ProbeStatus.Pass, null);
        Gzip("a.sql.gz", "INSERT INTO t VALUES (1);\nINSERT INTO"u8.ToArray());
        (await Look("a.sql.gz", $"requireManifest: false\nformat: {format}")).Is(ProbeStatus.Fail, "Corrupt");
    }

    [Theory, InlineData("ec"), InlineData("rsa")]
    public async Task A_manifest_that_was_changed_with_its_backup_does_not_fit_its_signature(string kind)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "keys of the test need OpenSSL: Windows keeps them in a store");
        _folder.Write("a.dump", "content");
        Sum("a.dump");
        Sign(kind);
        var signed = $"signature: '{At("a.sig")}'\nsignatureKey: '{At("key.pem")}'";
        (await Look("a.dump", signed)).Is(ProbeStatus.Pass, null);
        _folder.Write("a.dump", "changed");
        Sum("a.dump"); // whoever changed the backup changed its manifest
        (await Look("a.dump")).Is(ProbeStatus.Pass, null);
        (await Look("a.dump", signed)).Is(ProbeStatus.Fail, "ManifestTampered");
        File.Delete(At("a.sig"));
        (await Look("a.dump", signed)).Is(ProbeStatus.Fail, "ManifestTampered");
        (await Look("a.dump", $"signature: '{At("a.sig")}'")).Is(ProbeStatus.Error, "InvalidArgument");
    }

    private void Sign(string kind)
    {
        using AsymmetricAlgorithm key = kind == "ec" ? ECDsa.Create(ECCurve.NamedCurves.nistP256) : RSA.Create(2048);
        _folder.Write("key.pem", key.ExportSubjectPublicKeyInfoPem());
        var content = File.ReadAllBytes(At("a.dump.sha256"));
        File.WriteAllBytes(At("a.sig"), key is ECDsa ec ? ec.SignData(content, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence) : ((RSA)key).SignData(content, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }
}
