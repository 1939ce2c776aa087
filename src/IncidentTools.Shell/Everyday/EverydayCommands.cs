using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace IncidentTools.Shell.Everyday;

/// <summary>The everyday commands that full PowerShell brings in modules of its own. The module itself needs none of them.</summary>
internal static class EverydayCommands
{
    private static readonly (string Name, Type Command)[] Ours =
    [
        ("Clear-Host", typeof(ClearHostCommand)),
        ("Get-Location", typeof(GetLocationCommand)),
        ("Out-File", typeof(OutFileCommand)),
        ("Out-String", typeof(OutStringCommand)),
        ("Set-Location", typeof(SetLocationCommand)),
        ("Show-Help", typeof(ShowHelpCommand)),
        ("Write-Error", typeof(WriteErrorCommand)),
        ("Write-Host", typeof(WriteHostCommand)),
        ("Write-Output", typeof(WriteOutputCommand)),
        ("Write-Warning", typeof(WriteWarningCommand)),
    ];

    public static void AddTo(InitialSessionState state)
    {
        // functions of the engine that call commands which are not here, and those that ours replace
        foreach (var function in new[] { "Clear-Host", "exec", "help", "mkdir", "more", "oss", "Pause" }) state.Commands.Remove(function, typeof(SessionStateFunctionEntry));
        foreach (var (name, command) in Ours) state.Commands.Add(new SessionStateCmdletEntry(name, command, null));
        state.Commands.Add(new SessionStateCmdletEntry(OutShellCommand.Name, typeof(OutShellCommand), null) { Visibility = SessionStateEntryVisibility.Public });
        // an alias of a command that is not here only misleads
        var there = state.Commands.Where(command => command is not SessionStateAliasEntry).Select(command => command.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var alias in state.Commands.OfType<SessionStateAliasEntry>().Where(alias => !there.Contains(alias.Definition)).ToArray()) state.Commands.Remove(alias.Name, typeof(SessionStateAliasEntry));
        state.Commands.Add(new SessionStateAliasEntry("help", "Show-Help"));
    }
}
