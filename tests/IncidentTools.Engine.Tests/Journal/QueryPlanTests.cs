using IncidentTools.Engine.Incidents;
using IncidentTools.Engine.Journal;
using IncidentTools.Engine.Journal.Sqlite;
using IncidentTools.Engine.Notifications;

namespace IncidentTools.Engine.Tests.Journal;

/// <summary>What is asked of a store is answered through an index, so that it takes the same time in a store of a million entries.</summary>
public sealed class QueryPlanTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly SqliteStore _store;

    public QueryPlanTests() => _store = new SqliteStore(new SqliteStoreOptions(
        Path.Combine(_folder.Path, "s.db"), IncidentEngine.EntryTypes, IncidentEngine.Projections, new Actor("ana", "os", "os"), "host", TimeProvider.System));

    public static TheoryData<string, string> Columns() =>
        [.. IncidentEngine.Projections.SelectMany(projection => projection.Columns.Where(column => column.Indexed).Select(column => (projection.Name, column.Name)))];

    [Theory, MemberData(nameof(Columns))]
    public void Every_column_of_a_projection_can_be_filtered_and_sorted_by(string name, string column)
    {
        var projection = IncidentEngine.Projections.Single(item => item.Name == name);
        ProjectionQuery[] ask = [new ProjectionQuery().Where(column, "x"), new ProjectionQuery().Where(column, Compare.GreaterOrEqual, "x"), new ProjectionQuery().Where(column, Compare.In, new[] { "x", "y" })];
        foreach (var query in ask) AssertSearched(Sql(projection, query));
        // the order comes from the index too: a page costs what the page holds
        Assert.DoesNotContain("TEMP B-TREE", Plan(Sql(projection, new ProjectionQuery().Order(column, descending: true).Take(50))), StringComparison.Ordinal);
    }

    /// <summary>The filters and orders that the commands use.</summary>
    [Fact]
    public void The_queries_of_the_commands_are_searches()
    {
        AssertSearched(Sql(IncidentProjection.Instance, new ProjectionQuery().Where("state", Compare.In, IncidentStates.Unresolved).Order("severity")));
        AssertSearched(Sql(IncidentProjection.Instance, new ProjectionQuery().Where("state", "Resolved").Where("severity", Compare.In, new[] { "P0" }).Order("severity")));
        AssertSearched(Sql(IncidentProjection.Instance, new ProjectionQuery().Where("declared", Compare.GreaterOrEqual, "2026").Order("severity")));
        AssertSearched(Sql(IncidentProjection.Instance, new ProjectionQuery().Where("state", Compare.In, IncidentStates.Unresolved)));
        AssertSearched(Sql(NotificationProjection.Instance, new ProjectionQuery().Where("stream", "INC-1").Order("intended")));
    }

    [Fact]
    public void Appending_and_reading_search()
    {
        var incidents = new IncidentService(new IncidentJournal(_store), () => Incidents.TestPolicy.Default, TimeProvider.System);
        var id = incidents.Declare(new DeclareRequest("Shop is down", "availability", ["shop"], 1, 1, [], null, null, "since nine", null, "key")).Row.Id;
        incidents.Note(id, "note", "looking", new EntryTags(Key: "other"));
        Assert.Equal(2, incidents.Timeline(id, all: true).Count());
        Assert.NotNull(_store.FindKey(id, "key"));
        Assert.NotEmpty(_store.ReadSealed(_store.Read(id).First().Id));
        Assert.Equal(3, _store.ReadAll(0).Count());
        var lease = _store.Leases.Acquire("run", "me", TimeSpan.FromMinutes(1), out _)!;
        _store.Leases.Release(lease);
        var asked = _store.Look(database => database.Prepared.ToArray()).Where(sql => sql.StartsWith("SELECT", StringComparison.Ordinal) || sql.StartsWith("UPDATE", StringComparison.Ordinal)).ToArray();
        Assert.True(asked.Length >= 10);
        foreach (var sql in asked)
        {
            // two tables of a few rows
            if (sql.Contains("sqlite_schema", StringComparison.Ordinal) || sql.EndsWith("FROM projections", StringComparison.Ordinal)) continue;
            // the newest of something stands at the end of its index
            if (sql.Contains("DESC", StringComparison.Ordinal) && sql.Contains("LIMIT", StringComparison.Ordinal)) { Assert.DoesNotContain("TEMP B-TREE", Plan(sql), StringComparison.Ordinal); continue; }
            Assert.DoesNotContain("SCAN", Plan(sql), StringComparison.Ordinal);
        }
    }

    private static string Sql(IProjection projection, ProjectionQuery query) => new ProjectionTable(projection).Query(query).Sql;

    private void AssertSearched(string sql)
    {
        var plan = Plan(sql);
        Assert.DoesNotContain("SCAN", plan, StringComparison.Ordinal);
        Assert.Contains("USING INDEX", plan, StringComparison.Ordinal);
    }

    private string Plan(string sql)
    {
        _ = _store.Size;
        return string.Join("; ", _store.Look(database => database.Rows("EXPLAIN QUERY PLAN " + sql, row => row.GetString(3))));
    }

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }
}
