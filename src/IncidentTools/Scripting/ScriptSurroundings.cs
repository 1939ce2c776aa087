using System.Management.Automation;
using System.Management.Automation.Language;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Scripting;

/// <summary>
/// Commands of a script that this session does not know, and parameters that a command does not have. Only what is loaded, what lies on PATH and what
/// modules say of themselves is asked: importing a module to look into it would run it.
/// </summary>
internal sealed class ScriptSurroundings(PSCmdlet cmdlet, IProcessRunner processes) : IScriptSurroundings
{
    private Dictionary<string, string>? _offered;

    public IReadOnlyList<ScriptFinding> Inspect(string script)
    {
        var parsed = PowerShellText.ParseInert(script);
        if (parsed.Errors.Count > 0) return [new ScriptFinding(parsed.Errors[0].Extent.StartOffset, parsed.Errors[0].Message.TrimEnd('.'), null)];
        var own = parsed.Script.FindAll(ast => ast is FunctionDefinitionAst, searchNestedScriptBlocks: true).Select(ast => ((FunctionDefinitionAst)ast).Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var imports = parsed.Script.Find(ast => ast is CommandAst command && command.GetCommandName() is { } name && name.Equals("Import-Module", StringComparison.OrdinalIgnoreCase), searchNestedScriptBlocks: true) is not null;
        var found = new List<ScriptFinding>();
        foreach (var command in parsed.Script.FindAll(ast => ast is CommandAst, searchNestedScriptBlocks: true).Cast<CommandAst>())
        {
            // a name that is worked out is known only when it runs
            if (command.GetCommandName() is not { } name || own.Contains(name)) continue;
            if (Loaded(name) is { } info) Parameters(command, info, found);
            else if (processes.Find(name) is not null) continue;
            else if (Offered().TryGetValue(name, out var module))
            {
                if (command.CommandElements.Any(element => element is CommandParameterAst))
                    found.Add(new ScriptFinding(command.Extent.StartOffset, $"the parameters of '{name}' could not be looked at: its module {module} is not loaded", $"Import-Module {module}, then test again.", Unknown: true));
            }
            else if (imports) found.Add(new ScriptFinding(command.Extent.StartOffset, $"'{name}' could not be looked at: the script imports modules itself", null, Unknown: true));
            else found.Add(new ScriptFinding(command.Extent.StartOffset, $"there is no command '{name}' here", "Install the module or program that has it, or write it right."));
        }
        return found;
    }

    private CommandInfo? Loaded(string name)
    {
        const CommandTypes Kinds = CommandTypes.Cmdlet | CommandTypes.Function | CommandTypes.Alias | CommandTypes.Filter;
        var info = cmdlet.InvokeCommand.GetCommands(name, Kinds, nameIsPattern: false).FirstOrDefault();
        for (var depth = 0; info is AliasInfo { ReferencedCommand: { } next } && depth < 10; depth++) info = next;
        return info;
    }

    private static void Parameters(CommandAst command, CommandInfo info, List<ScriptFinding> found)
    {
        // parameters that appear only with others (dynamic ones) are not known without running code
        if (info is not (CmdletInfo or FunctionInfo) || info is CmdletInfo { ImplementingType: { } type } && typeof(IDynamicParameters).IsAssignableFrom(type)) return;
        if (info is FunctionInfo { CmdletBinding: false }) return;
        var known = info.Parameters.Values.SelectMany(parameter => parameter.Aliases.Prepend(parameter.Name)).ToArray();
        foreach (var given in command.CommandElements.OfType<CommandParameterAst>())
        {
            // a beginning that only one parameter has is enough
            if (known.Any(name => name.StartsWith(given.ParameterName, StringComparison.OrdinalIgnoreCase))) continue;
            found.Add(new ScriptFinding(given.Extent.StartOffset, $"'{info.Name}' has no parameter -{given.ParameterName}", Engine.Foundation.Nearest.Of(given.ParameterName, known) is { } near ? $"Did you mean -{near}?" : null));
        }
    }

    /// <summary>What modules that are not imported say they offer.</summary>
    private Dictionary<string, string> Offered()
    {
        if (_offered is not null) return _offered;
        _offered = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        foreach (var module in shell.AddCommand("Microsoft.PowerShell.Core\\Get-Module").AddParameter("ListAvailable").Invoke<PSModuleInfo>())
            foreach (var name in module.ExportedCommands.Keys) _offered.TryAdd(name, module.Name);
        return _offered;
    }
}
