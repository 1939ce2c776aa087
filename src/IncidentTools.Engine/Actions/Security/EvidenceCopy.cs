using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Actions.Security;

/// <summary>The second copy of a sealed folder, and what keeps both from being changed by mistake.</summary>
internal static class EvidenceCopy
{
    /// <summary>A second copy of a sealed folder. What is there already, from an attempt that was broken off, is used only when it is the same.</summary>
    public static async Task MakeAsync(string folder, string to, CancellationToken cancellation)
    {
        foreach (var name in SealedFolder.Files(folder).Append(SealedFolder.FileName))
        {
            var target = Path.Combine(to, name);
            EvidenceFolder.Create(Path.GetDirectoryName(target)!);
            using var source = new FileStream(Path.Combine(folder, name), FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.Asynchronous);
            var part = target + ".part";
            using (var copy = new FileStream(part, FileMode.Create, FileAccess.Write, FileShare.None, 0, FileOptions.Asynchronous))
            {
                await Sha256File.CopyAsync(source, copy, cancellation).ConfigureAwait(false);
                copy.Flush(flushToDisk: true);
            }
            File.Move(part, target, overwrite: true);
            File.SetLastWriteTimeUtc(target, File.GetLastWriteTimeUtc(Path.Combine(folder, name)));
        }
    }

    /// <summary>Files and folders, from within outwards: against mistakes; whoever owns them can still undo it, which is why there is a hash and a second copy.</summary>
    public static void MakeReadOnly(string folder)
    {
        foreach (var name in SealedFolder.Files(folder).Append(SealedFolder.FileName)) File.SetAttributes(Path.Combine(folder, name), File.GetAttributes(Path.Combine(folder, name)) | FileAttributes.ReadOnly);
        if (OperatingSystem.IsWindows()) return;
        foreach (var name in SealedFolder.Files(folder).Append(SealedFolder.FileName)) File.SetUnixFileMode(Path.Combine(folder, name), UnixFileMode.UserRead);
        foreach (var inner in Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories).OrderByDescending(path => path.Length).Append(folder)) File.SetUnixFileMode(inner, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }
}
