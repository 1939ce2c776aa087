BeforeAll { . "$PSScriptRoot/Setup.ps1" }

Describe 'The journal' {
    BeforeEach { $folder = New-TestStore; $null = Start-Incident one -NoPage; 'pool is full' | Add-IncidentNote -Incident 1 }
    AfterEach { Remove-TestStore $folder }

    It 'is good as it was written' {
        $result = Test-IncidentJournal -Deep
        $result.Valid | Should -BeTrue
        $result.Guarantee | Should -Be 'InternallyConsistent'
        $result.Entries | Should -Be 3
    }

    It 'chains each entry to the one before' {
        $entries = Get-IncidentJournal INC-1
        $entries[1].Prev | Should -Be $entries[0].Hash
    }

    It 'keeps free text out of the chain' {
        (Get-IncidentJournal INC-1)[1].Data | Should -Not -Match 'pool is full'
    }

    It 'shows a changed byte' {
        Disconnect-IncidentStore # closing folds the write-ahead log into the file
        $store = Join-Path $folder incidents.db
        $bytes = [IO.File]::ReadAllBytes($store)
        $text = [Text.Encoding]::Latin1.GetString($bytes)
        $bytes[$text.LastIndexOf('"type":"note.added"') + 8] = [byte][char]'m'
        [IO.File]::WriteAllBytes($store, $bytes)
        Test-IncidentJournal -Store $store -Quiet | Should -BeFalse
        $result = Test-IncidentJournal -Store $store -ErrorVariable problem -ErrorAction SilentlyContinue
        $result.FirstBad | Should -Be 2
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'JournalNotValid,*'
    }

    It 'is not good when it cannot be read' {
        'just text, but long enough to be looked at as the header of a database file, one hundred bytes at least' | Set-Content ./notes.txt
        Test-IncidentJournal -Store ./notes.txt -Quiet | Should -BeFalse
    }

    It 'goes to a file as JSON Lines' {
        Get-IncidentJournal | ForEach-Object { ConvertTo-Json $_ -Compress } | Set-Content ./journal.jsonl
        (Get-Content ./journal.jsonl | ForEach-Object { ($_ | ConvertFrom-Json).Type }) | Should -Be 'store.created', 'incident.declared', 'note.added'
    }
}
