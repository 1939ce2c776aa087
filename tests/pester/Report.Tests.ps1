BeforeAll { . "$PSScriptRoot/Setup.ps1" }

Describe 'The report' {
    BeforeEach { $folder = New-TestStore; $null = Start-Incident 'Shop | <b>down</b>' -Impact 1 -Urgency 1 -NoPage; $null = Confirm-Incident 1 }
    AfterEach { Remove-TestStore $folder }

    It 'is Markdown, and what was typed is text' {
        $text = Export-IncidentReport 1
        $text | Should -Match ([regex]::Escape('# INC-1: Shop \| &lt;b>down&lt;/b>'))
        $text | Should -Match '## Timeline'
    }

    It 'is JSON that PowerShell reads' {
        $report = Export-IncidentReport 1 -Format Json | ConvertFrom-Json
        $report.format | Should -Be 'incidenttools/report/v1'
        $report.timeline.Count | Should -Be 2
    }

    It 'goes to a file and never over one unless told' {
        (Export-IncidentReport 1 -Path ./report.md).Name | Should -Be 'report.md'
        Get-ErrorId { Export-IncidentReport 1 -Path ./report.md -ErrorAction Stop } | Should -Be 'ReportExists'
        Export-IncidentReport 1 -Path ./report.md -Force | Should -Not -BeNullOrEmpty
        (Get-Content ./report.md -Raw).TrimEnd() | Should -Be (Export-IncidentReport 1).TrimEnd()
    }
}
