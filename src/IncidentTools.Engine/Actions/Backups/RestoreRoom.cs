using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Probes.Integrity;

namespace IncidentTools.Engine.Actions.Backups;

/// <summary>Whether there is room for a copy, with some to spare: a restore must not fill the disk that the service needs.</summary>
internal static class RestoreRoom
{
    private const long Spare = 64L << 20;

    /// <summary>Of a file or of all files in a folder.</summary>
    public static long Size(string path, CancellationToken cancellation) => FileStat.Read(path) switch
    {
        { Kind: FileKind.Folder } => new TreeWalk(path, [], []).Items().Sum(item =>
        {
            cancellation.ThrowIfCancellationRequested();
            return item.Stat?.Bytes ?? 0;
        }),
        var stat => stat?.Bytes ?? 0,
    };

    public static string? WhyNot(long bytes, string folder)
    {
        var place = folder;
        while (!Directory.Exists(place) && Path.GetDirectoryName(place) is { } parent) place = parent;
        // a share of another machine on Windows has no drive to ask
        if (place.StartsWith(@"\\", StringComparison.Ordinal)) return null;
        var free = new DriveInfo(place).AvailableFreeSpace;
        return bytes + Spare > free ? $"{Say.Bytes(bytes)} are needed, and {folder} has {Say.Bytes(free)} free" : null;
    }
}
