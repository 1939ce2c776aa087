BeforeAll { . "$PSScriptRoot/Setup.ps1" }

Describe 'Notes' {
    BeforeEach { $folder = New-TestStore; $null = Start-Incident one -NoPage; $null = Start-Incident two -NoPage }
    AfterEach { Remove-TestStore $folder }

    It 'are the text from the pipeline, never an id' {
        'INC-2', '2', 'three' | Add-IncidentNote -Incident 1
        (Get-IncidentTimeline 1 -Type note.*).Text | Should -Be 'INC-2', '2', 'three'
        Get-IncidentTimeline 2 -Type note.* | Should -BeNullOrEmpty
    }

    It 'keep the output of any command' {
        Get-ChildItem Env:PATH | Out-String -Stream | Where-Object { $_.Trim() } | Add-IncidentNote -Incident 1
        @(Get-IncidentTimeline 1 -Type note.*).Count | Should -BeGreaterThan 0
    }

    It 'say what kind they are' {
        'pool is full' | Add-IncidentNote -Incident 1 -Kind finding -PassThru | ForEach-Object Text | Should -Be 'Finding: pool is full'
    }

    It 'must not be empty' {
        Get-ErrorId { '' | Add-IncidentNote -Incident 1 -ErrorAction Stop } | Should -Be 'ValueNotGiven'
    }

    It 'from a script name their incident' {
        $null = Enter-Incident 1
        Set-Content ./note.ps1 "'from a script' | Add-IncidentNote -ErrorAction Stop"
        Get-ErrorId { & ./note.ps1 } | Should -Be 'IncidentNotGiven'
    }
}
