namespace IncidentTools.Engine.Tests.Actions.Security;

/// <summary>Rights of Unix files; on Windows there are none.</summary>
internal static class Modes
{
    public static UnixFileMode? Of(string path) => OperatingSystem.IsWindows() ? null : File.GetUnixFileMode(path);

    public static void Set(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, mode);
    }
}
