using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using IncidentTools.Base;
using IncidentTools.Engine;

namespace IncidentTools.Completion;

/// <summary>Completes ids and names from the store and the workspace that the command would use. Completion never fails: what cannot be read completes nothing.</summary>
public abstract class Completer : IArgumentCompleter
{
    /// <summary>Candidates: the text and a tooltip.</summary>
    protected abstract IEnumerable<(string Text, string Tip)> Candidates(IncidentEngine engine);

    /// <summary>What the command line gives so far.</summary>
    protected IDictionary Bound { get; private set; } = new Hashtable();

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var word = wordToComplete.Trim('\'', '"');
        Bound = fakeBoundParameters;
        try
        {
            var engine = ModuleSession.Current.Engine(fakeBoundParameters["Store"] as string, fakeBoundParameters["Workspace"] as string);
            return [.. Candidates(engine).Where(item => item.Text.StartsWith(word, StringComparison.OrdinalIgnoreCase)).Select(item => new CompletionResult(Quote(item.Text), item.Text, CompletionResultType.ParameterValue, item.Tip.Length == 0 ? item.Text : item.Tip))];
        }
        catch (IncidentToolsException) { return []; }
    }

    private static string Quote(string text) => text.All(letter => char.IsLetterOrDigit(letter) || letter is '-' or '_' or '.') ? text : "'" + CodeGeneration.EscapeSingleQuotedStringContent(text) + "'";
}
