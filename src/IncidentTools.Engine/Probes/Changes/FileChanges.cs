namespace IncidentTools.Engine.Probes.Changes;

/// <summary>Files written within the window, by their time of change. Copies may keep an old time, and whoever wants to hide sets it back: none found is no proof.</summary>
internal static class FileChanges
{
    private const int MaxLookedAt = 200_000, MaxChanges = 500;

    public static IReadOnlyList<Change> Read(string path, ChangeSpan span, CancellationToken cancellation)
    {
        try
        {
            if (!Directory.Exists(path))
            {
                var file = new FileInfo(path);
                if (!file.Exists) throw new CannotCheckException(ProbeErrors.NotFound, $"{path}: there is no such file or folder");
                return At(file) is var time && span.Holds(time) ? [new Change(time, path, "written")] : [];
            }
            var (changes, looked) = (new List<Change>(), 0);
            foreach (var file in new DirectoryInfo(path).EnumerateFileSystemInfos("*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = false, AttributesToSkip = 0, MaxRecursionDepth = 32 }))
            {
                cancellation.ThrowIfCancellationRequested();
                if (++looked > MaxLookedAt) throw new CannotCheckException(ProbeErrors.Truncated, $"{path} holds more than {MaxLookedAt} files: name folders below it");
                // a folder's time says that something in it came or went, which is how a removed file shows
                if (span.Holds(At(file)) && changes.Count < MaxChanges) changes.Add(new Change(At(file), path, $"{Path.GetRelativePath(path, file.FullName)}{(file is DirectoryInfo ? ": files came or went" : " written")}"));
            }
            return changes;
        }
        catch (UnauthorizedAccessException error) { throw new CannotCheckException(ProbeErrors.PermissionDenied, $"{path}: {error.Message}"); }
        catch (IOException error) { throw new CannotCheckException(ProbeErrors.Unreadable, $"{path}: {error.Message}"); }
    }

    private static DateTimeOffset At(FileSystemInfo file) => new(file.LastWriteTimeUtc, TimeSpan.Zero);
}
