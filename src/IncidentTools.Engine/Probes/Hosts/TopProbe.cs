using System.Text.RegularExpressions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes.Processes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes.Hosts;

/// <summary>The processes that use most, and which of them nobody expects there: a miner is a matter of security, not of capacity.</summary>
internal sealed class TopProbe() : Probe("probe.top", "Which processes use most processor, memory or handles, and which of them are not expected.", Shape,
    "topName", "topPid", "topCpuPercent", "topRssBytes", "processes", "unexpected", "unexpectedNames")
{
    private static readonly ObjectShape Shape = new("probe.top",
        Optional("by", OneOf("cpu", "rss", "handles"), "what is ranked; handles are open files and sockets", "cpu"),
        Optional("count", Int with { Min = 1, Max = 50 }, "how many are listed", 10L),
        Optional("sample", Shapes.Duration with { Min = 0.1, Max = 60 }, "how long the processor's use is measured", TimeSpan.FromSeconds(2)),
        Optional("user", Text, "only processes of this account (Linux)"),
        Optional("expected", ListOf(Text, allowSingle: true), "names of programs that belong here; * stands for anything. A listed one that is none of them and uses much is a warning"),
        Optional("notableCpuPercent", Number with { Min = 0 }, "from how much of a core on an unexpected process counts", 20d),
        Optional("notableRssBytes", Int with { Min = 0 }, "or from how much memory on", 1024L * 1024 * 1024));

    private sealed record Ranked(ProcessInfo Process, double? CpuPercent, ProcessDetail? Detail);

    protected override async Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        if (context.Remote is not null) throw Elsewhere.NotSupported("use is not measured", context);
        foreach (var name in new[] { "notableCpuPercent", "notableRssBytes" }) found.Threshold(name, with[name]);
        if (with.TextOrNull("user") is { } account) CheckAccount(account);
        if (!ProcessList.SeesAll) found.Warn(ProbeErrors.PermissionDenied, "this account sees only its own processes: what uses most may be another's");
        var before = ProcessList.All(context.Time, cancellation).ToDictionary(item => item.Pid);
        var began = context.Time.GetTimestamp();
        await Task.Delay(with.Duration("sample") ?? TimeSpan.FromSeconds(2), context.Time, cancellation).ConfigureAwait(false);
        var seconds = context.Time.GetElapsedTime(began).TotalSeconds;
        var all = ProcessList.All(context.Time, cancellation).Where(item => !item.IsZombie).Select(item => new Ranked(item, Use(before.GetValueOrDefault(item.Pid), item, seconds), null)).ToList();
        var top = Rank(all, with);
        if (top.Count == 0) throw new CannotCheckException(ProbeErrors.NotFound, "no process is to be seen");
        Tell(top, with, found);
    }

    private static double? Use(ProcessInfo? before, ProcessInfo after, double seconds)
    {
        if (after.Cpu is not { } now || seconds <= 0) return null;
        // one that began in between used all of it since; another process may have got the number
        var then = before is not null && before.StartedAt is { } start && after.StartedAt is { } again && (start - again).Duration() < TimeSpan.FromSeconds(1) ? before.Cpu ?? TimeSpan.Zero : TimeSpan.Zero;
        return Math.Round(Math.Max(0, (now - then).TotalSeconds) / seconds * 100, 1);
    }

    private static List<Ranked> Rank(List<Ranked> all, Arguments with)
    {
        var (by, count, user) = (with.TextOrNull("by") ?? "cpu", with.Int("count", 10), with.TextOrNull("user"));
        if (by == "handles" || user is not null) all = [.. all.Select(item => item with { Detail = ProcessDetail.Of(item.Process.Pid) }).Where(item => user is null || item.Detail!.User == user)];
        var ordered = by switch
        {
            "rss" => all.OrderByDescending(item => item.Process.RssBytes),
            "handles" => all.OrderByDescending(item => item.Detail?.Handles ?? -1),
            _ => all.OrderByDescending(item => item.CpuPercent ?? -1),
        };
        return [.. ordered.Take(count).Select(item => item.Detail is null ? item with { Detail = ProcessDetail.Of(item.Process.Pid) } : item)];
    }

    private static void Tell(List<Ranked> top, Arguments with, Findings found)
    {
        var expected = with.Texts("expected").Select(Wildcard).ToList();
        var unexpected = expected.Count == 0 ? [] : top.Where(item => IsNotable(item, with) && !IsExpected(item.Process, expected)).ToList();
        var first = top[0];
        (found["topName"], found["topPid"], found["topCpuPercent"], found["topRssBytes"], found.Unit) = (first.Process.Name, first.Process.Pid, first.CpuPercent, first.Process.RssBytes, "%");
        found["processes"] = top.Select(item => Plain(item, expected)).ToList();
        found["unexpected"] = unexpected.Select(item => Plain(item, expected)).ToList();
        found["unexpectedNames"] = unexpected.Select(item => item.Process.Name).Distinct(StringComparer.Ordinal).ToList();
        foreach (var item in unexpected) found.Warn(ProbeErrors.UnexpectedProcess, $"{Describe(item)} is not expected here: find out what it is before it is ended");
        found.Pass($"{Describe(first)} uses most");
    }

    private static bool IsNotable(Ranked item, Arguments with) => item.CpuPercent >= with.Number("notableCpuPercent") || item.Process.RssBytes >= with.Number("notableRssBytes");

    /// <summary>The kernel's own threads have no program at all; something that only takes their name has one. We and those we run in are known.</summary>
    private static bool IsExpected(ProcessInfo process, List<Regex> expected) => process.Pid == Environment.ProcessId || (OperatingSystem.IsLinux() && process.Command is null && process.RssBytes == 0)
        || expected.Exists(pattern => pattern.IsMatch(process.Name) || (process.Program is { } program && pattern.IsMatch(program)));

    private static Regex Wildcard(string pattern) => BoundedRegex.Compile("^" + System.Text.RegularExpressions.Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal) + "$", OperatingSystem.IsWindows());

    private static string Describe(Ranked item) => $"{item.Process.Name} (process {item.Process.Pid}{(item.Detail?.User is { } user ? $" of {user}" : "")}, {(item.CpuPercent is { } cpu ? $"{Say.Number(cpu)} % of a core" : "use not known")}, {Say.Bytes(item.Process.RssBytes)})";

    private static Dictionary<string, object?> Plain(Ranked item, List<Regex> expected) => new()
    {
        ["pid"] = item.Process.Pid, ["parentPid"] = item.Process.ParentPid, ["name"] = item.Process.Name, ["user"] = item.Detail?.User, ["cpuPercent"] = item.CpuPercent, ["rssBytes"] = item.Process.RssBytes,
        ["handles"] = item.Detail?.Handles, ["threads"] = item.Detail?.Threads, ["startedAt"] = item.Process.StartedAt, ["file"] = item.Detail?.File, ["command"] = item.Process.Command is { } command ? Say.Cut(command, 200) : null,
        ["expected"] = expected.Count == 0 ? null : IsExpected(item.Process, expected),
    };

    private static void CheckAccount(string user)
    {
        if (!OperatingSystem.IsLinux()) throw new CannotCheckException(ProbeErrors.NotSupported, "whose a process is is not read on this system");
        if (!ProcessDetail.IsAccount(user)) throw new CannotCheckException(ProbeErrors.NotFound, $"there is no account '{user}' on this machine");
    }
}
