using IncidentTools.Engine.Probes.Integrity;

namespace IncidentTools.Engine.Probes.Backups;

/// <param name="Sums">What each file of the backup hashed to, by its path below it; empty for a single file.</param>
/// <param name="Wrong">The first thing that does not fit; null when all does.</param>
internal sealed record HashVerdict(string? Word, string? Wrong, long Files, long Bytes, string? Sha256);

/// <summary>A backup against its manifest: every file that it has, and every file that it should have.</summary>
internal static class BackupFiles
{
    /// <summary>The manifest that goes with a backup when none is named: <c>X.sha256</c>, <c>SHA256SUMS</c> beside a file or in a folder.</summary>
    public static string? ManifestOf(string backup)
    {
        string[] names = Directory.Exists(backup) ? [Path.Combine(backup, "SHA256SUMS"), backup.TrimEnd('/') + ".manifest"] : [backup + ".sha256", backup + ".manifest", Path.Combine(Path.GetDirectoryName(backup)!, "SHA256SUMS")];
        return names.FirstOrDefault(File.Exists);
    }

    /// <exception cref="CannotCheckException">Something could not be read.</exception>
    public static HashVerdict Verify(string backup, string manifestPath, CancellationToken cancellation)
    {
        var manifest = ManifestFile.Open(manifestPath, cancellation);
        return Kind(backup) == FileKind.Folder ? Folder(backup, manifestPath, manifest, cancellation) : OneFile(backup, manifest, manifestPath, cancellation);
    }

    /// <exception cref="CannotCheckException">It is not there, or is neither file nor folder.</exception>
    public static FileKind Kind(string backup)
    {
        try
        {
            var kind = FileStat.Read(backup)?.Kind ?? throw new CannotCheckException(ProbeErrors.NotFound, $"{backup} is not there");
            return kind is FileKind.File or FileKind.Folder ? kind : throw new CannotCheckException(ProbeErrors.InvalidTarget, $"{backup} is neither a file nor a folder");
        }
        catch (UnauthorizedAccessException error) { throw new CannotCheckException(ProbeErrors.PermissionDenied, error.Message); }
        catch (IOException error) { throw new CannotCheckException(ProbeErrors.Unreadable, error.Message); }
    }

    private static HashVerdict OneFile(string backup, ManifestFile manifest, string manifestPath, CancellationToken cancellation)
    {
        var name = Path.GetFileName(backup);
        var lines = manifest.Entries().Where(entry => entry.Path == name || (manifest.Head is null && entry.Path.Split('/')[^1] == name)).Take(2).ToList();
        if (lines.Count == 0) return new HashVerdict(ProbeErrors.ManifestMissing, $"{manifestPath} says nothing of {name}", 0, 0, null);
        if (lines.Count > 1) return new HashVerdict(ProbeErrors.InvalidResponse, $"{manifestPath} names {name} more than once", 0, 0, null);
        try
        {
            var (bytes, hash) = FileHash.Of(backup, cancellation);
            return hash == lines[0].Sha256 ? new HashVerdict(null, null, 1, bytes, hash) : new HashVerdict(ProbeErrors.HashMismatch, $"{name} hashes to {hash} and should to {lines[0].Sha256}", 1, bytes, hash);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { throw new CannotCheckException(ProbeErrors.Unreadable, error.Message); }
    }

    private static HashVerdict Folder(string backup, string manifestPath, ManifestFile manifest, CancellationToken cancellation)
    {
        var own = Path.GetFullPath(manifestPath);
        var comparison = new TreeComparison(10);
        var bytes = 0L;
        comparison.Run(manifest.Entries(), Tree.Of(new ManifestHead(backup, [], manifest.Head?.Include ?? [], manifest.Head?.Exclude ?? []), null).Items().Where(item => item.Full != own).Select(item =>
        {
            bytes += item.Stat?.Kind == FileKind.File ? item.Stat.Bytes : 0;
            return item;
        }), cancellation);
        var files = comparison.Same + comparison.MetadataOnly.Count;
        if (comparison.Changed.Count > 0) return new HashVerdict(ProbeErrors.HashMismatch, $"not what the manifest says: {comparison.Changed}", files, bytes, manifest.Sha256);
        if (comparison.Removed.Count > 0) return new HashVerdict(ProbeErrors.Missing, $"missing: {comparison.Removed}", files, bytes, manifest.Sha256);
        if (comparison.Added.Count > 0) return new HashVerdict(ProbeErrors.Added, $"not in the manifest: {comparison.Added}", files, bytes, manifest.Sha256);
        if (comparison.Unreadable.Count > 0) throw new CannotCheckException(ProbeErrors.Unreadable, $"not readable: {comparison.Unreadable}");
        return new HashVerdict(null, null, files, bytes, manifest.Sha256);
    }
}
