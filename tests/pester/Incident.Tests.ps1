BeforeAll { . "$PSScriptRoot/Setup.ps1" }

Describe 'An incident from declaration to close' {
    BeforeEach { $folder = New-TestStore }
    AfterEach { Remove-TestStore $folder }

    It 'goes the whole way and the journal agrees' {
        $declared = Start-Incident 'Shop is down' -Service shop -Impact 1 -Urgency 1 -NoPage
        $declared.Id | Should -Be 'INC-1'
        $declared.Severity | Should -Be 'P0'
        (Confirm-Incident 1 -Note 'on it').State | Should -Be 'Acknowledged'
        (Set-IncidentRole 1 -Role incident-commander -Contact ana).Commander | Should -Be 'ana'
        (Set-Incident 1 -Impact 2 -Reason 'half the users' -Force).Severity | Should -Be 'P1'
        (Resolve-Incident 1 -Summary 'restarted').State | Should -Be 'Resolved'
        Get-ErrorId { Close-Incident 1 -ErrorAction Stop } | Should -Be 'ReviewOwed'
        (Close-Incident 1 -Review 'The pool needs an alert.').State | Should -Be 'Closed'
        Get-Incident | Should -BeNullOrEmpty
        (Get-Incident -State Closed).HighestSeverity | Should -Be 'P0'
        Test-IncidentJournal -Deep -Quiet | Should -BeTrue
    }

    It 'is reopened when the trouble is back' {
        Start-Incident one -NoPage | Resolve-Incident -Summary 'restarted' | Resume-Incident -Reason 'again' | ForEach-Object Reopened | Should -Be 1
    }

    It 'changes nothing with -WhatIf' {
        Start-Incident one -NoPage -WhatIf | Should -BeNullOrEmpty
        Get-Incident | Should -BeNullOrEmpty
    }

    It 'sorts by severity as text, also after a way through JSON' {
        $null = Start-Incident one -Impact 3 -Urgency 3 -NoPage
        $null = Start-Incident two -Impact 1 -Urgency 1 -NoPage
        (Get-Incident | Sort-Object Severity | Select-Object -First 1).Title | Should -Be 'two'
        (Get-Incident 2 | ConvertTo-Json | ConvertFrom-Json).Severity | Should -Be 'P0'
    }

    It 'binds again from a job and from CLIXML' {
        $null = Start-Incident one -NoPage
        Get-Incident 1 | Export-Clixml ./incident.xml
        (Import-Clixml ./incident.xml | Confirm-Incident).State | Should -Be 'Acknowledged'
    }

    It 'is shown as a table' {
        $null = Start-Incident 'Shop is down' -NoPage
        $lines = (Get-Incident | Out-String) -split '\r?\n' | Where-Object { $_ }
        ($lines[0] -replace '\e\[[0-9;]*m') | Should -Match '^Id +Sev +State +Declared \(UTC\)'
    }

    It 'comes from a table of a spreadsheet, one each' {
        'Title,Impact,Urgency', 'one,1,1', 'two,3,3' | Set-Content ./incidents.csv
        (Import-Csv ./incidents.csv | Start-Incident -NoPage).Severity | Should -Be 'P0', 'P4'
    }
}

Describe 'A refusal' {
    BeforeEach { $folder = New-TestStore; $null = Start-Incident one -NoPage }
    AfterEach { Remove-TestStore $folder }

    It '<script> is <id>' -ForEach @(
        @{ script = 'Start-Incident'; id = 'ValueNotGiven' }
        @{ script = 'Start-Incident x -Impact 7'; id = 'RankInvalid' }
        @{ script = 'Start-Incident x -Condition tenant-isolation-braech'; id = 'ConditionUnknown' }
        @{ script = 'Confirm-Incident 5'; id = 'IncidentNotFound' }
        @{ script = 'Confirm-Incident'; id = 'IncidentNotGiven' }
        @{ script = 'Close-Incident 1'; id = 'TransitionRefused' }
        @{ script = 'Set-Incident 1 -Severity P0'; id = 'OverrideNeedsReason' }
        @{ script = "'the database is down' | Get-Incident"; id = 'IncidentIdInvalid' }
    ) {
        $ErrorActionPreference = 'Stop'
        Get-ErrorId ([scriptblock]::Create($script)) | Should -Be $id
    }
}
