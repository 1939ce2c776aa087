namespace IncidentTools.Engine.Journal.Sqlite;

/// <summary>The file and folder of a store: made private, never followed through a link.</summary>
internal static class StoreFile
{
    private const UnixFileMode PrivateFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes sure that the file exists (0600, in a folder 0700); true when it can only be read.</summary>
    /// <exception cref="IncidentToolsException">StoreUnreadable, StoreForeign.</exception>
    public static bool Prepare(string path)
    {
        try
        {
            if (Directory.Exists(path)) throw Errors.StoreUnreadable(path, "it is a folder");
            if (new FileInfo(path).LinkTarget is not null) throw Errors.StoreUnreadable(path, "it is a symbolic link");
            if (!File.Exists(path)) Create(path);
            return !CanWrite(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw Errors.StoreUnreadable(path, error.Message, error);
        }
    }

    private static void Create(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, PrivateFile | UnixFileMode.UserExecute);
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete };
        // SQLite gives its log files the mode of the main file
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = PrivateFile;
        using var file = new FileStream(path, options);
    }

    private static bool CanWrite(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            return true;
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            // throws when it cannot even be read
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return false;
        }
    }
}
