using IncidentTools.Engine.Detection;
using IncidentTools.Engine.Incidents;
using IncidentTools.Engine.Journal;

namespace IncidentTools.Engine.Tests.Detection;

/// <summary>Ticks that die in the middle, and ticks that meet: each fault has one incident, each note stands once.</summary>
public sealed class DetectionCrashTests
{
    private const string Shop = "  shop: { name: Shop, critical: true, url: 'http://shop/' }\n";

    /// <summary>A store that dies at an append to a stream: before it is written, or right after.</summary>
    private sealed class Dying(IJournalStore inner, Func<AppendRequest, bool> at, bool after) : IJournalStore
    {
        public AppendResult Append(AppendRequest request)
        {
            if (!at(request)) return inner.Append(request);
            if (after) inner.Append(request);
            throw new InvalidOperationException("killed");
        }

        public StoreInfo Info => inner.Info;
        public long Size => inner.Size;
        public ILeaseStore Leases => inner.Leases;
        public StreamHead Head(string stream) => inner.Head(stream);
        public AppendReceipt? FindKey(string stream, string key) => inner.FindKey(stream, key);
        public IReadOnlyList<Entry> FindKey(string key) => inner.FindKey(key);
        public IEnumerable<Entry> Read(string stream, long fromSeq = 1) => inner.Read(stream, fromSeq);
        public IEnumerable<Entry> ReadAll(long fromPos = 0) => inner.ReadAll(fromPos);
        public IEnumerable<RawEntry> ReadRaw(long fromPos = 0) => inner.ReadRaw(fromPos);
        public IReadOnlyList<SealedValue> ReadSealed(string entryId) => inner.ReadSealed(entryId);
        public IReadOnlyList<(string Projection, string Key)> ProjectionDifferences() => inner.ProjectionDifferences();
        public byte[]? Content(string sha256) => inner.Content(sha256);
        public TRow? Find<TRow>(Projection<TRow> projection, string key) where TRow : class => inner.Find(projection, key);
        public IReadOnlyList<TRow> Query<TRow>(Projection<TRow> projection, ProjectionQuery query) where TRow : class => inner.Query(projection, query);
        public void Dispose() => inner.Dispose();
    }

    private static DetectionParts Mortal(DetectionWorld world, Func<AppendRequest, bool> at, bool after)
    {
        var parts = world.Open();
        var journal = new IncidentJournal(new Dying(parts.Journal.Store, at, after));
        return parts with { Journal = journal, Incidents = new IncidentService(journal, () => parts.Workspace().Policy, world.Time) };
    }

    [Theory]
    [InlineData("INC-1", false)]
    [InlineData("INC-1", true)]
    [InlineData(DetectionRecorded.Stream, false)]
    [InlineData(DetectionRecorded.Stream, true)]
    public void A_tick_killed_while_it_opens_opens_once(string stream, bool after)
    {
        using var world = new DetectionWorld(Shop);
        world.See("shop", 'F');
        world.Tick();
        Assert.Throws<InvalidOperationException>(() => world.Tick(by: Mortal(world, request => request.Stream == stream, after)));
        world.Ticks(3);
        Assert.Equal("INC-1", Assert.Single(world.Incidents).Id);
        Assert.Empty(world.Notes("INC-1"));
        Assert.Equal("INC-1", Assert.Single(world.Main.Journal.Store.Query(FaultProjection.Instance, new ProjectionQuery())).Incident);
    }

    [Theory]
    [InlineData("INC-1", false)]
    [InlineData("INC-1", true)]
    [InlineData(DetectionRecorded.Stream, false)]
    [InlineData(DetectionRecorded.Stream, true)]
    public void A_tick_killed_while_it_notes_recovery_notes_it_once(string stream, bool after)
    {
        using var world = new DetectionWorld(Shop);
        world.See("shop", 'F');
        world.Ticks(2);
        world.See("shop", 'P');
        world.Ticks(2);
        Assert.Throws<InvalidOperationException>(() => world.Tick(by: Mortal(world, request => request.Stream == stream, after)));
        world.Ticks(3);
        Assert.Contains("recovered", Assert.Single(world.Notes("INC-1")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_that_a_killed_tick_wrote_and_did_not_send_is_sent_by_the_next()
    {
        using var world = new DetectionWorld(Shop);
        world.See("shop", 'F');
        world.Tick();
        Assert.Throws<InvalidOperationException>(() => world.Tick(by: world.Open() with { Deliver = (_, _) => throw new InvalidOperationException("killed") }));
        Assert.Empty(world.Delivered);
        world.Tick();
        Assert.Equal(["INC-1"], world.Delivered);
    }

    [Fact]
    public void Ticks_that_meet_open_each_fault_once()
    {
        using var world = new DetectionWorld(string.Concat(Enumerable.Range(1, 8).Select(number => $"  s{number}: {{ name: S{number}, url: 'http://s{number}/' }}\n")));
        world.See("http", 'F');
        var machines = Enumerable.Range(0, 6).Select(_ => world.Open()).ToArray();
        for (var round = 0; round < 5; round++)
            Parallel.ForEach(machines, machine => new DetectionTick(machine, new DetectionRequest([], 8, false, true)).RunAsync(null, TestContext.Current.CancellationToken).GetAwaiter().GetResult());
        Assert.Equal(8, world.Incidents.Count);
        Assert.Equal(8, world.Incidents.SelectMany(incident => incident.Services).Distinct().Count());
        Assert.Equal(8, world.Main.Journal.Store.Query(FaultProjection.Instance, new ProjectionQuery()).Count);
        Assert.Empty(world.Main.Journal.Store.ProjectionDifferences());
    }

    [Fact]
    public void A_key_declares_once_though_two_find_it_unused()
    {
        using var world = new DetectionWorld(Shop);
        var other = world.Open();
        var raced = false;
        var request = new DeclareRequest("Down", "availability", ["shop"], 1, 1, [], null, null, null, null, "key");
        // the other one declares after the first has looked for the key, and before it appends
        var (row, was) = world.Main.Incidents.Declare(request, (_, _) =>
        {
            if (!raced)
            {
                raced = true;
                other.Incidents.Declare(request);
            }
            return [];
        });
        Assert.Equal(("INC-1", true, 1), (row.Id, was, world.Incidents.Count));
    }

    [Fact]
    public void A_tick_that_finds_its_incident_declared_in_other_words_takes_it()
    {
        using var world = new DetectionWorld(Shop);
        var other = world.Open();
        var once = true;
        world.See("shop", 'F');
        world.Tick();
        world.OnPage = () =>
        {
            if (!once) return;
            once = false;
            other.Incidents.Declare(new DeclareRequest("In other words", "availability", ["shop"], 1, 1, [], null, null, null, null, FaultRow.KeyOf("service/shop/availability", 1)));
        };
        Assert.Equal("INC-1", world.Tick().Change[0].Incident);
        Assert.Equal("In other words", Assert.Single(world.Incidents).Title);
    }
}
