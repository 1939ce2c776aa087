BeforeAll {
    . "$PSScriptRoot/Setup.ps1"
    $shipped = [IO.Path]::Combine((Get-Module IncidentTools).ModuleBase, 'runbooks', 'rehearsals', 'service-outage.yaml')
    $wrong = @'
schema: incidenttools/rehearsal/v1
runbook: service-outage
service: { id: shop, name: Shop, url: 'https://shop.example.com/' }
cases:
  - name: a false alarm
    mocks: { look: Pass }
    answers: { still_down: 'no' }
    expect: { run: Failed, states: { nothing_wrong: Succeeded } }
'@
}

Describe 'A rehearsal' {
    BeforeEach { $folder = New-TestStore }
    AfterEach { Remove-TestStore $folder }

    It 'of the runbook that ships passes' {
        Test-Runbook service-outage -Rehearsal $shipped -Quiet | Should -BeTrue
    }

    It 'has a case for the disk, the name, the certificate and the denied approval' {
        $cases = Test-Runbook -Rehearsal $shipped
        $cases.Passed | Should -Not -Contain $false
        foreach ($what in 'disk', 'name', 'certificate', 'not approved') { ($cases.Case -match $what).Count | Should -BeGreaterThan 0 -Because $what }
        ($cases | Where-Object Case -Match 'disk').Way | Should -Contain 'free_disk#1'
    }

    It 'says what was expected, what came and where' {
        Set-Content ./wrong.yaml $wrong
        $case = Test-Runbook -Rehearsal ./wrong.yaml -ErrorAction SilentlyContinue
        $case.Passed | Should -BeFalse
        $case.Difference[0].What, $case.Difference[0].Expected, $case.Difference[0].Actual, $case.Difference[0].Line | Should -Be run, Failed, Succeeded, 8
        Get-ErrorId { Test-Runbook -Rehearsal ./wrong.yaml -ErrorAction Stop } | Should -Be RehearsalFailed
    }

    It 'survives JSON' {
        $case = (Test-Runbook -Rehearsal $shipped)[0]
        ($case | ConvertTo-Json -Depth 4 | ConvertFrom-Json).Case | Should -Be $case.Case
    }
}
