BeforeDiscovery {
    . "$PSScriptRoot/Setup.ps1"
    $commands = (Get-Command -Module IncidentTools -CommandType Cmdlet).Name
    # examples that the bare engine cannot run: marked on the pages, run here
    $pages = Get-ChildItem ([IO.Path]::Combine($PSScriptRoot, '..', '..', 'docs', 'en-US')) -Filter *-*.md
    $examples = foreach ($page in $pages) {
        $text = (Get-Content $page -Raw).Replace("`r", '')
        if ($text -notmatch '(?s)## EXAMPLES\n(.*?)\n## PARAMETERS') { continue }
        $before, $sections = $Matches[1] -split '(?m)^### '
        foreach ($section in $sections) {
            if ($section -notmatch '<!-- needs: full PowerShell -->') { continue }
            $setup = foreach ($part in $before, $section) { if ($part -match '(?s)<!-- setup:(.*?)-->') { $Matches[1] } }
            $null = $section -match '(?s)```powershell\n(.*?)\n```'
            @{ page = $page.BaseName; title = $section.Split("`n")[0]; setup = $setup -join "`n"; code = $Matches[1] }
        }
    }
}
BeforeAll { . "$PSScriptRoot/Setup.ps1" }

Describe 'Help of <_>' -ForEach $commands {
    It 'has a synopsis, three examples and a syntax' {
        $help = Get-Help $_ -Full
        $help.Synopsis | Should -Not -BeLike "*$_ *``[*"
        @($help.examples.example).Count | Should -BeGreaterOrEqual 3
        ($help | Out-String) | Should -Match 'SYNTAX'
    }

    It 'says what each parameter is' {
        foreach ($name in (Get-Command $_).Parameters.Keys | Where-Object { $_ -notin [Management.Automation.Cmdlet]::CommonParameters }) {
            "$((Get-Help $_ -Parameter $name).description.Text)" | Should -Not -BeNullOrEmpty
        }
    }
}

Describe 'Topics' {
    It '<_> is found' -ForEach 'about_IncidentTools', 'about_IncidentSeverity', 'about_IncidentJournal', 'about_IncidentWorkspace' {
        Get-Help $_ | Out-String | Should -Match "TOPIC\s+$_"
    }
}

Describe 'Examples that need full PowerShell' {
    BeforeEach { $folder = New-TestStore }
    AfterEach { Remove-TestStore $folder }

    It '<page>: <title>' -ForEach $examples {
        $ErrorActionPreference = 'Stop'
        $null = . ([scriptblock]::Create($setup))
        { . ([scriptblock]::Create($code)) } | Should -Not -Throw
    }
}
