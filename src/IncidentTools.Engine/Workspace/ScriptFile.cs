namespace IncidentTools.Engine.Workspace;

/// <summary>A script that a workspace names: a file below its folder, as that folder's owner and trust cover it.</summary>
internal static class ScriptFile
{
    public static string Full(string folder, string file) => Path.GetFullPath(file, folder);

    public static bool IsInside(string folder, string file)
    {
        var below = Path.GetRelativePath(folder, Full(folder, file));
        return !Path.IsPathRooted(below) && below != ".." && !below.StartsWith(".." + Path.DirectorySeparatorChar, StringComparison.Ordinal);
    }
}
