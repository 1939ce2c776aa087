using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Remoting;
using System.Management.Automation.Runspaces;
using System.Text;

namespace IncidentTools.Scripting;

/// <summary>
/// What a runspace was like before its first script. Variables are put back; anything else that a script may leave (a function, alias, drive, module,
/// job, subscription) is only seen. PowerShell's own ResetRunspaceState does less and takes longer than most scripts.
/// </summary>
internal sealed class RunspaceSnapshot
{
    /// <summary>Set by the engine itself as it goes.</summary>
    private static readonly HashSet<string> Passing = new(["?", "^", "$", "PWD", "Error", "StackTrace", "NestedPromptLevel", "PSSessionOption", "PSDefaultParameterValues"], StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, (PSVariable Variable, object? Value, ScopedItemOptions Options)> _variables = new(StringComparer.OrdinalIgnoreCase);
    private readonly string _rest;

    public RunspaceSnapshot(Runspace runspace)
    {
        foreach (var variable in Variables(runspace)) _variables[variable.Name] = (variable, Value(variable), variable.Options);
        _rest = Rest(runspace);
    }

    /// <summary>Whether it is again as it was; if not, it is of no more use.</summary>
    public bool Restore(Runspace runspace) =>
        runspace.RunspaceStateInfo.State == RunspaceState.Opened && runspace.RunspaceAvailability == RunspaceAvailability.Available
        && runspace.Events.Subscribers.Count == 0 && Rest(runspace) == _rest && RestoreVariables(runspace);

    private bool RestoreVariables(Runspace runspace)
    {
        var proxy = runspace.SessionStateProxy.PSVariable;
        var known = 0;
        foreach (var variable in Variables(runspace))
        {
            if (!_variables.TryGetValue(variable.Name, out var before))
            {
                proxy.Remove(variable); // throws for one that cannot be removed
                continue;
            }
            known++;
            // another one of the same name, or one with a type or a limit put on it
            if (!ReferenceEquals(variable, before.Variable) && variable.GetType() == typeof(PSVariable) || variable.Options != before.Options) return false;
            if (!Passing.Contains(variable.Name) && !Same(Value(variable), before.Value)) variable.Value = before.Value;
        }
        if (known != _variables.Count || proxy.GetValue("PSDefaultParameterValues") is IDictionary { Count: > 0 } || proxy.GetValue("Error") is not ArrayList errors) return false;
        errors.Clear();
        proxy.Set("PSSessionOption", new PSSessionOption()); // its properties can be set
        return true;
    }

    private static IEnumerable<PSVariable> Variables(Runspace runspace) => runspace.SessionStateProxy.InvokeProvider.ChildItem.Get("Variable:", recurse: false).Select(item => (PSVariable)item.BaseObject);

    /// <summary>Those with a type of their own work out their value.</summary>
    private static object? Value(PSVariable variable) => variable.GetType() == typeof(PSVariable) ? variable.Value : null;

    private static bool Same(object? one, object? other) => ReferenceEquals(one, other) || one is ValueType or string && one.Equals(other);

    private static string Rest(Runspace runspace)
    {
        var proxy = runspace.SessionStateProxy;
        var found = new StringBuilder();
        foreach (var command in proxy.InvokeCommand.GetCommands("*", CommandTypes.Function | CommandTypes.Filter | CommandTypes.Alias, nameIsPattern: true)) found.Append(command.Name).Append(' ').Append(command.Definition).Append('\n');
        foreach (var drive in proxy.Drive.GetAll()) found.Append(drive.Name).Append(' ').Append(drive.Root).Append('\n');
        using var shell = PowerShell.Create();
        shell.Runspace = runspace;
        foreach (var item in shell.AddCommand("Microsoft.PowerShell.Core\\Get-Module").AddStatement().AddCommand("Microsoft.PowerShell.Core\\Get-Job").Invoke()) found.Append(item.BaseObject is Job job ? $"job {job.Id}" : item.ToString()).Append('\n');
        return found.ToString();
    }
}
