using IncidentTools.Engine.Probes;
using IncidentTools.Tests.Shared;
using static IncidentTools.Engine.Tests.Probes.Databases.PostgresPair;

namespace IncidentTools.Engine.Tests.Probes.Databases;

public sealed class SqlProbeTests(PostgresPair pair) : IClassFixture<PostgresPair>
{
    private static readonly string Dead = $"connection: {{ name: dead, engine: postgresql, host: 127.0.0.1, port: {LoopbackPort.Free()}, user: x }}";

    private Task<ProbeResult> Ask(string sql, string more = "") => Check("probe.sql", $"{pair.Connection()}\nsql: \"{sql}\"\n{more}");

    [Fact]
    public async Task A_server_that_is_not_there_is_refused_and_not_an_error()
    {
        PostgresServer.Require();
        (await Check("probe.sql", Dead)).Is(ProbeStatus.Fail, "ConnectionRefused");
    }

    [Fact]
    public async Task The_answer_is_typed_and_says_how_long_it_took()
    {
        var result = await Ask("SELECT 42::int2 AS n, 'x' AS t, NULL::text AS nothing, now() AS at, 1.5::numeric AS d, interval '2 s' AS i, ARRAY[1,2] AS a");
        result.Is(ProbeStatus.Pass, null);
        Assert.Equal(42L, result.Get("scalar"));
        var row = Assert.IsType<IReadOnlyDictionary<string, object?>>(Assert.Single(result.Get<IReadOnlyList<object?>>("rows")), exactMatch: false);
        Assert.Equal(("x", null, 1.5, TimeSpan.FromSeconds(2), "1,2"), ((string)row["t"]!, row["nothing"], (double)row["d"]!, (TimeSpan)row["i"]!, (string)row["a"]!));
        Assert.IsType<DateTimeOffset>(row["at"]);
        Assert.True(result.Get<double>("ms") >= 0);
        Assert.StartsWith("1", result.Get<string>("serverVersion"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SELECT 5", "expectScalar: 5", ProbeStatus.Pass, null)]
    [InlineData("SELECT 5", "expectScalar: 6", ProbeStatus.Fail, "AnswerUnexpected")]
    [InlineData("SELECT 'ok'", "expectScalar: ok", ProbeStatus.Pass, null)]
    [InlineData("SELECT NULL", "expectScalar: ok", ProbeStatus.Fail, "AnswerUnexpected")]
    [InlineData("SELECT 5", "warnAbove: 4", ProbeStatus.Warn, "LimitExceeded")]
    [InlineData("SELECT 5", "warnAbove: 4\nfailAbove: 4.5", ProbeStatus.Fail, "LimitExceeded")]
    [InlineData("SELECT 5", "failBelow: 6", ProbeStatus.Fail, "LimitExceeded")]
    [InlineData("SELECT 'many'", "failAbove: 4", ProbeStatus.Error, "AnswerUnexpected")]
    [InlineData("SELECT 1 WHERE false", "failAbove: 4", ProbeStatus.Error, "AnswerUnexpected")]
    [InlineData("SELECT 1 WHERE false", "expectNoRows: true", ProbeStatus.Pass, null)]
    [InlineData("SELECT 1", "expectNoRows: true", ProbeStatus.Fail, "AnswerUnexpected")]
    [InlineData("SELECT generate_series(1, 3)", "expectRows: 3", ProbeStatus.Pass, null)]
    [InlineData("SELECT generate_series(1, 3)", "expectRows: 2", ProbeStatus.Fail, "AnswerUnexpected")]
    [InlineData("SELECT generate_series(1, 9)", "expectRows: 7\nmaxRows: 5", ProbeStatus.Error, "Truncated")]
    public async Task Expectations_are_compared_and_what_cannot_be_compared_is_an_error(string sql, string more, ProbeStatus status, string? error) => (await Ask(sql, more)).Is(status, error);

    [Fact]
    public async Task A_million_rows_are_cut_at_the_most_that_is_kept()
    {
        var result = await Ask("SELECT generate_series(1, 1000000)", "maxRows: 10");
        Assert.Equal((10L, true), ((long)result.Get("rowCount")!, (bool)result.Get("truncated")!));
    }

    [Fact]
    public async Task Values_are_bound_and_never_read_as_a_statement()
    {
        var result = await Ask("SELECT length(@name), @number::int8 + 1", "parameters: { name: \"x'; DROP TABLE t; --\", number: 41 }");
        Assert.Equal(20L, result.Get("scalar"));
    }

    [Theory]
    [InlineData("DELETE FROM t")]
    [InlineData("SELECT 1; DELETE FROM t")]
    [InlineData("COMMIT")]
    [InlineData("DO $x$ BEGIN END $x$")]
    [InlineData("COPY t TO PROGRAM 'x'")]
    [InlineData("CALL p()")]
    [InlineData("-- x\\nDELETE FROM t")]
    [InlineData("")]
    [InlineData("SELECT /*! 1 */ 2")]
    public async Task What_may_do_more_than_look_is_not_sent_at_all(string sql) => (await Ask(sql.Length == 0 ? " " : sql)).Is(ProbeStatus.Error, "InvalidQuery");

    [Theory]
    [InlineData("WITH gone AS (DELETE FROM canary RETURNING 1) SELECT count(*) FROM gone")]
    [InlineData("EXPLAIN ANALYZE DELETE FROM canary")]
    [InlineData("SELECT setval('number', 99)")]
    [InlineData("SELECT n INTO TEMP other FROM canary UNION SELECT nextval('number')")]
    public async Task A_write_that_looks_like_a_question_is_refused_by_the_server(string sql)
    {
        pair.Primary.Query("CREATE TABLE IF NOT EXISTS canary (n int8); CREATE SEQUENCE IF NOT EXISTS number; INSERT INTO canary VALUES (7)");
        var result = await Ask(sql);
        result.Is(ProbeStatus.Error, "ReadOnly");
        Assert.NotEqual("0", pair.Primary.Query("SELECT count(*) FROM canary"));
    }

    [Fact]
    public async Task A_slow_query_ends_on_the_server_too()
    {
        (await Ask("SELECT pg_sleep(300), 'slow-probe'", "timeout: 1s")).Is(ProbeStatus.Fail, "Timeout");
        pair.Primary.Await("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%slow-probe%' AND state = 'active' AND pid <> pg_backend_pid()", "0");
    }

    [Fact]
    public async Task Who_may_not_log_in_and_what_is_not_there_are_told_apart()
    {
        (await Check("probe.sql", $"connection: {Database(pair.Primary, secret: "wrong")}")).Is(ProbeStatus.Error, "LoginFailed");
        (await Check("probe.sql", $"connection: {Database(pair.Primary, secret: "unknown")}")).Is(ProbeStatus.Error, "SecretMissing");
        (await Check("probe.sql", $"connection: {Database(pair.Primary)[..^2]}, database: nowhere }}")).Is(ProbeStatus.Fail, "DatabaseMissing");
        (await Ask("SELECT nothing FROM nowhere")).Is(ProbeStatus.Error, "InvalidQuery");
        (await Check("probe.sql", $"connection: {Database(pair.Primary)[..^2]}, tls: verify }}")).Is(ProbeStatus.Error, "TlsFailure");
    }
}
