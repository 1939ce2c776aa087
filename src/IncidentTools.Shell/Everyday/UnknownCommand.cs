using System.Management.Automation;

namespace IncidentTools.Shell.Everyday;

/// <summary>What to say when a command is not there: it belongs to full PowerShell, or one of ours is meant.</summary>
internal static class UnknownCommand
{
    /// <summary>Everyday commands of the modules that full PowerShell brings, and their short names.</summary>
    private static readonly HashSet<string> InBox = new(
        """
        Add-Content Add-Member Add-Type Clear-Content Clear-Item Clear-ItemProperty Clear-Variable Compare-Object Compress-Archive Convert-Path
        ConvertFrom-Csv ConvertFrom-Json ConvertFrom-Markdown ConvertFrom-SecureString ConvertFrom-StringData ConvertTo-Csv ConvertTo-Html ConvertTo-Json
        ConvertTo-SecureString ConvertTo-Xml Copy-Item Copy-ItemProperty Debug-Process Disable-PSBreakpoint Enable-PSBreakpoint Expand-Archive Export-Alias
        Export-Clixml Export-Csv Export-FormatData Find-Module Find-PSResource Format-Custom Format-Hex Format-List Format-Table Format-Wide Get-Acl Get-Alias
        Get-AuthenticodeSignature Get-ChildItem Get-Clipboard Get-ComputerInfo Get-Content Get-Credential Get-Culture Get-Date Get-Error Get-Event
        Get-ExecutionPolicy Get-FileHash Get-FormatData Get-Host Get-HotFix Get-Item Get-ItemProperty Get-ItemPropertyValue Get-Member Get-Process Get-PSBreakpoint
        Get-PSCallStack Get-PSDrive Get-PSProvider Get-Random Get-Runspace Get-SecureRandom Get-Service Get-TimeZone Get-TraceSource Get-TypeData Get-UICulture
        Get-Unique Get-Uptime Get-Variable Get-Verb Group-Object Import-Alias Import-Clixml Import-Csv Import-LocalizedData Import-PowerShellDataFile
        Install-Module Install-PSResource Invoke-Expression Invoke-Item Invoke-RestMethod Invoke-WebRequest Join-Path Join-String Measure-Command Measure-Object
        Move-Item Move-ItemProperty New-Alias New-Event New-Guid New-Item New-ItemProperty New-Object New-PSDrive New-Service New-TemporaryFile New-TimeSpan
        New-Variable Out-GridView Out-Printer Pop-Location Push-Location Read-Host Register-EngineEvent Register-ObjectEvent Remove-Alias Remove-Event
        Remove-Item Remove-ItemProperty Remove-PSBreakpoint Remove-PSDrive Remove-Service Remove-TypeData Remove-Variable Rename-Computer Rename-Item
        Rename-ItemProperty Resolve-Path Restart-Computer Restart-Service Resume-Service Select-Object Select-String Select-Xml Send-MailMessage Set-Acl Set-Alias
        Set-AuthenticodeSignature Set-Clipboard Set-Content Set-Date Set-ExecutionPolicy Set-Item Set-ItemProperty Set-PSBreakpoint Set-Service Set-TimeZone
        Set-TraceSource Set-Variable Show-Command Show-Markdown Sort-Object Split-Path Start-Process Start-Service Start-Sleep Start-ThreadJob Start-Transcript
        Stop-Computer Stop-Process Stop-Service Stop-Transcript Suspend-Service Tee-Object Test-Connection Test-Json Test-Path Trace-Command Unblock-File
        Unregister-Event Update-FormatData Update-List Update-TypeData Wait-Debugger Wait-Event Wait-Process Write-Debug Write-Information Write-Progress
        Write-Verbose
        cat clc cli clp clv compare copy cp cpi cpp cvpa dbp del diff dir epal epcsv erase fc fhx fl ft fw gal gc gci gcs gdr gerr gi gin gm gp gps gpv group
        gsv gtz gu gv iex ii ipal ipcsv irm iwr kill ls measure mi mkdir more mount move mp mv nal ndr ni nv ogv oss Pause popd ps pushd rbp rd rdr ren ri rm
        rmdir rni rnp rp rv rvpa sal saps sasv select set shcm si sleep sls sort sp spps spsv start stz sv tee type write
        """.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries), StringComparer.OrdinalIgnoreCase);

    /// <summary>The advice, or null when there is none to give.</summary>
    public static string? Advice(ErrorRecord error, PSCmdlet cmdlet)
    {
        if (error.Exception is not CommandNotFoundException { CommandName: { Length: > 0 } name }) return null;
        if (InBox.Contains(name)) return $"It is part of full PowerShell: `pwsh`, then Import-Module '{((ConsoleHost)cmdlet.Host.PrivateData.BaseObject).Module}'";
        var near = Near(name, cmdlet);
        return near.Length > 0 ? $"Did you mean {string.Join(" or ", near)}?" : "Commands of this module: Get-Command -Module IncidentTools";
    }

    /// <summary>Ours that are spelled alike, else ours that contain the noun ("Get-Timeline").</summary>
    private static string[] Near(string name, PSCmdlet cmdlet)
    {
        var noun = name[(name.IndexOf('-', StringComparison.Ordinal) + 1)..];
        const string script = """
            param($name, $noun)
            $near = Get-Command -Name $name -Module IncidentTools -UseFuzzyMatching -FuzzyMinimumDistance 2 -ErrorAction Ignore
            if ($near) { $near } elseif ($noun.Length -gt 3) { Get-Command -Name "*$noun*" -Module IncidentTools -ErrorAction Ignore }
            """;
        var found = cmdlet.InvokeCommand.InvokeScript(cmdlet.SessionState, cmdlet.InvokeCommand.NewScriptBlock(script), name, WildcardPattern.Escape(noun));
        return [.. found.Select(item => ((CommandInfo)item.BaseObject).Name).Distinct(StringComparer.OrdinalIgnoreCase).Take(3)];
    }
}
