using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Actions.Security;

/// <summary>Moves a file into quarantine and out again. Its record is on the disk before it is touched.</summary>
internal static class QuarantineMove
{
    private const string RecordEnding = ".json";

    public static string RecordOf(QuarantineRecord record) => record.Kept + RecordEnding;

    public static async Task InAsync(QuarantineRecord record, CancellationToken cancellation)
    {
        EvidenceFolder.Write(RecordOf(record), record.ToJson());
        await MoveAsync(record.Path, record.Kept, record, cancellation).ConfigureAwait(false);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(record.Kept, UnixFileMode.None);
        else File.SetAttributes(record.Kept, FileAttributes.ReadOnly);
    }

    /// <summary>Null when it is back exactly; else why it is not.</summary>
    public static async Task<string?> OutAsync(QuarantineRecord record, CancellationToken cancellation)
    {
        if (!File.Exists(record.Kept)) return File.Exists(record.Path) && (await Sha256File.OfAsync(record.Path, cancellation).ConfigureAwait(false)).Sha256 == record.Sha256 ? null : $"{record.Kept} is not there any more";
        if (File.Exists(record.Path) || Directory.Exists(record.Path)) return $"there is another {record.Path} now; the old one stays in quarantine";
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(record.Kept, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        else File.SetAttributes(record.Kept, FileAttributes.Normal);
        if ((await Sha256File.OfAsync(record.Kept, cancellation).ConfigureAwait(false)).Sha256 != record.Sha256)
        {
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(record.Kept, UnixFileMode.None);
            return $"{record.Kept} is not what went into quarantine";
        }
        Directory.CreateDirectory(Path.GetDirectoryName(record.Path)!);
        await MoveAsync(record.Kept, record.Path, record, cancellation).ConfigureAwait(false);
        Restore(record, record.Path);
        return null;
    }

    /// <summary>By its name where both places are on one disk, which changes nothing of it; else by a copy that is compared before the original goes.</summary>
    private static async Task MoveAsync(string from, string to, QuarantineRecord record, CancellationToken cancellation)
    {
        if (StatFacts.Of(from)?.Device is { } device && StatFacts.Of(Path.GetDirectoryName(to)!)?.Device == device)
        {
            File.Move(from, to);
            return;
        }
        using (var source = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.Asynchronous))
        using (var target = new FileStream(to, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0, FileOptions.Asynchronous))
        {
            var (_, sha256) = await Sha256File.CopyAsync(source, target, cancellation).ConfigureAwait(false);
            target.Flush(flushToDisk: true);
            if (sha256 != record.Sha256) throw new IOException($"{from} changed while it was moved");
        }
        Restore(record, to);
        File.Delete(from);
    }

    /// <summary>The owner first: changing it clears bits of the mode.</summary>
    private static void Restore(QuarantineRecord record, string path)
    {
        if (record is { Uid: { } uid, Gid: { } gid } && StatFacts.Of(path) is { } now && (now.Uid != uid || now.Gid != gid) && !StatFacts.SetOwner(path, checked((uint)uid), checked((uint)gid))) throw new IOException($"the owner of {path} could not be set to {uid}:{gid}");
        File.SetLastWriteTimeUtc(path, record.Modified.UtcDateTime);
        if (!OperatingSystem.IsWindows() && record.Permissions is { } mode) File.SetUnixFileMode(path, (UnixFileMode)mode);
    }
}
