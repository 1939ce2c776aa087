using System.Globalization;

namespace IncidentTools.Engine.Probes.Hosts;

/// <summary>Time that processors spent, in any unit, since some moment: only differences mean something.</summary>
internal sealed record CpuTimes(double Busy, double Idle, double IoWait, double Steal)
{
    private double Total => Busy + Idle + IoWait;

    /// <summary>Shares of the time between two readings; null when no time passed.</summary>
    /// <remarks>What another machine took away (steal) counts as busy: there is no more to be had.</remarks>
    public CpuShare? Since(CpuTimes before)
    {
        var total = Total - before.Total;
        if (total <= 0) return null;
        // the kernel's counter of waiting may go backwards
        double Percent(double after, double then) => Math.Round(Math.Clamp(100 * (after - then) / total, 0, 100), 1);
        return new CpuShare(Percent(Busy, before.Busy), Percent(IoWait, before.IoWait), Percent(Steal, before.Steal));
    }
}

internal sealed record CpuShare(double Busy, double IoWait, double Steal);

/// <param name="Running">Tasks that run or wait for a processor; null where it is not known.</param>
/// <param name="Blocked">Tasks that wait for a disk.</param>
internal sealed record CpuReading(CpuTimes All, IReadOnlyList<CpuTimes> Cores, int CoreCount, long? Running, long? Blocked)
{
    /// <summary>/proc/stat.</summary>
    public static CpuReading Parse(string stat)
    {
        CpuTimes? all = null;
        var cores = new List<CpuTimes>();
        long? running = null, blocked = null;
        foreach (var line in stat.Split('\n'))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2) continue;
            if (words[0] == "cpu") all = Times(words);
            else if (words[0].StartsWith("cpu", StringComparison.Ordinal)) cores.Add(Times(words));
            else if (words[0] == "procs_running") running = Number(words[1]);
            else if (words[0] == "procs_blocked") blocked = Number(words[1]);
        }
        return all is null ? throw new CannotCheckException(ProbeErrors.Unreadable, "/proc/stat could not be understood") : new CpuReading(all, cores, Math.Max(1, cores.Count), running, blocked);
    }

    /// <summary>user nice system idle iowait irq softirq steal; guests are counted in user and nice already, old kernels have fewer.</summary>
    private static CpuTimes Times(string[] words)
    {
        double At(int index) => index < words.Length ? Number(words[index]) : 0;
        return new CpuTimes(At(1) + At(2) + At(3) + At(6) + At(7) + At(8), At(4), At(5), At(8));
    }

    private static long Number(string word) => long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : throw new CannotCheckException(ProbeErrors.Unreadable, $"'{word}' in /proc/stat is not a number");
}
