namespace IncidentTools.Module.Tests.Journal;

public sealed class JournalCommandTests : IDisposable
{
    private readonly ModuleHost _host = new();

    // pages are the communication tests' matter
    public JournalCommandTests() => _host.Run("$PSDefaultParameterValues['Start-Incident:NoPage'] = $true");
    public void Dispose() => _host.Dispose();

    [Fact]
    public void Entries_are_listed_as_stored()
    {
        _host.Run("Start-Incident one; 'secret text' | Add-IncidentNote -Incident 1");
        var entries = _host.Run("Get-IncidentJournal").Select(item => (JournalEntry)item.BaseObject).ToArray();
        Assert.Equal(["store.created", "incident.declared", "note.added"], entries.Select(entry => entry.Type));
        Assert.Equal([0, 1, 2], entries.Select(entry => entry.Pos));
        Assert.DoesNotContain("secret text", entries[2].Data, StringComparison.Ordinal); // committed to, kept apart
        Assert.Equal("secret text", entries[2].Summary);
        Assert.Single(_host.Run("Get-IncidentJournal INC-1 -Type note.*"));
    }

    [Fact]
    public void A_changed_byte_is_found()
    {
        _host.Run("Start-Incident one; 'pool is full' | Add-IncidentNote -Incident 1");
        var result = _host.Run<JournalVerification>("Test-IncidentJournal");
        Assert.Equal((true, "InternallyConsistent", 3L), (result.Valid, result.Guarantee, result.Entries));
        _host.Run("Disconnect-IncidentStore"); // closing folds the write-ahead log into the file
        var bytes = File.ReadAllBytes(_host.Store);
        var at = bytes.AsSpan().LastIndexOf("\"type\":\"note.added\""u8);
        Assert.True(at > 0);
        bytes[at + 8] = (byte)'m';
        File.WriteAllBytes(_host.Store, bytes);
        Assert.False(_host.Run<bool>("Test-IncidentJournal -Quiet"));
        var found = _host.Try("Test-IncidentJournal");
        Assert.Equal("JournalNotValid", Assert.Single(found.Errors).FullyQualifiedErrorId.Split(',')[0]);
        Assert.Equal(2, ((JournalVerification)found.Output[0].BaseObject).FirstBad);
    }

    [Fact]
    public void A_file_that_is_no_store_is_refused_and_not_good()
    {
        var file = Path.Combine(_host.Folder, "notes.txt");
        File.WriteAllText(file, "just text, but long enough to be looked at as the header of a database file, one hundred bytes at least");
        Assert.NotEmpty(_host.Try($"Get-Incident -Store '{file}'").Errors);
        Assert.False(_host.Run<bool>($"Test-IncidentJournal -Quiet -Store '{file}'"));
        Assert.StartsWith("just text", File.ReadAllText(file), StringComparison.Ordinal);
    }

    [Fact]
    public void A_connection_lasts_for_the_session()
    {
        var other = Path.Combine(_host.Folder, "other.db");
        _host.Run("$PSDefaultParameterValues.Clear()");
        Assert.Equal(other, _host.Run<IncidentStore>($"Connect-IncidentStore -Store '{other}'").Path);
        _host.Run("Start-Incident here -NoPage");
        Assert.Equal(2, _host.Run<IncidentStore>("Get-IncidentStore").Entries);
        Assert.Single(_host.Run($"Get-Incident -Store '{other}'"));
        _host.Run("Disconnect-IncidentStore");
    }
}
