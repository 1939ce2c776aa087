BeforeAll {
    . "$PSScriptRoot/Setup.ps1"
    $book = @'
schema: incidenttools/runbook/v1
id: mini
version: 1.0.0
title: Mini
steps:
  - { id: look, phase: investigate, title: Look, uses: probe.tcp, with: { host: 127.0.0.1, port: 1 }, onFailure: continue }
  - { id: which, phase: investigate, title: Which, uses: ask, with: { question: Which one?, allowed: [left, right] } }
  - { id: sign, phase: resolve, title: Sign, uses: approve, with: { prompt: 'Go ${{ $steps.which.value }}?', notRequester: false } }
  - { id: done, phase: review, title: Done, uses: end }
'@
}

Describe 'A run' {
    BeforeEach {
        $folder = New-TestStore
        $null = New-IncidentWorkspace ./ops
        Set-Content ./ops/runbooks/mini.yaml $book
        $PSDefaultParameterValues['*-Runbook*:Workspace'] = (Resolve-Path ./ops).Path
    }
    AfterEach { $PSDefaultParameterValues.Remove('*-Runbook*:Workspace'); Remove-TestStore $folder }

    It 'is planned without starting or writing anything' {
        $plan = Invoke-Runbook mini -WhatIf
        $plan.Step | Should -Be look, which, sign, done
        $plan.State | Sort-Object -Unique | Should -Be Planned
        Get-RunbookRun | Should -BeNullOrEmpty
    }

    It 'parks on a person and goes on when somebody answers' {
        $run = Invoke-Runbook mini
        $run.State, $run.WaitReason, $run.ExitCode | Should -Be Waiting, Answer, 3
        (Get-RunbookStep -Run $run.Run -Step look).Error | Should -Be ConnectionRefused
        $null = Complete-RunbookStep -Run $run.Run -Value @{ answer = 'left' }
        (Get-RunbookRun -State Waiting | Resume-RunbookRun).WaitReason | Should -Be Approval
        (Get-RunbookStep -Run $run.Run -State Waiting).Prompt | Should -Match 'Go left'
        $null = Approve-RunbookStep -Run $run.Run
        (Resume-RunbookRun $run.Run).ExitCode | Should -Be 2
    }

    It 'refuses an answer that it did not ask for' {
        $run = Invoke-Runbook mini
        Get-ErrorId { Complete-RunbookStep -Run $run.Run -Value @{ answer = 'up' } -ErrorAction Stop } | Should -Be FieldInvalid
        Get-ErrorId { Approve-RunbookStep -Run $run.Run -ErrorAction Stop } | Should -Be AnswerMismatch
    }

    It 'survives JSON and a job' {
        $run = Invoke-Runbook mini
        ($run | ConvertTo-Json | ConvertFrom-Json).Run | Should -Be $run.Run
        $copy = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($run))
        ($copy | Stop-RunbookRun -Reason enough).State | Should -Be Cancelled
    }

    It 'is found wrong with the place of the mistake' {
        Set-Content ./ops/runbooks/mini.yaml $book.Replace('goto', 'goto').Replace('uses: approve', 'uses: aprove')
        $result = Test-Runbook mini -ErrorAction SilentlyContinue
        $result.Valid | Should -BeFalse
        $result.Findings[0].Line | Should -Be 8
        $result.Findings[0].Fix | Should -Match approve
    }
}
