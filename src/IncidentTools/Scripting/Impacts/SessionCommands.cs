using System.Management.Automation;
using System.Management.Automation.Language;
using System.Reflection;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Scripting.Impacts;

/// <summary>The commands of the caller's session, looked up without loading a module, running a handler or searching PATH.</summary>
internal sealed class SessionCommands
{
    private const int MostAliases = 8;
    private volatile SessionState? _session;

    /// <summary>Noted at every command: whoever asks later does so on another thread, which has no session.</summary>
    public void Note(SessionState session) => _session = session;

    /// <summary>Null when this session does not know it.</summary>
    public KnownCommand? Find(string name)
    {
        if (_session is not { } session || WildcardPattern.ContainsWildcardCharacters(name)) return null;
        try
        {
            for (var followed = 0; followed < MostAliases; followed++)
            {
                var found = session.InvokeCommand.GetCommands(name, CommandTypes.Alias | CommandTypes.Cmdlet | CommandTypes.Function, false).FirstOrDefault();
                if (found is not AliasInfo alias) return found is null ? followed == 0 ? null : new KnownCommand(name, null) : new KnownCommand(found.Name, Declared(found));
                name = alias.Definition;
            }
        }
        // the session may be at work meanwhile, or closed; then it is as if it knew nothing
        catch (Exception error) when (error is InvalidOperationException or RuntimeException or ArgumentException or NullReferenceException) { }
        return null;
    }

    private static StepImpact? Declared(CommandInfo command) => command switch
    {
        CmdletInfo cmdlet => cmdlet.ImplementingType?.GetCustomAttribute<CmdletAttribute>() is { SupportsShouldProcess: true } attribute ? Of(attribute.ConfirmImpact) : null,
        FunctionInfo { ScriptBlock.Ast: { } ast } => Declared(ast),
        _ => null,
    };

    // read from its text: asking the function itself would work out the values of its attributes
    private static StepImpact? Declared(Ast ast)
    {
        var block = ast is FunctionDefinitionAst function ? function.Body.ParamBlock : (ast as ScriptBlockAst)?.ParamBlock;
        var binding = block?.Attributes.FirstOrDefault(attribute => attribute.TypeName.Name.Equals("CmdletBinding", StringComparison.OrdinalIgnoreCase));
        NamedAttributeArgumentAst? Argument(string name) => binding?.NamedArguments.FirstOrDefault(argument => argument.ArgumentName.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (Argument("SupportsShouldProcess") is not { } asks || asks.Argument.Extent.Text.Equals("$false", StringComparison.OrdinalIgnoreCase)) return null;
        return Argument("ConfirmImpact")?.Argument is { } text && Enum.TryParse<ConfirmImpact>(text.Extent.Text.Trim('\'', '"').Split(':')[^1], true, out var impact) ? Of(impact) : StepImpact.Medium;
    }

    private static StepImpact Of(ConfirmImpact impact) => impact switch { ConfirmImpact.High => StepImpact.High, ConfirmImpact.Medium => StepImpact.Medium, _ => StepImpact.Low };
}
