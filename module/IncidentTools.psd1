@{
    RootModule           = 'bin/IncidentTools.dll'
    ModuleVersion        = '0.1.0'
    GUID                 = '6f0e2c1e-6a1f-4c1e-9a57-0d1f2b8f5a11'
    Author               = 'IncidentTools contributors'
    CompanyName          = 'IncidentTools'
    Copyright            = '(c) IncidentTools contributors. MIT licence.'
    Description          = 'Incidents at the command line: declare, grade, time, hand over, resolve and review, in a journal that shows when it was changed.'
    PowerShellVersion    = '7.4'
    CompatiblePSEditions = @('Core')
    # the loader first: it must listen before the types of the root module are read
    NestedModules        = @('bin/IncidentTools.Loader.dll')
    RequiredAssemblies   = @('bin/IncidentTools.Core.dll')
    FormatsToProcess     = @(
        'Format/Communications.Format.ps1xml'
        'Format/Detection.Format.ps1xml'
        'Format/Incidents.Format.ps1xml'
        'Format/Journal.Format.ps1xml'
        'Format/Runbooks.Format.ps1xml'
        'Format/Runs.Format.ps1xml'
        'Format/Workspace.Format.ps1xml'
    )
    FunctionsToExport    = @()
    VariablesToExport    = @()
    CmdletsToExport      = @(
        'Add-IncidentNote'
        'Approve-RunbookStep'
        'Close-Incident'
        'Compare-Runbook'
        'Complete-IncidentChecklistItem'
        'Complete-RunbookStep'
        'Confirm-Incident'
        'Connect-IncidentStore'
        'Deny-RunbookStep'
        'Disconnect-IncidentStore'
        'Enter-Incident'
        'Exit-Incident'
        'Export-IncidentReport'
        'Export-Runbook'
        'Find-Runbook'
        'Get-EscalationContact'
        'Get-Incident'
        'Get-IncidentChecklistItem'
        'Get-IncidentClock'
        'Get-IncidentJournal'
        'Get-IncidentNextStep'
        'Get-IncidentNotification'
        'Get-IncidentService'
        'Get-IncidentSeverity'
        'Get-IncidentStore'
        'Get-IncidentTimeline'
        'Get-IncidentWorkspace'
        'Get-Runbook'
        'Get-RunbookPlan'
        'Get-RunbookRun'
        'Get-RunbookStep'
        'Invoke-IncidentDetection'
        'Invoke-Runbook'
        'Invoke-RunbookStep'
        'New-IncidentWorkspace'
        'New-Runbook'
        'Receive-IncidentAlert'
        'Resolve-Incident'
        'Resolve-RunbookStep'
        'Resume-Incident'
        'Resume-RunbookRun'
        'Send-IncidentUpdate'
        'Set-Incident'
        'Set-IncidentRole'
        'Skip-RunbookStep'
        'Start-Incident'
        'Stop-RunbookRun'
        'Test-IncidentJournal'
        'Test-IncidentService'
        'Test-IncidentWorkspace'
        'Test-Runbook'
        'Undo-RunbookStep'
        'Wait-RunbookRun'
    )
    AliasesToExport      = @('Acknowledge-Incident', 'Reopen-Incident')
    PrivateData          = @{
        PSData = @{
            Tags         = @('incident', 'runbook', 'on-call', 'postmortem', 'operations', 'SRE', 'audit', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS')
            LicenseUri   = 'https://opensource.org/license/mit'
            ReleaseNotes = 'See CHANGELOG.md.'
        }
    }
}
