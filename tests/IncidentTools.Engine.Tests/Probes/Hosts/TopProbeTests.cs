using IncidentTools.Engine.Probes;

namespace IncidentTools.Engine.Tests.Probes.Hosts;

public sealed class TopProbeTests
{
    private static IReadOnlyList<IReadOnlyDictionary<string, object?>> List(ProbeResult result, string key) => [.. result.Get<IReadOnlyList<object?>>(key).Cast<IReadOnlyDictionary<string, object?>>()];

    [Fact]
    public async Task A_program_that_nobody_expects_is_named_and_one_that_is_expected_is_not()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        using var hog = CpuProbeTests.Hog.Start(1);
        var pid = (long)hog.Pids[0];
        var result = await ProbeRun.Check("probe.top", "count: 50\nsample: 700ms\nnotableCpuPercent: 5\nexpected: [no-such-program]");
        Assert.Equal(ProbeStatus.Warn, result.Status);
        Assert.Equal(ProbeErrors.UnexpectedProcess, result.Error);
        var found = Assert.Single(List(result, "unexpected"), item => Equals(item["pid"], pid));
        Assert.Contains(found["name"], result.Get<IReadOnlyList<object?>>("unexpectedNames"));
        Assert.Contains("while :; do :; done", (string)found["command"]!, StringComparison.Ordinal);
        Assert.True(found["cpuPercent"] is > 5d, $"{found["cpuPercent"]}");
        Assert.NotNull(found["file"]);

        var known = await ProbeRun.Check("probe.top", $"count: 50\nsample: 700ms\nnotableCpuPercent: 5\nexpected: ['{found["name"]}', 'dash*']");
        Assert.DoesNotContain(List(known, "unexpected"), item => Equals(item["pid"], pid));
        Assert.Contains(List(known, "processes"), item => Equals(item["pid"], pid) && item["expected"] is true);
    }

    [Fact]
    public async Task Memory_and_handles_are_ranked_too_and_nothing_is_unexpected_where_nothing_is_said()
    {
        var rss = List(await ProbeRun.Check("probe.top", "by: rss\ncount: 3\nsample: 100ms"), "processes");
        Assert.Equal(rss.Select(item => (long)item["rssBytes"]!).OrderDescending(), rss.Select(item => (long)item["rssBytes"]!));
        var result = await ProbeRun.Check("probe.top", "by: handles\ncount: 5\nsample: 100ms");
        var handles = List(result, "processes").Select(item => item["handles"] as long? ?? -1).ToList();
        Assert.Equal(handles.OrderDescending(), handles);
        Assert.Empty(List(result, "unexpected"));
    }

    [Fact]
    public async Task Only_an_accounts_own_are_listed_when_it_is_named()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        var result = await ProbeRun.Check("probe.top", $"user: {Environment.UserName}\nsample: 100ms\ncount: 50");
        Assert.All(List(result, "processes"), item => Assert.Equal(Environment.UserName, item["user"]));
    }
}
