using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes.Integrity;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes.Backups;

/// <summary>Whether one backup is what was written: its manifest, its archive to the last byte, its own program. None of it is a restore.</summary>
internal sealed class BackupVerifyProbe() : Probe("probe.backup-verify", "Whether a backup is what its manifest says, reads to its last byte and passes its own program. Only a restore proves that it can be restored.", Shape,
    "hashOk", "archiveOk", "formatOk", "signatureOk", "manifest", "sha256", "files", "bytes", "entries", "unpackedBytes")
{
    private static readonly ObjectShape Shape = new("probe.backup-verify",
        Required("path", Text, "the backup: a file or a folder, a full path"),
        Optional("manifest", Text, "its SHA-256 manifest, of sha256sum or probe.hash-manifest; else X.sha256, X.manifest or SHA256SUMS beside it"),
        Optional("sha256", Text with { Pattern = "^[0-9a-fA-F]{64}$", Expected = "a SHA-256 in hex" }, "or what the file must hash to"),
        Optional("requireManifest", Bool, "whether one without a manifest fails: whoever changed the backup may have removed it", true),
        Optional("signature", Text, "the manifest's signature, as openssl dgst -sha256 -sign makes it"),
        Optional("signatureKey", Text, "the public key to it, in PEM; kept elsewhere than the backups"),
        Optional("archive", OneOf("auto", "none", "gz", "zip", "tar", "tar.gz", "zstd", "xz", "bzip2"), "how it is packed; auto = by its name. All of it is read, nothing is written", "auto"),
        Optional("format", OneOf(FormatTest.Names), "what it is: tested by pg_restore --list, pg_verifybackup or the dump's last line", "none"),
        Optional("toolFolder", Text, "where the database's programs are, if PATH does not have them"),
        Optional("command", CommandLine.Shape, "a program that tests it and changes nothing; {backup} stands for its path; exit code 0 = good"),
        Optional("timeout", Shapes.Duration, "how long it may take in all", TimeSpan.FromHours(2)));

    protected override async Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        var path = with.Text("path");
        if (!Path.IsPathFullyQualified(path)) throw new CannotCheckException(ProbeErrors.InvalidTarget, $"'{path}' is not a full path");
        if (with.Has("signature") != with.Has("signatureKey")) throw new CannotCheckException(ProbeErrors.InvalidArgument, "signature and signatureKey go together");
        var timeout = with.Duration("timeout") ?? TimeSpan.FromHours(2);
        using var limit = new TimeLimit(timeout, context.Time, cancellation);
        try
        {
            var hashed = await Task.Run(() => Hashes(path, with, found, limit.Token), limit.Token).WaitAsync(limit.Token).ConfigureAwait(false);
            var (read, tail) = await ArchiveAsync(path, with, context, timeout, found, limit.Token).ConfigureAwait(false);
            var known = await FormatAsync(path, tail, with, context, timeout, found, limit.Token).ConfigureAwait(false);
            if (!hashed && !read && !known) found.Warn(ProbeErrors.NotVerified, $"{path} is there, and there is nothing to verify it by: no manifest, no archive, no format");
        }
        catch (OperationCanceledException) when (limit.Reached) { throw new CannotCheckException(ProbeErrors.Timeout, $"{path} was not read in {Duration.Format(timeout)}"); }
        catch (UnauthorizedAccessException error) { throw new CannotCheckException(ProbeErrors.PermissionDenied, error.Message); }
        catch (IOException error) { throw new CannotCheckException(ProbeErrors.Unreadable, error.Message); }
    }

    /// <summary>Whether there was something to compare with.</summary>
    private static bool Hashes(string path, Arguments with, Findings found, CancellationToken cancellation)
    {
        if (with.TextOrNull("sha256") is { } expected)
        {
            if (BackupFiles.Kind(path) != FileKind.File) throw new CannotCheckException(ProbeErrors.InvalidArgument, $"{path} is a folder, which has no SHA-256: give its manifest");
            var (bytes, hash) = FileHash.Of(path, cancellation);
            Say(string.Equals(hash, expected, StringComparison.OrdinalIgnoreCase) ? new HashVerdict(null, null, 1, bytes, hash) : new HashVerdict(ProbeErrors.HashMismatch, $"{Path.GetFileName(path)} hashes to {hash}", 1, bytes, hash), found);
        }
        BackupFiles.Kind(path); // not there is not the manifest's matter
        var manifest = with.TextOrNull("manifest") ?? BackupFiles.ManifestOf(path);
        found["manifest"] = manifest;
        if (manifest is null || FileStat.Read(manifest) is null)
        {
            if (with.Flag("requireManifest") && !with.Has("sha256")) found.Fail(ProbeErrors.ManifestMissing, $"{path} has no manifest{(manifest is null ? "" : $": {manifest} is not there")}");
            return with.Flag("requireManifest") || with.Has("sha256");
        }
        if (with.TextOrNull("signature") is { } signature)
        {
            if (FileStat.Read(signature) is null) { found.Fail(ProbeErrors.ManifestTampered, $"the manifest's signature {signature} is not there"); return true; }
            var fits = ManifestSignature.Fits(manifest, signature, with.Text("signatureKey"));
            found["signatureOk"] = fits;
            // what it says is then nothing to go by
            if (!fits) { found.Fail(ProbeErrors.ManifestTampered, $"{manifest} is not what was signed"); return true; }
        }
        Say(BackupFiles.Verify(path, manifest, cancellation), found);
        return true;
    }

    private static void Say(HashVerdict verdict, Findings found)
    {
        (found["files"], found["bytes"], found["sha256"], found["hashOk"], found.Unit) = (verdict.Files, verdict.Bytes, verdict.Sha256, verdict.Wrong is null, "bytes");
        if (verdict.Wrong is not null) found.Fail(verdict.Word!, verdict.Wrong);
        else found.Pass($"{verdict.Files} file(s) with {Probes.Say.Bytes(verdict.Bytes)} hash to what the manifest says");
    }

    private static async Task<(bool Tested, byte[] Tail)> ArchiveAsync(string path, Arguments with, ProbeContext context, TimeSpan timeout, Findings found, CancellationToken cancellation)
    {
        if (BackupFiles.Kind(path) == FileKind.Folder) return (false, []);
        var kind = with.Text("archive") == "auto" ? ArchiveTest.Kind(path) : with.Text("archive");
        if (kind == "none" && FormatTest.LastLine(with.Text("format")) is null) return (false, []);
        var result = await ArchiveTest.RunAsync(kind, path, context, timeout, cancellation).ConfigureAwait(false);
        (found["entries"], found["unpackedBytes"]) = (result.Entries, result.Bytes);
        if (kind == "none") return (false, result.Tail);
        found["archiveOk"] = result.Wrong is null;
        if (result.Wrong is not null) found.Fail(ProbeErrors.Corrupt, $"{path} ({kind}): {result.Wrong}");
        else found.Pass($"{path} reads to its last byte ({kind})");
        return (true, result.Tail);
    }

    private static async Task<bool> FormatAsync(string path, byte[] tail, Arguments with, ProbeContext context, TimeSpan timeout, Findings found, CancellationToken cancellation)
    {
        var format = with.Text("format");
        string? wrong = null;
        if (FormatTest.Program(format, path, with.TextOrNull("toolFolder")) is { } program) wrong = await FormatTest.RunAsync(program, context, timeout, cancellation).ConfigureAwait(false);
        else if (FormatTest.LastLine(format) is { } line) wrong = FormatTest.EndsWith(tail, line) ? null : $"it does not end with '{line}': the dump was cut";
        var command = CommandLine.Of(with, "command").Select(item => item == "{backup}" ? path : item).ToList();
        if (wrong is null && command.Count > 0) wrong = await FormatTest.RunAsync(command, context, timeout, cancellation).ConfigureAwait(false);
        if (format == "none" && command.Count == 0) return false;
        found["formatOk"] = wrong is null;
        if (wrong is not null) found.Fail(ProbeErrors.Corrupt, $"{path}: {wrong}");
        else found.Pass($"{path} passes the test of its format");
        return true;
    }
}
