BeforeAll {
    . "$PSScriptRoot/Setup.ps1"
    function Edit-Workspace([string] $File, [string] $From, [string] $To) {
        $path = Join-Path ./ops $File
        $text = Get-Content $path -Raw
        $text | Should -Match ([regex]::Escape($From))
        Set-Content $path $text.Replace($From, $To) -NoNewline
    }
}

Describe 'A workspace' {
    BeforeEach { $folder = New-TestStore; $null = New-IncidentWorkspace ./ops }
    AfterEach { Remove-TestStore $folder }

    It 'is good as it is written' {
        (Test-IncidentWorkspace -Workspace ./ops).Valid | Should -BeTrue
    }

    It 'is never written over' {
        Get-ErrorId { New-IncidentWorkspace ./ops -ErrorAction Stop } | Should -Be 'WorkspaceExists'
    }

    It 'names the place of a mistake and what was probably meant' {
        Edit-Workspace services.yaml 'escalationPolicy: default' 'escalationPolicy: defualt'
        $result = Test-IncidentWorkspace -Workspace ./ops -ErrorAction SilentlyContinue
        $result.Valid | Should -BeFalse
        $result.Findings[0].Id | Should -Be 'IT3001'
        $result.Findings[0].Line | Should -BeGreaterThan 1
        "$($result.Findings[0].Message) $($result.Findings[0].Fix)" | Should -Match "default"
        Test-IncidentWorkspace -Workspace ./ops -Quiet | Should -BeFalse
    }

    It 'with a mistake stops what needs it' {
        Edit-Workspace policy.yaml 'impact1: [P0, P1, P2]' 'impact1: [P0, P1]'
        Get-ErrorId { Start-Incident x -Workspace ./ops -ErrorAction Stop } | Should -Be 'WorkspaceInvalid'
    }

    It 'that is not there is said so' {
        Get-ErrorId { Get-IncidentWorkspace -Workspace ./nowhere -ErrorAction Stop } | Should -Be 'WorkspaceNotFound'
    }

    It 'knows its services and suggests the nearest' {
        (Get-IncidentService -Workspace ./ops).Id | Should -Be 'reports', 'shop'
        $problem = $null
        try { Start-Incident x -Service shpo -Workspace ./ops -ErrorAction Stop } catch { $problem = $_ }
        $problem.Exception.Message | Should -Match 'shop'
    }
}
