using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes.Processes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes;

/// <summary>Whether the right number of processes runs, within their limits, and listens where it should.</summary>
internal sealed class ProcessProbe() : Probe("probe.process", "Whether a program runs, how often, since when, and within its limits of memory and processor.", Shape,
    "count", "pid", "startedAt", "rssBytes", "cpuPercent", "listening", "processes")
{
    private const int MaxListed = 20;

    private static readonly ObjectShape Shape = new("probe.process",
        Optional("name", Text, "the program's file name, exactly; with pidFile: whose file it is"),
        Optional("pid", Int with { Min = 1 }, "id of the process"),
        Optional("pidFile", Text, "file with the process id"),
        Optional("commandPattern", Shapes.Regex, "what program and arguments must match (Linux)"),
        Optional("minCount", Int with { Min = 0 }, "fewer running fail", 1L),
        Optional("maxCount", Int with { Min = 0 }, "more running fail; 0 with minCount 0: must not run"),
        Optional("listenPort", Int with { Min = 1, Max = 65535 }, "TCP port that one of them must listen on"),
        Optional("maxRssBytes", Int with { Min = 1 }, "a process with more resident memory fails"),
        Optional("maxCpuPercent", Number with { Min = 0 }, "a process that uses more fails; 100 = one core"),
        Optional("cpuSample", Shapes.Duration with { Min = 0.1, Max = 60 }, "how long the processor use is measured", TimeSpan.FromSeconds(1)));

    protected override async Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        if (!with.Has("name") && !with.Has("pid") && !with.Has("pidFile") && !with.Has("commandPattern")) throw new CannotCheckException(ProbeErrors.InvalidArgument, "give name, pid, pidFile or commandPattern");
        foreach (var limit in new[] { "minCount", "maxCount", "maxRssBytes", "maxCpuPercent" }) found.Threshold(limit, with[limit]);
        if (context.Remote is not null)
        {
            await RemoteAsync(with, context, found, cancellation).ConfigureAwait(false);
            return;
        }
        PidFile? file = null;
        if (with.TextOrNull("pidFile") is { } path && (file = PidFile.Read(path, with.TextOrNull("name"), context.Time)) is null) found.Observe("pidFile", "missing");
        var matching = Matching(with, file, context.Time, cancellation);
        var processes = matching.Where(item => !item.IsZombie).OrderBy(item => item.StartedAt).ToList();
        found.Observe("zombies", matching.Count - processes.Count);
        // "not there" said by an account that may not look would be a guess
        if (processes.Count < Math.Max(1, with.Int("minCount", 1)) && !ProcessList.SeesAll) throw new CannotCheckException(ProbeErrors.PermissionDenied, "this account sees only its own processes");
        Count(processes, with, file, found);
        var cpu = processes.Count > 0 && with.Has("maxCpuPercent") ? await CpuAsync(processes, with.Duration("cpuSample") ?? TimeSpan.FromSeconds(1), context.Time, cancellation).ConfigureAwait(false) : [];
        Limits(processes, cpu, with, found);
        if (with.Has("listenPort") && processes.Count > 0) Port(with.Int("listenPort"), processes, found);
        Tell(processes, found);
    }

    /// <summary>What the other machine's <c>ps</c> can tell.</summary>
    private static async Task RemoteAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        if (with.Has("maxCpuPercent")) throw Elsewhere.NotSupported("the processor use is not measured", context);
        if (with.Has("listenPort")) throw Elsewhere.NotSupported("who listens is not asked: use probe.tcp from here", context);
        // whose id it is now cannot be told by times there
        if (with.Has("pidFile") && !with.Has("name")) throw new CannotCheckException(ProbeErrors.InvalidArgument, "with pidFile on another machine, give the program's name too");
        PidFile? file = null;
        var all = await RemoteProcesses.AllAsync(context, cancellation).ConfigureAwait(false);
        if (with.TextOrNull("pidFile") is { } path)
        {
            if (await RemoteProcesses.PidAsync(path, context, cancellation).ConfigureAwait(false) is not { } pid) found.Observe("pidFile", "missing");
            else
            {
                var process = all.FirstOrDefault(item => item.Pid == pid && !item.IsZombie);
                file = process is null ? new(path, pid, null, $"process {pid} of {path} is not there any more")
                    : ProcessMatch.HasName(process, with.Text("name")) ? new(path, pid, process, null) : new(path, pid, null, $"process {pid} of {path} is {process.Name}, not {with.Text("name")}");
            }
        }
        var pattern = with.TextOrNull("commandPattern") is { } text ? BoundedRegex.Compile(text) : null;
        var matching = with.Has("pidFile") ? file?.Process is { } one ? [one] : []
            : all.Where(item => (!with.Has("pid") || item.Pid == with.Int("pid")) && (with.TextOrNull("name") is not { } name || ProcessMatch.HasName(item, name)) && (pattern is null || (item.Command is not null && pattern.IsMatch(item.Command)))).ToList();
        var processes = matching.Where(item => !item.IsZombie).OrderBy(item => item.StartedAt).ToList();
        found.Observe("zombies", matching.Count - processes.Count);
        Count(processes, with, file, found);
        Limits(processes, [], with, found);
        Tell(processes, found);
    }

    private static void Tell(List<ProcessInfo> processes, Findings found)
    {
        found["processes"] = processes.Take(MaxListed).Select(item => new Dictionary<string, object?>
        {
            ["pid"] = item.Pid, ["name"] = item.Name, ["parentPid"] = item.ParentPid, ["startedAt"] = item.StartedAt, ["rssBytes"] = item.RssBytes, ["command"] = item.Command is null ? null : Say.Cut(item.Command, 200),
        }).ToList();
        found.Pass(processes.Count == 0 ? "no such process runs" : $"{processes.Count} running, {(processes.Count == 1 ? "" : "the first ")}pid {processes[0].Pid}");
    }

    private static List<ProcessInfo> Matching(Arguments with, PidFile? file, TimeProvider time, CancellationToken cancellation)
    {
        if (with.Has("pidFile")) return file?.Process is { } one ? [one] : [];
        if (with.Has("commandPattern") && !OperatingSystem.IsLinux()) throw new CannotCheckException(ProbeErrors.NotSupported, "the arguments of other processes are not read on this system: use name, pid or pidFile");
        var pattern = with.TextOrNull("commandPattern") is { } text ? BoundedRegex.Compile(text) : null;
        var name = with.TextOrNull("name");
        var candidates = with.Has("pid") ? ProcessList.Find(with.Int("pid"), time) is { } single ? [single] : [] : ProcessList.All(time, cancellation);
        // a pattern that stands in our own arguments is not the program looked for
        return [.. candidates.Where(item => (name is null || ProcessMatch.HasName(item, name)) && (pattern is null || (item.Pid != Environment.ProcessId && item.Command is not null && pattern.IsMatch(item.Command))))];
    }

    private static void Count(List<ProcessInfo> processes, Arguments with, PidFile? file, Findings found)
    {
        var (least, most) = (with.Int("minCount", 1), with.Has("maxCount") ? with.Int("maxCount") : int.MaxValue);
        found["count"] = processes.Count;
        if (processes.Count > 0) (found["pid"], found["startedAt"]) = (processes[0].Pid, processes[0].StartedAt);
        if (file?.Stale is { } stale)
        {
            found.Observe("pidFile", "stale");
            if (least > 0) found.Fail(ProbeErrors.StalePidFile, stale);
            else found.Warn(ProbeErrors.StalePidFile, stale);
        }
        else if (processes.Count < least) found.Fail(ProbeErrors.NotRunning, processes.Count == 0 ? with.Has("pidFile") ? $"{with.Text("pidFile")} is not there: nothing runs" : "no such process runs" : $"{processes.Count} running, at least {least} should");
        if (processes.Count > most) found.Fail(most == 0 ? ProbeErrors.Running : ProbeErrors.TooMany, $"{processes.Count} running, at most {most} should");
    }

    private static async Task<Dictionary<int, double>> CpuAsync(List<ProcessInfo> processes, TimeSpan sample, TimeProvider time, CancellationToken cancellation)
    {
        // the first figures were read just before; from here on the distance is known exactly
        var first = processes.Select(item => ProcessList.Find(item.Pid, time)).OfType<ProcessInfo>().ToDictionary(item => item.Pid);
        var began = time.GetTimestamp();
        await Task.Delay(sample, time, cancellation).ConfigureAwait(false);
        var seconds = time.GetElapsedTime(began).TotalSeconds;
        return first.Values.Select(before => (before, After: ProcessList.Find(before.Pid, time))).Where(pair => pair.before.Cpu is not null && pair.After?.Cpu is not null)
            .ToDictionary(pair => pair.before.Pid, pair => Math.Round((pair.After!.Cpu!.Value - pair.before.Cpu!.Value).TotalSeconds / seconds * 100, 1));
    }

    private static void Limits(List<ProcessInfo> processes, Dictionary<int, double> cpu, Arguments with, Findings found)
    {
        if (processes.Count == 0) return;
        found["rssBytes"] = processes.Max(item => item.RssBytes);
        if (cpu.Count > 0) found["cpuPercent"] = cpu.Values.Max();
        if (with.Has("maxCpuPercent") && cpu.Count == 0) found.Unknown(ProbeErrors.PermissionDenied, "the processor use of the process could not be read");
        foreach (var item in processes)
        {
            if (item.RssBytes > with.Number("maxRssBytes")) found.Fail(ProbeErrors.LimitExceeded, $"process {item.Pid} uses {Say.Bytes(item.RssBytes)} of memory");
            if (cpu.TryGetValue(item.Pid, out var percent) && percent > with.Number("maxCpuPercent")) found.Fail(ProbeErrors.LimitExceeded, $"process {item.Pid} uses {Say.Number(percent)} % of a core");
        }
    }

    private static void Port(int port, List<ProcessInfo> processes, Findings found)
    {
        var owner = ListeningPorts.Owner(port, [.. processes.Select(item => item.Pid)]);
        found["listening"] = owner switch { PortOwner.These => true, PortOwner.Unknown => null, _ => false };
        if (owner == PortOwner.Unknown) found.Warn(OperatingSystem.IsLinux() ? ProbeErrors.PermissionDenied : ProbeErrors.NotSupported, $"something listens on port {port}, but who it is cannot be told from here");
        else if (owner != PortOwner.These) found.Fail(ProbeErrors.NotListening, owner == PortOwner.Others ? $"port {port} is held by another process" : $"nothing listens on port {port}");
    }
}
