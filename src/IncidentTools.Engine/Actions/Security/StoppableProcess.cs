using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Probes.Processes;

namespace IncidentTools.Engine.Actions.Security;

/// <summary>A process by its id and start, so that one that took over the id is never touched; and whether it may be touched at all.</summary>
internal sealed class StoppableProcess(Arguments with, ActionContext context)
{
    /// <summary>Servers whose first process must be stopped by their own means: killed, they leave damage or a long recovery.</summary>
    private static readonly HashSet<string> Databases = new(["postgres", "postmaster", "mysqld", "mariadbd", "mongod", "sqlservr", "oracle", "redis-server", "etcd"], StringComparer.Ordinal);
    private static readonly HashSet<string> Needed = new(["systemd", "init", "systemd-journald", "systemd-logind", "systemd-udevd", "dbus-daemon", "dockerd", "containerd", "kubelet", "csrss", "wininit", "services", "lsass", "smss", "winlogon"], StringComparer.OrdinalIgnoreCase);

    public int Pid { get; } = with.Int("pid");
    public ProcessIdentity Identity { get; } = ProcessIdentity.Here(with.Int("pid"), with.Time("startedAt") ?? DateTimeOffset.UnixEpoch);

    /// <summary>Null when it lives, is the one that is meant, and may be touched.</summary>
    public string? WhyNot(bool toStop)
    {
        if (Identity.Life() switch { ProcessLife.Gone => $"there is no process {Pid} that started at {UtcStamp.Format(Identity.StartedAt)}: it has ended, or the id belongs to another now", ProcessLife.Unknown => $"whether process {Pid} is the one that is meant cannot be told", _ => null } is { } why) return why;
        var process = ProcessList.Find(Pid, context.Time);
        if (with.TextOrNull("name") is { } name && process is not null && process.Name != name && process.Program != name) return $"process {Pid} is {process.Name}, not {name}";
        return toStop ? Guard(process) : null;
    }

    private string? Guard(ProcessInfo? process)
    {
        if (Pid == 1) return "process 1 is the machine itself";
        if (Ancestors(Environment.ProcessId).Contains(Pid)) return $"process {Pid} is this program or one that it runs in";
        if (process is { ParentPid: 2 } or { Pid: 2 }) return $"process {Pid} is a part of the kernel";
        // what it would take with it must be free to go, too
        foreach (var (pid, row) in Tree())
        {
            if (context.ProtectedProcesses.TryGetValue(pid, out var what)) return $"process {pid} is {what}";
            if (row is null) continue;
            if (Needed.Contains(row.Name)) return $"process {pid} is {row.Name}, which the machine needs";
            if (Databases.Contains(row.Name) && (row.ParentPid is not { } parent || ProcessList.Find(parent, context.Time)?.Name != row.Name)) return $"process {pid} is the first process of {row.Name}: stop a database by its own means";
        }
        return with.Texts("protect").FirstOrDefault(guarded => process?.Name == guarded || process?.Program == guarded) is { } asked ? $"{asked} is protected by the runbook" : null;
    }

    private IEnumerable<(int Pid, ProcessInfo? Info)> Tree()
    {
        if (OperatingSystem.IsWindows()) return [(Pid, ProcessList.Find(Pid, context.Time))];
        var rows = ProcessTable.Read();
        var tree = new List<int> { Pid };
        for (var at = 0; at < tree.Count; at++) tree.AddRange(rows.Where(row => row.Parent == tree[at] && !tree.Contains(row.Pid)).Select(row => row.Pid));
        return tree.Select(pid => (pid, ProcessList.Find(pid, context.Time)));
    }

    private static HashSet<int> Ancestors(int pid)
    {
        var found = new HashSet<int>();
        while (pid > 0 && found.Add(pid)) pid = OperatingSystem.IsWindows() ? 0 : ProcessTable.Find(pid)?.Parent ?? 0;
        return found;
    }

    /// <summary>What would be lost with it, into a folder: how it was started, its program (which may be deleted already), what it holds open.</summary>
    public async Task<IReadOnlyList<EvidenceFile>> CaptureAsync(string folder, CancellationToken cancellation)
    {
        var files = new List<EvidenceFile>();
        if (!OperatingSystem.IsLinux()) return files;
        EvidenceFolder.Create(folder);
        foreach (var name in new[] { "cmdline", "environ", "maps", "status", "stat", "cgroup", "net/tcp", "net/tcp6", "exe" })
            try
            {
                var target = Path.Combine(folder, name.Replace('/', '-'));
                using var source = new FileStream($"/proc/{Pid}/{name}", FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0);
                using var copy = new FileStream(target, FileMode.CreateNew, FileAccess.Write);
                var (bytes, sha256) = await Sha256File.CopyAsync(source, copy, cancellation).ConfigureAwait(false);
                files.Add(new EvidenceFile(Path.GetFileName(target), bytes, sha256, $"/proc/{Pid}/{name}"));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException) { } // ended meanwhile, or not permitted: what is there is kept
        string Links(string of) => string.Concat(Directory.EnumerateFileSystemEntries(of).Select(link => $"{Path.GetFileName(link)} -> {new FileInfo(link).LinkTarget}\n"));
        try { EvidenceFolder.Write(Path.Combine(folder, "open-files"), $"exe -> {new FileInfo($"/proc/{Pid}/exe").LinkTarget}\ncwd -> {new FileInfo($"/proc/{Pid}/cwd").LinkTarget}\n{Links($"/proc/{Pid}/fd")}"); }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { }
        EvidenceFolder.Write(Path.Combine(folder, "SHA256SUMS"), string.Concat(files.Select(file => Sha256File.Line(file.Sha256, file.Name))));
        return files;
    }
}
