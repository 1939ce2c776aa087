BeforeAll { . "$PSScriptRoot/Setup.ps1" }

Describe 'An idempotency key' {
    BeforeEach { $folder = New-TestStore }
    AfterEach { Remove-TestStore $folder }

    It 'declares once' {
        1..3 | ForEach-Object { (Start-Incident x -Key a -NoPage).Id } | Should -Be 'INC-1', 'INC-1', 'INC-1'
        @(Get-Incident).Count | Should -Be 1
    }

    It 'is refused for something else' {
        $null = Start-Incident x -Key a -NoPage
        Get-ErrorId { Start-Incident y -Key a -NoPage -ErrorAction Stop } | Should -Be 'IdempotencyKeyReused'
    }

    It 'writes a note once' {
        $null = Start-Incident x -NoPage
        1..3 | ForEach-Object { 'same' | Add-IncidentNote -Incident 1 -Key n }
        @(Get-IncidentTimeline 1 -Type note.*).Count | Should -Be 1
    }

    It 'acknowledges once' {
        $null = Start-Incident x -NoPage
        1..2 | ForEach-Object { (Confirm-Incident 1 -Key c).State } | Should -Be 'Acknowledged', 'Acknowledged'
        @(Get-IncidentTimeline 1 -Type incident.acknowledged).Count | Should -Be 1
    }
}
