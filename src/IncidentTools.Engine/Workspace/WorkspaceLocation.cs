using System.Security.Cryptography;
using System.Text;

namespace IncidentTools.Engine.Workspace;

/// <summary>Which folder is the workspace, and why.</summary>
/// <param name="FoundBy">parameter, variable, parent or shipped.</param>
/// <param name="Trusted">False only for one found by searching upward that nobody has trusted yet.</param>
public sealed record WorkspaceLocation(string Path, string FoundBy, bool Trusted)
{
    public const string Variable = "INCIDENTTOOLS_WORKSPACE";

    /// <summary>-Workspace, then the variable, then the nearest parent with the marker, else the shipped one.</summary>
    /// <exception cref="IncidentToolsException">WorkspaceNotFound: the named folder is not one. WorkspaceNotOwned: others may write it.</exception>
    public static WorkspaceLocation Find(string? given, string location, string shipped)
    {
        if (given is not null) return Named(given, "parameter");
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named) return Named(named, "variable");
        for (var folder = new DirectoryInfo(location); folder is not null; folder = folder.Parent)
        {
            if (!File.Exists(System.IO.Path.Combine(folder.FullName, WorkspaceLoader.Marker))) continue;
            RefuseForeign(folder.FullName);
            return new WorkspaceLocation(folder.FullName, "parent", IsTrusted(folder.FullName));
        }
        return new WorkspaceLocation(shipped, "shipped", true);
    }

    private static WorkspaceLocation Named(string path, string by)
    {
        var full = System.IO.Path.GetFullPath(path);
        if (!File.Exists(System.IO.Path.Combine(full, WorkspaceLoader.Marker))) throw Errors.WorkspaceNotFound(full);
        RefuseForeign(full);
        return new WorkspaceLocation(full, by, true);
    }

    /// <summary>A workspace names programs that will be run: files that others may write are refused.</summary>
    private static void RefuseForeign(string folder)
    {
        if (OperatingSystem.IsWindows()) return; // ACLs: inherited from a folder that only its owner writes, unless somebody changed it
        foreach (var file in Deciding(folder).Prepend(folder))
            if ((File.GetUnixFileMode(file) & UnixFileMode.OtherWrite) != 0) throw Errors.WorkspaceNotOwned(file);
    }

    /// <summary>Trust is given once, to these bytes: any change of a YAML file or script needs it again.</summary>
    internal static bool IsTrusted(string folder) => File.Exists(TrustFile) && File.ReadLines(TrustFile).Contains(TrustLine(folder), StringComparer.Ordinal);

    /// <summary>Marks the workspace, as it is now, as trusted by this user.</summary>
    public void Trust()
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(TrustFile)!);
        File.AppendAllLines(TrustFile, [TrustLine(Path)]);
    }

    private static string TrustFile => System.IO.Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify), "IncidentTools", "trusted-workspaces");

    /// <summary>What decides which programs run: definitions, and the scripts they name.</summary>
    private static IEnumerable<string> Deciding(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Where(file => System.IO.Path.GetExtension(file).ToLowerInvariant() is ".yaml" or ".ps1" or ".psm1" or ".psd1").Order(StringComparer.Ordinal);

    private static string TrustLine(string folder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in Deciding(folder))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(System.IO.Path.GetRelativePath(folder, file).Replace('\\', '/') + "\0"));
            hash.AppendData(SHA256.HashData(File.ReadAllBytes(file)));
        }
        return $"{Convert.ToHexString(hash.GetHashAndReset()).ToLowerInvariant()} {folder}";
    }
}
