using System.Collections;
using System.Management.Automation.Runspaces;

namespace IncidentTools.Shell;

/// <summary>
/// Words after a script's name, as pwsh -File reads them: "-Name:value" and "-Switch:$false" are parameters with their values, "-Name" names one whose
/// value may follow, and all else is text.
/// </summary>
internal sealed record ScriptArguments(Hashtable Named, IReadOnlyList<CommandParameter> Rest)
{
    public static ScriptArguments Of(string[] words)
    {
        var named = new Hashtable(StringComparer.OrdinalIgnoreCase);
        var rest = new List<CommandParameter>();
        foreach (var word in words)
        {
            if (word is not ['-', (>= 'a' and <= 'z') or (>= 'A' and <= 'Z'), ..]) rest.Add(new CommandParameter(null, word));
            else if (word.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon) named[word[1..colon]] = Value(word[(colon + 1)..]);
            else rest.Add(new CommandParameter(word));
        }
        return new ScriptArguments(named, rest);
    }

    private static object Value(string text) => text.TrimStart('$').ToLowerInvariant() switch { "true" => true, "false" => false, _ => text };
}
