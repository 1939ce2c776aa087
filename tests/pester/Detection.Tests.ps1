BeforeAll {
    . "$PSScriptRoot/Setup.ps1"
    function New-Catalogue([string] $Services) {
        $null = New-Item -ItemType Directory ./ops
        Set-Content ./ops/incidenttools.yaml 'schema: incidenttools/workspace/v1'
        Copy-Item ([IO.Path]::Combine((Get-Module IncidentTools).ModuleBase, 'runbooks', 'policy.yaml')) ./ops/policy.yaml
        Set-Content ./ops/services.yaml "schema: incidenttools/services/v1`nservices:`n$Services"
        $global:PSDefaultParameterValues['*-Incident*:Workspace'] = "$PWD/ops"
    }
    # nothing listens on the discard port
    $shop = "  shop: { name: Shop, critical: true, url: 'http://127.0.0.1:9/', runbooks: [service-outage] }"
}

AfterAll { $global:PSDefaultParameterValues.Remove('*-Incident*:Workspace') }

Describe 'Detection' {
    BeforeEach { $folder = New-TestStore; New-Catalogue $shop }
    AfterEach { Remove-TestStore $folder }

    It 'says what of a service does not answer' {
        $checks = Test-IncidentService shop -ErrorAction SilentlyContinue
        ($checks | Where-Object Probe -EQ url).Status | Should -Be Fail
        $checks[-1].Probe | Should -Be overall
        Test-IncidentService shop -Quiet | Should -BeFalse
        Get-ErrorId { Test-IncidentService shop -ErrorAction Stop } | Should -Be ServiceNotWell
        (Get-IncidentService | Test-IncidentService -ErrorAction SilentlyContinue).Count | Should -Be $checks.Count
    }

    It 'opens at the second failure, once, with a runbook' {
        (Invoke-IncidentDetection -NoPage).Opened | Should -Be 0
        $tick = Invoke-IncidentDetection -NoPage
        $tick.Opened, $tick.ExitCode | Should -Be 1, 1
        (Invoke-IncidentDetection -NoPage).Opened | Should -Be 0
        $incident = Get-Incident 1
        $incident.Severity, $incident.Runbook | Should -Be P0, service-outage
        ($incident | Get-IncidentNextStep).Command | Should -Contain 'Invoke-Runbook -Incident INC-1'
    }

    It 'with -WhatIf only says so' {
        $null = Invoke-IncidentDetection -NoPage
        $what = Invoke-IncidentDetection -WhatIf
        $what.Opened, $what.WhatIf | Should -Be 1, $true
        Get-Incident | Should -BeNullOrEmpty
    }

    It 'survives JSON and a table' {
        $tick = Invoke-IncidentDetection -NoPage
        ($tick | ConvertTo-Json -Depth 5 | ConvertFrom-Json).Fail | Should -Be 1
        $tick | Format-Table | Out-String | Should -Match Checked
        $tick.Problem | Format-Table | Out-String | Should -Match ConnectionRefused
    }
}

Describe 'An alert' {
    BeforeEach { $folder = New-TestStore; New-Catalogue $shop }
    AfterEach { Remove-TestStore $folder }

    It 'made by ConvertTo-Json opens once and is noted when it is over' {
        $alert = @{ title = 'Backup failed'; service = 'shop'; severity = 'warning'; key = 'backup'; status = 'firing' }
        ($alert | ConvertTo-Json | Receive-IncidentAlert -NoPage).Action | Should -Be Opened
        ($alert | ConvertTo-Json | Receive-IncidentAlert -NoPage).Action | Should -Be Ignored
        $alert.status = 'resolved'
        ($alert | ConvertTo-Json | Receive-IncidentAlert -NoPage).Action | Should -Be Recovered
        (Get-Incident 1).State | Should -Be Open
    }

    It 'is read from a file line by line' {
        @{ receiver = 'ops'; groupKey = 'g'; alerts = @(@{ status = 'firing'; labels = @{ alertname = 'Down'; service = 'shop'; severity = 'critical' }; annotations = @{ summary = 'Down' }; fingerprint = 'f' }) } | ConvertTo-Json -Depth 5 | Set-Content ./alert.json
        (Get-Content ./alert.json | Receive-IncidentAlert -NoPage).Service | Should -Be shop
        (Get-Content ./alert.json -Raw | Receive-IncidentAlert -NoPage).Action | Should -Be Ignored
    }

    It 'that is broken is refused with its place' {
        Get-ErrorId { '{ "title": }' | Receive-IncidentAlert -ErrorAction Stop } | Should -Be AlertInvalid
    }
}
