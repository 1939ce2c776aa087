using System.Management.Automation;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Commands.Runbooks;

/// <summary>What a name with or without wildcards, or a path, means.</summary>
internal static class RunbookChoice
{
    public static bool IsPattern(string name) => !RunbookLibrary.IsPath(name) && WildcardPattern.ContainsWildcardCharacters(name);

    /// <exception cref="IncidentToolsException">RunbookNotFound: never for a pattern.</exception>
    public static IReadOnlyList<RunbookFile> Of(RunbookLibrary library, string name)
    {
        if (!IsPattern(name)) return [library.FindFile(name)];
        var pattern = new WildcardPattern(name, WildcardOptions.IgnoreCase);
        return [.. library.All().Where(file => pattern.IsMatch(file.Name))];
    }
}
