using System.Text;

namespace IncidentTools.Engine.Actions.Security;

/// <summary>Folders that only their owner sees, named by the time of the intent, so that nothing is ever overwritten.</summary>
internal static class EvidenceFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public static string Of(string to, string name, ActionContext context) => Path.Combine(to, $"{name}-{context.IntendedAt.UtcDateTime:yyyyMMdd'T'HHmmss.ffffff'Z'}");

    public static void Create(string folder)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, OwnerOnly);
    }

    /// <summary>A new file that is on the disk when this returns.</summary>
    public static void Write(string path, string text)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        file.Write(Encoding.UTF8.GetBytes(text));
        file.Flush(flushToDisk: true);
    }

    /// <summary>Null for a share of another machine on Windows, which has no drive to ask.</summary>
    public static long? Free(string folder)
    {
        while (!Directory.Exists(folder) && Path.GetDirectoryName(folder) is { } parent) folder = parent;
        return folder.StartsWith(@"\\", StringComparison.Ordinal) ? null : new DriveInfo(folder).AvailableFreeSpace;
    }

    /// <param name="last">The file that is written last, and so says that all of it was done.</param>
    public static CheckResult Check(string folder, string last)
    {
        try
        {
            return !Directory.Exists(folder) ? new(CheckState.NotDone, $"there is no {folder}")
                : File.Exists(Path.Combine(folder, last)) ? new(CheckState.Done, $"{Path.Combine(folder, last)} was written, which is the last thing done")
                : new(CheckState.NotDone, $"{folder} has no {last}: it was broken off; what is there stays, and the next attempt has its own folder");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return new(CheckState.Unknown, error.Message); }
    }
}
