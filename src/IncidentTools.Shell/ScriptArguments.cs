using System.Management.Automation.Runspaces;

namespace IncidentTools.Shell;

/// <summary>Words after a script's name, as pwsh -File reads them: "-Name value", "-Name:value" and "-Switch:$false" name parameters, all else is text.</summary>
internal static class ScriptArguments
{
    public static IEnumerable<CommandParameter> Of(string[] words)
    {
        foreach (var word in words)
        {
            if (word is not ['-', (>= 'a' and <= 'z') or (>= 'A' and <= 'Z'), ..]) yield return new CommandParameter(null, word);
            else if (word.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon) yield return new CommandParameter(word[1..colon], Value(word[(colon + 1)..]));
            else yield return new CommandParameter(word);
        }
    }

    private static object Value(string text) => text.TrimStart('$').ToLowerInvariant() switch { "true" => true, "false" => false, _ => text };
}
