namespace IncidentTools.Engine.Probes.Backups;

/// <summary>Argument lists of restores. A placeholder is a whole argument, so that no value can become more than one.</summary>
internal static class RestoreLine
{
    /// <summary>Nothing that is there is overwritten; GNU tar and bsdtar, which both find out how it is packed.</summary>
    public static IReadOnlyList<string> Tar(string archive, string target) => ["tar", "-x", "-k", "--numeric-owner", "-f", archive, "-C", target];

    public static IReadOnlyList<string> Fill(IReadOnlyList<string> command, string backup, string target, string? name) => [.. command.Select(item => item switch
    {
        "{backup}" => backup,
        "{target}" => target,
        "{name}" => name ?? item,
        _ => item,
    })];
}
