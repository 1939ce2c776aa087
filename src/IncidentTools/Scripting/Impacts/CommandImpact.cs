using System.Collections.Frozen;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Scripting.Impacts;

/// <summary>What a command's name and metadata say about what it does. Where both speak the graver counts; what nobody knows changes something.</summary>
internal static class CommandImpact
{
    /// <summary>They touch the script's own session, or only show what there is.</summary>
    private static readonly FrozenSet<string> Harmless = Set(
        "Set-Location", "Push-Location", "Pop-Location", "Set-StrictMode", "Set-Variable", "New-Variable", "Remove-Variable", "Clear-Variable", "Set-PSDebug", "New-TimeSpan", "New-Guid", "Add-Member",
        "Format-Table", "Format-List", "Format-Wide", "Format-Custom", "Format-Hex", "Clear-Host", "Out-Null", "Out-String", "Out-Default", "Out-Host", "Start-Sleep", "ForEach-Object", "Import-Csv",
        "Import-Clixml", "Import-PowerShellDataFile", "Import-LocalizedData", "New-Event", "Update-List", "Get-Random");

    private static readonly FrozenDictionary<string, string> Grave = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["Invoke-Expression"] = "runs a text that is made at run time", ["Invoke-Command"] = "runs a script block elsewhere", ["Invoke-Item"] = "opens whatever it is given",
        ["Invoke-CimMethod"] = "calls a method of the system", ["Invoke-WmiMethod"] = "calls a method of the system", ["Start-Process"] = "starts a program out of reach", ["Add-Type"] = "compiles and loads code",
        ["Set-Alias"] = "gives commands other names", ["New-Alias"] = "gives commands other names", ["Import-Alias"] = "gives commands other names", ["Start-Job"] = "runs on by itself",
        ["Start-ThreadJob"] = "runs on by itself", ["Register-ScheduledTask"] = "runs on by itself", ["Register-ScheduledJob"] = "runs on by itself",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>What full PowerShell calls them, for sessions that lack the alias; on other systems these are programs that do the same.</summary>
    private static readonly FrozenDictionary<string, string> Aliases = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["ri"] = "Remove-Item", ["rm"] = "Remove-Item", ["rmdir"] = "Remove-Item", ["del"] = "Remove-Item", ["erase"] = "Remove-Item", ["rd"] = "Remove-Item", ["rp"] = "Remove-ItemProperty",
        ["kill"] = "Stop-Process", ["spps"] = "Stop-Process", ["spsv"] = "Stop-Service", ["clc"] = "Clear-Content", ["cli"] = "Clear-Item", ["clp"] = "Clear-ItemProperty", ["iex"] = "Invoke-Expression",
        ["icm"] = "Invoke-Command", ["ii"] = "Invoke-Item", ["start"] = "Start-Process", ["saps"] = "Start-Process", ["sajb"] = "Start-Job", ["sal"] = "Set-Alias", ["nal"] = "New-Alias",
        ["foreach"] = "ForEach-Object", ["%"] = "ForEach-Object", ["where"] = "Where-Object", ["?"] = "Where-Object", ["select"] = "Select-Object", ["sort"] = "Sort-Object", ["measure"] = "Measure-Object",
        ["group"] = "Group-Object", ["gc"] = "Get-Content", ["cat"] = "Get-Content", ["type"] = "Get-Content", ["gci"] = "Get-ChildItem", ["ls"] = "Get-ChildItem", ["dir"] = "Get-ChildItem", ["cd"] = "Set-Location",
        ["sl"] = "Set-Location", ["echo"] = "Write-Output", ["write"] = "Write-Output", ["sleep"] = "Start-Sleep", ["ft"] = "Format-Table", ["fl"] = "Format-List", ["gm"] = "Get-Member", ["gps"] = "Get-Process",
        ["ps"] = "Get-Process", ["gsv"] = "Get-Service", ["pwd"] = "Get-Location", ["diff"] = "Compare-Object",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> Taking = Set(
        "Remove", "Stop", "Clear", "Format", "Uninstall", "Disable", "Restart", "Reset", "Revoke", "Dismount", "Deny", "Block", "Suspend", "Unregister", "Initialize", "Restore", "Undo", "Disconnect", "Lock", "Limit", "Exit");

    private static readonly FrozenSet<string> Looking = Set(
        "Get", "Test", "Measure", "Select", "Where", "Sort", "Group", "Compare", "ConvertTo", "ConvertFrom", "Convert", "Find", "Join", "Split", "Resolve", "Search", "Show", "Wait", "Write", "Read", "Receive", "Watch", "Trace", "Debug", "Assert");

    private static readonly FrozenSet<string> GravePrograms = Set(
        "rm", "rmdir", "shred", "unlink", "dd", "mkfs", "wipefs", "fdisk", "parted", "shutdown", "reboot", "halt", "poweroff", "kill", "pkill", "killall", "taskkill", "diskpart", "format", "sudo", "doas", "su",
        "sh", "bash", "dash", "zsh", "cmd", "pwsh", "powershell", "python", "python3", "perl", "ruby", "node", "iptables", "nft", "truncate", "userdel", "deluser", "bcdedit", "vssadmin");

    public static (StepImpact Impact, string What) Of(string written, KnownCommand? known)
    {
        var name = known?.Name ?? Aliases.GetValueOrDefault(Bare(written)) ?? Bare(written);
        var shown = name.Equals(written, StringComparison.OrdinalIgnoreCase) ? name : $"{written} ({name})";
        if (Grave.TryGetValue(name, out var grave)) return (StepImpact.High, $"{shown} {grave}");
        if (Harmless.Contains(name)) return default;
        if (written.EndsWith(".ps1", StringComparison.OrdinalIgnoreCase)) return (StepImpact.High, $"{shown} is a script of its own");
        var declared = known?.Declared ?? StepImpact.None;
        var (impact, what) = name.Split('-') is [{ Length: > 0 } verb, _] && (known is not null || IsVerb(verb)) ? OfVerb(verb, name, known, shown) : known is not null ? (StepImpact.None, "") : OfProgram(shown, name);
        return declared > impact ? (declared, $"{shown} declares {declared.ToString().ToLowerInvariant()} impact") : (impact, what);
    }

    private static (StepImpact, string) OfVerb(string verb, string name, KnownCommand? known, string shown) =>
        Taking.Contains(verb) ? (StepImpact.High, $"{shown} takes something away or interrupts it")
        : Looking.Contains(verb) ? default
        // one that is known and asks nobody is judged by what it says of itself, unless its verb changes things outright
        : known is { Declared: not null } ? default : (StepImpact.Medium, name.StartsWith("Out-", StringComparison.OrdinalIgnoreCase) || name.StartsWith("Export-", StringComparison.OrdinalIgnoreCase) ? $"{shown} writes" : $"{shown} changes something");

    private static (StepImpact, string) OfProgram(string shown, string name)
    {
        var program = Path.GetFileNameWithoutExtension(name.Replace('\\', '/'));
        return GravePrograms.Contains(program) || program.StartsWith("mkfs", StringComparison.OrdinalIgnoreCase) ? (StepImpact.High, $"{shown} is a program that takes away or runs anything") : (StepImpact.Medium, $"{shown} is a program");
    }

    private static bool IsVerb(string verb) => Taking.Contains(verb) || Looking.Contains(verb) || (char.IsUpper(verb[0]) && verb.All(char.IsLetter));

    /// <summary>Without the module before it.</summary>
    private static string Bare(string name) => name.LastIndexOf('\\') is >= 0 and var at && !name.Contains('/') && !name.Contains(':') && !name.StartsWith('.') ? name[(at + 1)..] : name;

    private static FrozenSet<string> Set(params string[] names) => names.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
}
