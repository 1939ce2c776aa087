using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes.Security;

/// <summary>Failed logons by account and source, a success after many of them, new administrators, and a log that was cleared.</summary>
internal sealed class FailedLogonsProbe() : Probe("probe.failed-logons", "Whether somebody tries passwords, got in after many failures, or became administrator.", Shape,
    "failures", "successes", "topAccount", "topSource", "accountsOverLimit", "sourcesOverLimit", "spraySources", "successAfterFailures", "newAdministrators", "newAccounts", "first", "last")
{
    private static readonly ObjectShape Shape = new("probe.failed-logons",
        Optional("files", ListOf(Text, allowSingle: true), "auth.log or secure files; without any source the machine's own is found"),
        Optional("rotated", Bool, "whether rotated files beside are read too, compressed ones as well", true),
        Optional("journal", Bool, "whether the systemd journal is read", false),
        Optional("btmp", Text, "file of failed logons that lastb reads, such as /var/log/btmp"),
        Optional("eventLog", Text, "Windows event log, such as Security"),
        Optional("window", Shapes.Duration, "how far back", TimeSpan.FromHours(24)),
        Optional("since", Shapes.DateTime, "from when on; instead of window"),
        Optional("maxPerAccount", Int with { Min = 1 }, "as many failures of one account within accountWithin fail", 10L),
        Optional("accountWithin", Shapes.Duration with { Min = 1 }, "time for maxPerAccount", TimeSpan.FromMinutes(5)),
        Optional("maxPerSource", Int with { Min = 1 }, "as many failures from one source within sourceWithin fail", 50L),
        Optional("sourceWithin", Shapes.Duration with { Min = 1 }, "time for maxPerSource", TimeSpan.FromMinutes(10)),
        Optional("maxAccountsPerSource", Int with { Min = 1 }, "as many accounts tried from one source fail: a spray", 10L),
        Optional("successAfter", Int with { Min = 1 }, "a success after as many failures of its account or source fails", 5L),
        Optional("allow", ListOf(Text, allowSingle: true), "addresses, networks and accounts that are not counted: scanners, monitors"),
        Optional("maxBytes", Int with { Min = 1024, Max = 4L * 1024 * 1024 * 1024 }, "bytes read of each file, the newest", 512L * 1024 * 1024),
        Optional("timeout", Shapes.Duration, "for all of it", TimeSpan.FromMinutes(2)));

    protected override async Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        if (with.Has("since") && with.Values.GetValueOrDefault("window") is TimeSpan given && given != TimeSpan.FromHours(24)) throw new CannotCheckException(ProbeErrors.InvalidArgument, "give window or since, not both");
        var (timeout, from) = (with.Duration("timeout") ?? TimeSpan.FromMinutes(2), with.Time("since") ?? context.Time.GetUtcNow() - (with.Duration("window") ?? TimeSpan.FromHours(24)));
        foreach (var name in new[] { "maxPerAccount", "accountWithin", "maxPerSource", "sourceWithin", "maxAccountsPerSource", "successAfter" }) found.Threshold(name, with[name]);
        var tally = new LogonTally(with.Duration("accountWithin") ?? TimeSpan.FromMinutes(5), with.Duration("sourceWithin") ?? TimeSpan.FromMinutes(10), with.Int("successAfter", 5), with.Texts("allow"));
        var sources = new LogonSources(from, Convert.ToInt64(with["maxBytes"] ?? 536870912L, System.Globalization.CultureInfo.InvariantCulture), timeout, context, tally);
        using var limit = new TimeLimit(timeout, context.Time, cancellation);
        try { await ReadAsync(with, sources, context, found, limit.Token).ConfigureAwait(false); }
        catch (OperationCanceledException) when (limit.Reached) { found.Unknown(ProbeErrors.Timeout, $"the logs were not read to the end in {Duration.Format(timeout)}"); }
        found.Observe("since", from);
        found.Observe("sources", sources.Read);
        Report(tally, found);
        Judge(tally, with, found);
    }

    private static async Task ReadAsync(Arguments with, LogonSources sources, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        var files = with.Texts("files");
        var (journal, log) = (with.Flag("journal"), with.TextOrNull("eventLog"));
        if (files.Count == 0 && !journal && log is null && !with.Has("btmp"))
        {
            if (OperatingSystem.IsWindows()) log = "Security";
            else if (new[] { "/var/log/auth.log", "/var/log/secure" }.Where(File.Exists).ToList() is { Count: > 0 } there) files = there;
            else if (context.Processes.Find("journalctl") is not null) journal = true;
            else throw new CannotCheckException(ProbeErrors.NotFound, "this machine keeps no record of logons that is known here: name files, journal, btmp or eventLog");
        }
        // one that cannot be read does not hide the others
        async Task Try(Func<Task> read)
        {
            try { await read().ConfigureAwait(false); }
            catch (CannotCheckException error) { found.Unknown(error.Word, error.Message); }
        }
        foreach (var pattern in files) await Try(() => Task.Run(() => sources.Files(pattern, with["rotated"] as bool? ?? true, found, cancellation), cancellation).WaitAsync(cancellation)).ConfigureAwait(false);
        if (journal) await Try(() => sources.JournalAsync(cancellation)).ConfigureAwait(false);
        if (with.TextOrNull("btmp") is { } btmp) await Try(() => sources.BtmpAsync(btmp, cancellation)).ConfigureAwait(false);
        if (log is not null) await Try(() => sources.EventsAsync(log, cancellation)).ConfigureAwait(false);
    }

    private static void Report(LogonTally tally, Findings found)
    {
        (found["failures"], found["successes"], found["first"], found["last"]) = (tally.Failures, tally.Successes, tally.First, tally.Last);
        found["topAccount"] = tally.Accounts.Count == 0 ? null : tally.Accounts.MaxBy(item => item.Value.All).Key;
        found["topSource"] = tally.Sources.Count == 0 ? null : tally.Sources.MaxBy(item => item.Value.All).Key;
        found["successAfterFailures"] = tally.Doubtful.Select(item => new Dictionary<string, object?> { ["account"] = item.Account, ["source"] = item.Source, ["at"] = item.At, ["failures"] = item.Failures }).ToList();
        (found["newAdministrators"], found["newAccounts"]) = (Changed(LogonKind.NewAdministrator), Changed(LogonKind.NewAccount));
        foreach (var (name, counts) in new[] { ("accounts", tally.Accounts), ("sources", tally.Sources) })
            found.Observe(name, counts.OrderByDescending(item => item.Value.All).Take(20).Select(item => new Dictionary<string, object?> { ["name"] = item.Key, ["failures"] = item.Value.All, ["worst"] = item.Value.Worst }).ToList());
        List<string> Changed(LogonKind kind) => [.. tally.Changes.Where(item => item.Kind == kind).Select(item => item.Account).Distinct()];
    }

    private static void Judge(LogonTally tally, Arguments with, Findings found)
    {
        foreach (var item in tally.Doubtful) found.Fail(ProbeErrors.SuccessAfterFailures, $"{item.Account} got in{(item.Source.Length > 0 ? $" from {item.Source}" : "")}{(item.At is { } at ? $" at {UtcStamp.Format(at)}" : "")} after {item.Failures} failures");
        foreach (var item in tally.Changes.Where(item => item.Kind == LogonKind.LogCleared)) found.Fail(ProbeErrors.LogCleared, $"{item.Detail} by {item.Account}");
        foreach (var item in tally.Changes.Where(item => item.Kind == LogonKind.NewAdministrator)) found.Fail(ProbeErrors.NewAdministrator, $"{item.Account}: {item.Detail}");
        List<string> Over(Dictionary<string, SlidingCount> counts, string limit) => [.. counts.Where(item => item.Value.Worst >= with.Int(limit)).OrderByDescending(item => item.Value.Worst).Select(item => item.Key)];
        var (accounts, sources) = (Over(tally.Accounts, "maxPerAccount"), Over(tally.Sources, "maxPerSource"));
        var sprays = tally.AccountsOfSource.Where(item => item.Value.Count >= with.Int("maxAccountsPerSource")).Select(item => item.Key).ToList();
        (found["accountsOverLimit"], found["sourcesOverLimit"], found["spraySources"]) = (accounts.Take(100).ToList(), sources.Take(100).ToList(), sprays.Take(100).ToList());
        if (accounts.Count > 0) found.Fail(ProbeErrors.TooManyFailures, $"{accounts.Count} account(s) over the limit, the worst {accounts[0]} with {tally.Accounts[accounts[0]].Worst} failures in {Duration.Format(with.Duration("accountWithin") ?? default)}");
        if (sources.Count > 0) found.Fail(ProbeErrors.TooManyFailures, $"{sources.Count} source(s) over the limit, the worst {sources[0]} with {tally.Sources[sources[0]].Worst} failures");
        foreach (var source in sprays.Take(20)) found.Fail(ProbeErrors.TooManyFailures, $"{source} tried {tally.AccountsOfSource[source].Count} accounts");
        foreach (var item in tally.Changes.Where(item => item.Kind == LogonKind.NewAccount)) found.Warn(ProbeErrors.NewAccount, $"{item.Account}: {item.Detail}");
        if (tally.IsCut) found.Warn(ProbeErrors.Truncated, "more accounts or sources than are told apart");
        found.Pass($"{tally.Failures} failed logons of {tally.Accounts.Count} accounts, none over the limits, and {tally.Successes} successes");
    }
}
