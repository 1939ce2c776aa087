using IncidentTools.Engine.Incidents;
using IncidentTools.Engine.Journal;
using IncidentTools.Engine.Journal.Sqlite;
using Microsoft.Extensions.Time.Testing;

namespace IncidentTools.Engine.Tests.Incidents;

internal sealed class IncidentFixture : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<SqliteStore> _stores = [];
    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 23, 3, 0, 0, TimeSpan.Zero));
    public IncidentService Incidents { get; }
    public SqliteStore Store => _stores[0];

    public IncidentFixture() => Incidents = Open();

    public IncidentService Open(string actor = "ana")
    {
        var store = new SqliteStore(new SqliteStoreOptions(Path.Combine(_folder.Path, "s.db"), IncidentEngine.EntryTypes, IncidentEngine.Projections, new Actor(actor, "os", "os"), "host", Time));
        _stores.Add(store);
        return new IncidentService(new IncidentJournal(store), () => TestPolicy.Default, Time);
    }

    public string Declare(int impact = 1, int urgency = 1, string? key = null, string title = "Shop is down") =>
        Incidents.Declare(new DeclareRequest(title, "availability", ["shop"], impact, urgency, [], null, null, null, null, key)).Row.Id;

    public void Pass(int minutes) => Time.Advance(TimeSpan.FromMinutes(minutes));

    public void Dispose()
    {
        foreach (var store in _stores) store.Dispose();
        _folder.Dispose();
    }
}
