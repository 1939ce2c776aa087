using IncidentTools.Engine.Journal;
using Microsoft.Extensions.Time.Testing;

namespace IncidentTools.Engine.Tests.Journal;

/// <summary>What every store must do; a kind of store is one subclass.</summary>
public abstract class StoreContract
{
    protected FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero));

    /// <summary>A connection to this test's store; called again, another one to the same store.</summary>
    protected abstract IJournalStore Open(params IProjection[] projections);

    private IJournalStore Open() => Open(Samples.Totals);
    private static AppendRequest Request(long amount, string? text = null, string? key = null, string stream = "INC-1") => new(stream, [new EntryDraft(new Sample(amount, text)) { Key = key }]);
    private static AppendReceipt Append(IJournalStore store, AppendRequest request) => Assert.IsType<AppendReceipt>(store.Append(request));

    [Fact]
    public void A_conflict_writes_nothing()
    {
        using var store = Open();
        Append(store, Request(1));
        var conflict = Assert.IsType<AppendConflict>(store.Append(Request(2) with { ExpectedSeq = 0 }));
        Assert.Equal(new AppendConflict(0, 1), conflict);
        Assert.Equal(1, store.Head("INC-1").Seq);
        Assert.Equal(1, store.Find(Samples.Totals, "INC-1")!.Sum);
    }

    [Fact]
    public void A_used_key_with_other_content_is_refused()
    {
        using var store = Open();
        var first = Append(store, Request(1, "x", "k"));
        Assert.Equal(new AppendKeyReuse("k", first.Pos), store.Append(Request(2, "x", "k")));
        Assert.Equal(new AppendKeyReuse("k", first.Pos), store.Append(Request(1, "y", "k")));
        Assert.Equal(1, store.Head("INC-1").Seq);
    }

    [Fact]
    public void A_used_key_with_the_same_content_gives_the_first_receipt()
    {
        using var store = Open();
        var first = Append(store, Request(1, "x", "k") with { ExpectedSeq = 0 });
        Time.Advance(TimeSpan.FromMinutes(1));
        var again = Append(store, Request(1, "x", "k") with { ExpectedSeq = 0 });
        Assert.True(again.WasDuplicate);
        Assert.Equal((first.Pos, first.Seq, first.Hash), (again.Pos, again.Seq, again.Hash));
        Assert.Equal(first.Hash, store.FindKey("INC-1", "k")!.Hash);
        Assert.Equal(1, store.Find(Samples.Totals, "INC-1")!.Count);
    }

    [Fact]
    public void A_key_belongs_to_its_stream()
    {
        using var store = Open();
        Append(store, Request(1, key: "k"));
        Assert.False(Append(store, Request(2, key: "k", stream: "INC-2")).WasDuplicate);
        Assert.Null(store.FindKey("INC-3", "k"));
    }

    [Fact]
    public void A_given_key_is_found_in_every_stream_and_an_entrys_own_id_in_its_stream()
    {
        using var store = Open();
        var first = Append(store, Request(1, key: "k"));
        var second = Append(store, Request(2, key: "k", stream: "INC-2"));
        Assert.Equal([first.Pos, second.Pos], store.FindKey("k").Select(entry => entry.Pos));
        var plain = Append(store, Request(3)).Entries[0];
        Assert.Equal(plain.Pos, store.FindKey("INC-1", plain.Id)!.Pos);
        Assert.Null(store.FindKey("INC-2", plain.Id));
        // somebody gives another entry's id as a key
        Assert.Equal(new AppendKeyReuse(plain.Id, plain.Pos), store.Append(Request(4, key: plain.Id)));
    }

    [Fact]
    public void Empty_texts_and_contents_are_kept()
    {
        using var store = Open();
        Append(store, Request(1, "") with { Contents = [[]] });
        Assert.Equal("", Assert.IsType<Sample>(store.Read("INC-1").Single().Data).Text);
        Assert.Empty(Assert.IsType<byte[]>(store.Content("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")));
    }

    [Fact]
    public void A_batch_is_written_whole_or_not_at_all()
    {
        using var store = Open();
        Append(store, Request(1, key: "a"));
        var batch = new AppendRequest("INC-1", [new EntryDraft(new Sample(2)) { Key = "b" }, new EntryDraft(new Sample(1)) { Key = "a" }]);
        Assert.IsType<AppendKeyReuse>(store.Append(batch));
        Assert.Equal(1, store.Head("INC-1").Seq);
    }

    [Fact]
    public void A_lost_lease_stops_its_holder()
    {
        using var store = Open();
        var mine = store.Leases.Acquire("run", "me", TimeSpan.FromSeconds(30), out _)!;
        Append(store, Request(1) with { Fence = mine.ToFence() });
        Assert.Null(store.Leases.Acquire("run", "you", TimeSpan.FromSeconds(30), out var holder));
        Assert.Equal(mine, holder);
        Time.Advance(TimeSpan.FromSeconds(31));
        var yours = store.Leases.Acquire("run", "you", TimeSpan.FromSeconds(30), out _)!;
        Assert.Equal(mine.Epoch + 1, yours.Epoch);
        Assert.Equal(new AppendFenced("you", yours.Epoch), store.Append(Request(2) with { Fence = mine.ToFence() }));
        Assert.False(store.Leases.Renew(mine, TimeSpan.FromSeconds(30), out _));
        store.Leases.Release(mine);
        Assert.Equal(yours, store.Leases.Find("run"));
    }

    [Fact]
    public void A_lease_is_taken_renewed_and_released()
    {
        using var store = Open();
        var lease = store.Leases.Acquire("run", "me", TimeSpan.FromSeconds(30), out _)!;
        Assert.Equal(lease.Epoch, store.Leases.Acquire("run", "me", TimeSpan.FromSeconds(30), out _)!.Epoch);
        Assert.True(store.Leases.Renew(lease, TimeSpan.FromMinutes(5), out var renewed));
        Assert.Equal(Time.GetUtcNow().AddMinutes(5), renewed.Expires);
        store.Leases.Release(renewed);
        Assert.Null(store.Leases.Find("run"));
        Assert.Equal(lease.Epoch + 1, store.Leases.Acquire("run", "you", TimeSpan.FromSeconds(30), out _)!.Epoch);
    }

    [Fact]
    public void What_was_written_is_read_back()
    {
        using var store = Open();
        object?[] value = [1L, 1.5, "é", true, null, TimeSpan.FromMinutes(90), Time.GetUtcNow(), new Dictionary<string, object?> { ["$odd"] = 1L }, long.MaxValue, 1.50m];
        var occurred = Time.GetUtcNow().AddHours(-1);
        Append(store, new AppendRequest("INC-1", [new EntryDraft(new Sample(7, "secret \u2028 text", value)) { OccurredAt = occurred }]));
        using var reader = Open();
        var entry = Assert.Single(reader.Read("INC-1"));
        var sample = Assert.IsType<Sample>(entry.Data);
        Assert.Equal("secret \u2028 text", sample.Text);
        Assert.Equivalent(value, sample.Value, strict: true);
        Assert.Equal((occurred, Time.GetUtcNow(), "os"), (entry.OccurredAt, entry.RecordedAt, entry.Actor.Assurance));
        Assert.Equal(EntryHash.Zeros, entry.Prev);
        Assert.DoesNotContain("secret", entry.DataJson, StringComparison.Ordinal);
    }

    [Fact]
    public void Positions_have_no_gaps_and_streams_their_own_numbers()
    {
        using var store = Open();
        for (var index = 0; index < 600; index++) Append(store, Request(index, stream: $"INC-{index % 3}"));
        Assert.Equal(Enumerable.Range(0, 601).Select(index => (long)index), store.ReadAll().Select(entry => entry.Pos));
        Assert.Equal(Enumerable.Range(150, 51).Select(index => (long)index), store.Read("INC-1", 150).Select(entry => entry.Seq));
        Assert.Equal("store.created", store.ReadRaw().First().Type);
    }

    [Fact]
    public void Contents_are_kept_by_hash()
    {
        using var store = Open();
        Append(store, Request(1) with { Contents = ["abc"u8.ToArray(), "abc"u8.ToArray()] });
        Assert.Equal("abc"u8.ToArray(), store.Content("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
        Assert.Null(store.Content(EntryHash.Zeros));
    }

    [Fact]
    public void Queries_filter_sort_and_page()
    {
        using var store = Open();
        for (var index = 1; index <= 9; index++) Append(store, Request(index, index % 2 == 0 ? "even" : null, stream: $"INC-{index}"));
        long[] Sums(ProjectionQuery query) => [.. store.Query(Samples.Totals, query).Select(row => row.Sum)];
        Assert.Equal([9, 8, 7], Sums(new ProjectionQuery().Order("sum", descending: true).Take(3)));
        Assert.Equal([4, 6, 8], Sums(new ProjectionQuery().Where("last", "even").Where("sum", Compare.GreaterOrEqual, 4L).Order("sum")));
        Assert.Equal([1, 3, 5, 7, 9], Sums(new ProjectionQuery().Where("last", null).Order("sum")));
        Assert.Equal([2, 5], Sums(new ProjectionQuery().Where("sum", Compare.In, new[] { 5L, 2L }).Order("sum")));
        Assert.Throws<ArgumentException>(() => Sums(new ProjectionQuery().Where("sum; DROP TABLE entries", 1L)));
    }

    [Fact]
    public void A_raised_version_rebuilds_the_projection()
    {
        using (var store = Open())
            for (var index = 1; index <= 300; index++) Append(store, Request(index, "t", stream: $"INC-{index % 7}"));
        var twice = new TotalProjection(2);
        using var newer = Open(twice);
        Assert.Equal(2 * 300 * 301 / 2, newer.Query(twice, new ProjectionQuery()).Sum(row => row.Sum));
        Assert.Empty(newer.ProjectionDifferences());
        using var older = Open();
        Assert.Equal("StoreNewer", Assert.Throws<IncidentToolsException>(() => older.Head("INC-1")).ErrorId);
    }

    [Fact]
    public void The_reserved_name_is_refused()
    {
        using var store = Open();
        var data = new Sample(1, Value: new Dictionary<string, object?> { ["$sealed"] = "x" });
        Assert.Equal("ReservedName", Assert.Throws<IncidentToolsException>(() => store.Append(new AppendRequest("INC-1", [new EntryDraft(data)]))).ErrorId);
    }

    [Fact]
    public async Task Threads_and_connections_lose_nothing()
    {
        using var one = Open();
        using var two = Open();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(() =>
        {
            for (var index = 0; index < 25; index++) Append(worker % 2 == 0 ? one : two, Request(1, key: $"{worker}-{index}"));
        })));
        Assert.Equal(Enumerable.Range(1, 100).Select(index => (long)index), one.Read("INC-1").Select(entry => entry.Seq));
        Assert.Equal(100, two.Find(Samples.Totals, "INC-1")!.Sum);
    }
}
