using IncidentTools.Engine.Probes;

namespace IncidentTools.Engine.Tests.Probes.Network;

/// <summary>A status page of the usual shape, good, bad, silent and strange.</summary>
public sealed class VendorStatusProbeTests
{
    private static string Page(string indicator, string storage = "operational") => $$$"""
        {"page":{"id":"p1","name":"Example Cloud","url":"https://status.example.com","updated_at":"2026-11-01T08:58:00Z"},
         "components":[{"id":"g","name":"Europe","status":"major_outage","group":true},{"id":"a","name":"API","status":"operational"},{"id":"b","name":"Object storage","status":"{{{storage}}}"}],
         "incidents":[{"id":"inc42","name":"Elevated errors","status":"investigating","impact":"major","created_at":"2026-11-01T08:40:00Z","shortlink":"https://stspg.example/inc42"}],
         "status":{"indicator":"{{{indicator}}}","description":"Something is up"}}
        """;

    private static async Task<ProbeResult> Check(string body, string more = "", string status = "200 OK", string path = "/")
    {
        using var server = LoopbackServer.Http((connection, head) => head.StartsWith("GET /api/v2/summary.json ", StringComparison.Ordinal) ? connection.AnswerAsync(status, body) : connection.AnswerAsync("404 Not Found"));
        return await ProbeRun.Check("probe.vendor-status", $"url: http://127.0.0.1:{server.Port}{path}\n{more}");
    }

    [Theory]
    [InlineData("none", ProbeStatus.Pass, null)]
    [InlineData("minor", ProbeStatus.Warn, "Degraded")]
    [InlineData("maintenance", ProbeStatus.Warn, "Maintenance")]
    [InlineData("major", ProbeStatus.Fail, "Outage")]
    [InlineData("critical", ProbeStatus.Fail, "Outage")]
    [InlineData("purple", ProbeStatus.Error, "InvalidResponse")]
    public async Task The_indicator_of_the_whole_decides(string indicator, ProbeStatus status, string? error)
    {
        var result = await Check(Page(indicator, "partial_outage"));
        result.Is(status, error);
        Assert.Equal((indicator, "Example Cloud", 1L, 2L), (result.Get("indicator"), result.Get("page"), result.Get("incidents"), result.Get("components")));
        Assert.Equal(["Object storage"], result.Get<IReadOnlyList<object?>>("impaired"));
        if (status == ProbeStatus.Fail) Assert.Contains("inc42", result.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("API", "operational", ProbeStatus.Pass, null)]
    [InlineData("object STORAGE", "degraded_performance", ProbeStatus.Warn, "Degraded")]
    [InlineData("Object storage", "under_maintenance", ProbeStatus.Warn, "Maintenance")]
    [InlineData("Object storage", "partial_outage", ProbeStatus.Fail, "Outage")]
    [InlineData("Object storage", "major_outage", ProbeStatus.Fail, "Outage")]
    [InlineData("Object storage", "wobbly", ProbeStatus.Error, "InvalidResponse")]
    [InlineData("Objekt storage", "operational", ProbeStatus.Error, "NotFound")]
    [InlineData("Europe", "operational", ProbeStatus.Error, "NotFound")] // a group, whose state is that of its worst
    public async Task Where_components_are_named_only_they_count(string component, string state, ProbeStatus status, string? error) =>
        (await Check(Page("critical", state), $"components: '{component}'")).Is(status, error);

    [Theory]
    [InlineData("/")]
    [InlineData("")]
    [InlineData("/api/v2/summary.json")]
    public async Task The_page_or_its_summary_may_be_given(string path) => (await Check(Page("none"), path: path)).Is(ProbeStatus.Pass, null);

    [Theory]
    [InlineData("<html>We will be back</html>", "200 OK", "InvalidResponse")]
    [InlineData("{}", "200 OK", "InvalidResponse")]
    [InlineData("[]", "200 OK", "InvalidResponse")]
    [InlineData("{\"status\":7}", "200 OK", "InvalidResponse")]
    [InlineData("", "503 Service Unavailable", "StatusUnexpected")]
    public async Task A_page_that_is_none_tells_nothing(string body, string status, string error) => (await Check(body, status: status)).Is(ProbeStatus.Error, error);

    [Fact]
    public async Task A_page_that_cannot_be_reached_says_neither_good_nor_bad() =>
        (await ProbeRun.Check("probe.vendor-status", $"url: http://127.0.0.1:{LoopbackServer.FreePort()}/")).Is(ProbeStatus.Error, "ConnectionRefused");
}
