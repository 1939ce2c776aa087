using System.Globalization;
using System.Net.NetworkInformation;

namespace IncidentTools.Engine.Probes.Processes;

internal enum PortOwner { Nobody, These, Others, Unknown }

/// <summary>Who listens on a TCP port. On Linux seen from the processes' own network namespace; elsewhere the owner is not told.</summary>
internal static class ListeningPorts
{
    private const string Listening = "0A";

    public static PortOwner Owner(int port, IReadOnlyCollection<int> pids)
    {
        if (!OperatingSystem.IsLinux()) return IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(item => item.Port == port) ? PortOwner.Unknown : PortOwner.Nobody;
        var (anybody, hidden) = (false, false);
        foreach (var pid in pids)
        {
            var inodes = Sockets(pid, port);
            if (inodes.Count == 0) continue;
            anybody = true;
            switch (Holds(pid, inodes))
            {
                case true: return PortOwner.These;
                case null: hidden = true; break;
            }
        }
        return hidden ? PortOwner.Unknown : anybody ? PortOwner.Others : PortOwner.Nobody;
    }

    private static HashSet<string> Sockets(int pid, int port)
    {
        var inodes = new HashSet<string>(StringComparer.Ordinal);
        foreach (var table in new[] { "tcp", "tcp6" })
        {
            try
            {
                foreach (var line in File.ReadLines($"/proc/{pid}/net/{table}").Skip(1))
                {
                    var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                    if (fields.Length > 9 && fields[3] == Listening && int.Parse(fields[1][(fields[1].LastIndexOf(':') + 1)..], NumberStyles.HexNumber, CultureInfo.InvariantCulture) == port) inodes.Add($"socket:[{fields[9]}]");
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException) { } // no such table (no IPv6), or the process has ended
        }
        return inodes;
    }

    /// <summary>Null: not permitted to look.</summary>
    private static bool? Holds(int pid, HashSet<string> inodes)
    {
        try { return Directory.EnumerateFileSystemEntries($"/proc/{pid}/fd").Any(link => new FileInfo(link).LinkTarget is { } target && inodes.Contains(target)); }
        catch (UnauthorizedAccessException) { return null; }
        catch (IOException) { return false; }
    }
}
