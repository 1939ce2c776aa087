using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace IncidentTools.Help.Commands;

/// <summary>Asks the engine itself: imports the module that was just laid out and reads its commands the way PowerShell sees them.</summary>
internal static class ModuleCommands
{
    public static IReadOnlyList<CommandFacts> Read(string manifest)
    {
        var state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows()) state.ExecutionPolicy = Microsoft.PowerShell.ExecutionPolicy.Bypass;
        using var runspace = RunspaceFactory.CreateRunspace(state);
        runspace.Open();
        Runspace.DefaultRunspace = runspace;
        using var shell = PowerShell.Create(runspace);
        var module = shell.AddCommand("Import-Module").AddParameter("Name", manifest).AddParameter("PassThru").AddParameter("ErrorAction", "Stop").Invoke<PSModuleInfo>()[0];
        return [.. module.ExportedCmdlets.Values.OrderBy(info => info.Name, StringComparer.Ordinal).Select(CommandFacts.Of)];
    }
}
