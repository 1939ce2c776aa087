using System.Management.Automation.Runspaces;

namespace IncidentTools.Shell;

/// <summary>The everyday commands that full PowerShell brings in modules of its own. The module itself needs none of them.</summary>
internal static class Everyday
{
    private static readonly (string Name, string Body)[] Functions =
    [
        ("Set-Location", "param([string] $Path = $HOME) $null = $ExecutionContext.SessionState.Path.SetLocation($Path)"),
        ("Get-Location", "$ExecutionContext.SessionState.Path.CurrentLocation"),
        ("Write-Output", "param([Parameter(ValueFromPipeline)] $InputObject) process { $InputObject }"),
        ("Write-Host", "$Host.UI.WriteLine([string]::Join(' ', $args))"),
        ("Write-Error", "param([string] $Message) $Host.UI.WriteErrorLine($Message)"),
        ("Write-Warning", "param([string] $Message) $Host.UI.WriteWarningLine($Message)"),
        ("Clear-Host", "[Console]::Clear()"),
        ("Get-Date", "[DateTimeOffset]::Now"),
    ];

    public static void AddTo(InitialSessionState state)
    {
        foreach (var (name, body) in Functions) state.Commands.Add(new SessionStateFunctionEntry(name, body));
        // aliases of commands that are not here only mislead
        foreach (var alias in state.Commands.OfType<SessionStateAliasEntry>().ToArray())
            if (alias.Definition is not ("Set-Location" or "Get-Location" or "Clear-Host" or "Write-Output") && !Known.Contains(alias.Definition)) state.Commands.Remove(alias.Name, typeof(SessionStateAliasEntry));
    }

    private static readonly HashSet<string> Known = new(StringComparer.OrdinalIgnoreCase) { "ForEach-Object", "Where-Object", "Get-History", "Invoke-History", "Get-Command", "Get-Module", "Import-Module", "Get-Help" };
}
