using IncidentTools.Engine.Journal;
using IncidentTools.Engine.Journal.Sqlite;
using IncidentTools.Engine.Journal.Verification;

namespace IncidentTools.Engine.Tests.Journal;

/// <summary>Somebody with a SQLite tool changes the file; the verifier names the place and the reason.</summary>
public sealed class JournalVerifierTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("verify").FullName;
    private string File => Path.Combine(_folder, "store.db");

    private SqliteStore Open() => new(new SqliteStoreOptions(File, Samples.Catalog, [Samples.Totals], Samples.Actor, "host", TimeProvider.System));

    private JournalVerification After(string? sql)
    {
        using (var store = Open())
            for (var index = 1; index <= 6; index++) store.Append(new AppendRequest($"INC-{index % 2}", [new EntryDraft(new Sample(index, $"text {index}"))]));
        if (sql is not null) RawSql.Tamper(File, sql);
        using var again = Open();
        return new JournalVerifier(again).Verify(deep: true, CancellationToken.None);
    }

    [Fact]
    public void An_honest_journal_is_valid()
    {
        var result = After(null);
        Assert.True(result.Valid);
        Assert.Equal((7, 2, null, "InternallyConsistent"), (result.Entries, result.Incidents, result.FirstBad, result.Guarantee));
        Assert.Empty(result.Findings);
    }

    [Theory]
    [InlineData("UPDATE entries SET body = replace(body, '\"amount\":3', '\"amount\":9') WHERE pos = 3", 3, "HashMismatch")]
    [InlineData("UPDATE entries SET body = body || ' ' WHERE pos = 3", 3, "NotCanonical")]
    [InlineData("UPDATE entries SET body = '[]' WHERE pos = 2", 2, "NotAnEntry")]
    [InlineData("UPDATE entries SET body = '[]' WHERE pos = 0", 0, "NotAnEntry")]
    [InlineData("DELETE FROM entries WHERE pos = 0", 1, "PositionGap")]
    [InlineData("UPDATE entries SET hash = replace(hash, substr(hash, 1, 1), 'f') || '0' WHERE pos = 2", 2, "HashMismatch")]
    [InlineData("UPDATE entries SET type = 'x.y' WHERE pos = 4", 4, "ColumnMismatch")]
    [InlineData("UPDATE entries SET key = 'stolen' WHERE pos = 4", 4, "ColumnMismatch")]
    [InlineData("DELETE FROM entries WHERE pos = 3", 4, "PositionGap")]
    [InlineData("DELETE FROM entries WHERE pos = 3; UPDATE entries SET pos = pos - 1 WHERE pos > 3", 3, "ColumnMismatch")]
    [InlineData("DELETE FROM entries WHERE stream = 'INC-0'", 3, "PositionGap")]
    [InlineData("UPDATE entries SET pos = 99 WHERE pos = 2; UPDATE entries SET pos = 2 WHERE pos = 4; UPDATE entries SET pos = 4 WHERE pos = 99", 2, "SeqGap")]
    [InlineData("INSERT INTO entries SELECT 7, stream, 4, 'new', 'new', type, body, hash FROM entries WHERE pos = 6", 7, "ColumnMismatch")]
    [InlineData("UPDATE sealed SET value = '\"other\"' WHERE entry_id = (SELECT id FROM entries WHERE pos = 5)", 5, "SealedValueChanged")]
    [InlineData("DELETE FROM sealed WHERE entry_id = (SELECT id FROM entries WHERE pos = 5)", 5, "SealedValueMissing")]
    public void A_change_is_found_where_it_was_made(string sql, long pos, string code)
    {
        var result = After(sql);
        Assert.False(result.Valid);
        Assert.Equal(pos, result.FirstBad);
        Assert.Contains(result.Findings, finding => finding.Pos == pos && finding.Code == code);
    }

    [Fact]
    public void Reading_a_damaged_entry_names_it()
    {
        After("UPDATE entries SET body = '[]' WHERE pos = 2");
        using var store = Open();
        Assert.Equal("EntryDamaged", Assert.Throws<IncidentToolsException>(() => store.ReadAll().ToList()).ErrorId);
    }

    [Fact]
    public void A_hash_fixed_after_an_edit_breaks_the_chain_behind_it()
    {
        After(null);
        using (var store = Open())
        {
            var body = store.ReadRaw(3).First().CanonicalJson.Replace("\"amount\":3", "\"amount\":9", StringComparison.Ordinal);
            RawSql.Tamper(File, $"UPDATE entries SET body = '{body}', hash = '{EntryHash.Of(body)}' WHERE pos = 3");
        }
        using var again = Open();
        var result = new JournalVerifier(again).Verify(deep: true, CancellationToken.None);
        Assert.Equal((5, "ChainBroken"), (result.FirstBad, result.Findings[0].Code));
    }

    [Fact]
    public void Every_changed_byte_of_an_entry_is_found()
    {
        After(null);
        using var store = Open();
        var raw = store.ReadRaw(4).First();
        for (var index = 0; index < raw.CanonicalJson.Length; index++)
        {
            var letters = raw.CanonicalJson.ToCharArray();
            letters[index] = letters[index] == 'x' ? 'y' : 'x';
            Assert.NotEqual(raw.Hash, EntryHash.Of(new string(letters)));
        }
    }

    [Fact]
    public void A_changed_projection_is_found()
    {
        var result = After("UPDATE p_total SET row = replace(row, '\"sum\":', '\"sum\":1')");
        Assert.Equal("ProjectionDiffers", Assert.Single(result.Findings).Code);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
