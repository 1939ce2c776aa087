using System.Globalization;

namespace IncidentTools.Engine.Probes.Processes;

/// <param name="Process">The living process it names; null when there is none.</param>
/// <param name="Stale">Why the file does not speak of a living process of its own; null when it does.</param>
internal sealed record PidFile(string Path, int Pid, ProcessInfo? Process, string? Stale)
{
    // a program writes its file after it started; anything later is another process with a reused id
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(5);

    /// <summary>Null: there is no such file.</summary>
    /// <param name="name">The program's name, when known: proves better than times whose process it is.</param>
    public static PidFile? Read(string path, string? name, TimeProvider time)
    {
        int pid;
        DateTimeOffset written;
        try
        {
            if (!File.Exists(path))
            {
                // File.Exists is also false where we may not look
                _ = File.GetAttributes(path);
                throw new CannotCheckException(ProbeErrors.Unreadable, $"{path} is not a file");
            }
            using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
            var buffer = new char[32];
            var text = new string(buffer, 0, reader.ReadBlock(buffer)).Trim();
            if (!int.TryParse(text.Split('\n')[0].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out pid) || pid <= 0) throw new CannotCheckException(ProbeErrors.Unreadable, $"{path} holds no process id but '{text}'");
            written = File.GetLastWriteTimeUtc(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException) { return null; }
        catch (UnauthorizedAccessException) { throw new CannotCheckException(ProbeErrors.PermissionDenied, $"{path} may not be read"); }
        catch (Exception error) when (error is IOException or NotSupportedException or ArgumentException) { throw new CannotCheckException(ProbeErrors.Unreadable, $"{path}: {error.Message}"); }
        var process = ProcessList.Find(pid, time);
        if (process is null && !ProcessList.SeesAll) throw new CannotCheckException(ProbeErrors.PermissionDenied, $"this account sees only its own processes, and process {pid} of {path} is not one of them");
        if (process is null || process.IsZombie) return new(path, pid, null, $"process {pid} of {path} is not there any more");
        if (name is not null && !ProcessMatch.HasName(process, name)) return new(path, pid, null, $"process {pid} of {path} is {process.Name}, not {name}");
        // ages, not moments: the file's clock is the system's, the engine's may be another
        return name is null && TimeProvider.System.GetUtcNow() - written > time.GetUtcNow() - process.StartedAt + Slack ? new(path, pid, null, $"process {pid} ({process.Name}) began after {path} was written: its id was reused") : new(path, pid, process, null);
    }
}

internal static class ProcessMatch
{
    // the kernel keeps 15 bytes of a name; the rest stands in the arguments, unless the program wrote its title over them
    private const int KernelNameLength = 15;

    public static bool HasName(ProcessInfo process, string name)
    {
        if (!OperatingSystem.IsWindows()) return process.Name == name || process.Program == name || (name.Length > KernelNameLength && process.Name == name[..KernelNameLength] && process.Program?.StartsWith(process.Name, StringComparison.Ordinal) != true);
        var bare = name.EndsWith(".exe", StringComparison.OrdinalIgnoreCase) ? name[..^4] : name;
        return process.Name.Equals(bare, StringComparison.OrdinalIgnoreCase);
    }
}
