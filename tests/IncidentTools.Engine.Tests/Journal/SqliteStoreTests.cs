using IncidentTools.Engine.Journal;
using IncidentTools.Engine.Journal.Sqlite;

namespace IncidentTools.Engine.Tests.Journal;

public sealed class SqliteStoreTests : StoreContract, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("journal").FullName;
    private string File => Path.Combine(_folder, "made", "store.db");

    protected override IJournalStore Open(params IProjection[] projections) => new SqliteStore(new SqliteStoreOptions(File, Samples.Catalog, projections, Samples.Actor, "host", Time));

    private string ErrorOf(string path)
    {
        using var store = new SqliteStore(new SqliteStoreOptions(path, Samples.Catalog, [], Samples.Actor, "host", Time));
        return Assert.Throws<IncidentToolsException>(() => store.Head("INC-1")).ErrorId;
    }

    [Fact]
    public void Nothing_is_made_before_the_first_use()
    {
        using (Open()) { }
        Assert.False(Directory.Exists(Path.GetDirectoryName(File)));
    }

    [Fact]
    public void Files_are_private()
    {
        if (OperatingSystem.IsWindows()) { Assert.Skip("Windows has no file modes; the user's profile folder is private there"); return; }
        using var store = Open();
        store.Head("INC-1");
        Assert.Equal("700", Convert.ToString((int)System.IO.File.GetUnixFileMode(Path.GetDirectoryName(File)!), 8));
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(File)!)) Assert.Equal("600", Convert.ToString((int)System.IO.File.GetUnixFileMode(file), 8));
    }

    [Fact]
    public void A_text_file_is_foreign()
    {
        var path = Path.Combine(_folder, "text.db");
        System.IO.File.WriteAllText(path, new string('x', 5000));
        Assert.Equal("StoreForeign", ErrorOf(path));
        Assert.Equal(new string('x', 5000), System.IO.File.ReadAllText(path));
    }

    [Fact]
    public void A_folder_is_unreadable() => Assert.Equal("StoreUnreadable", ErrorOf(_folder));

    [Fact]
    public void A_link_is_refused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need a privilege on Windows");
        using (var store = Open()) store.Head("INC-1");
        var link = Path.Combine(_folder, "link.db");
        System.IO.File.CreateSymbolicLink(link, File);
        Assert.Equal("StoreUnreadable", ErrorOf(link));
    }

    [Fact]
    public void Another_programs_database_is_foreign()
    {
        var path = Path.Combine(_folder, "other.db");
        RawSql.Run(path, "CREATE TABLE t (a); INSERT INTO t VALUES (1)");
        Assert.Equal("StoreForeign", ErrorOf(path));
    }

    [Fact]
    public void A_newer_schema_is_refused()
    {
        using (var store = Open()) store.Head("INC-1");
        RawSql.Run(File, "PRAGMA user_version = 99");
        Assert.Equal("StoreNewer", ErrorOf(File));
    }

    [Fact]
    public void A_schema_before_the_first_script_is_brought_forward()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        RawSql.Run(File, $"PRAGMA application_id = {SqliteOpener.ApplicationId}");
        using var store = Open(Samples.Totals);
        Assert.Equal(SqliteMigrations.Newest, store.Info.SchemaVersion);
        Assert.Equal(0, store.ReadAll().Single().Pos);
    }

    [Fact]
    public void Entries_cannot_be_changed_by_mistake()
    {
        using (var store = Open(Samples.Totals)) store.Append(new AppendRequest("INC-1", [new EntryDraft(new Sample(1, "x"))]));
        foreach (var sql in new[] { "UPDATE entries SET hash = 'x'", "DELETE FROM entries", "UPDATE sealed SET value = '1'" })
            Assert.Contains("never", Assert.ThrowsAny<Exception>(() => RawSql.Run(File, sql)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_longer_than_what_is_in_it_is_recovered_from_a_copy()
    {
        using var store = Open(Samples.Totals);
        for (var index = 1; index <= 30; index++) store.Append(new AppendRequest("INC-1", [new EntryDraft(new Sample(index, "x"))]));
        Assert.True(new FileInfo(File + "-wal").Length >= 256 * 1024);
        // what a crash leaves: the store and its log as they are now, without the shared memory beside them
        var copy = Path.Combine(_folder, "copy.db");
        foreach (var part in new[] { "", "-wal" })
        {
            using var from = new FileStream(File + part, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var to = new FileStream(copy + part, FileMode.CreateNew);
            from.CopyTo(to);
        }
        using var again = new SqliteStore(new SqliteStoreOptions(copy, Samples.Catalog, [Samples.Totals], Samples.Actor, "host", Time));
        Assert.Equal(30, again.Head("INC-1").Seq);
        again.Append(new AppendRequest("INC-1", [new EntryDraft(new Sample(31))]));
        Assert.True(new Engine.Journal.Verification.JournalVerifier(again).Verify(deep: true, TestContext.Current.CancellationToken).Valid);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
