using System.Globalization;
using System.Text.RegularExpressions;

namespace IncidentTools.Engine.Probes.Processes;

/// <summary>The processes of another Unix machine, from <c>ps</c>.</summary>
internal static partial class RemoteProcesses
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private const string Script = "echo $$; ps -A -o pid= -o ppid= -o stat= -o rss= -o etime= -o time= -o comm= || exit 1; echo ==; ps -A -ww -o pid= -o args= 2>/dev/null || ps -A -o pid= -o args=";
    private const string PidScript = Elsewhere.There + "[ -r \"$1\" ] || exit 45; head -n 1 \"$1\"";

    /// <exception cref="CannotCheckException">Also when that account sees only its own.</exception>
    public static async Task<IReadOnlyList<ProcessInfo>> AllAsync(ProbeContext context, CancellationToken cancellation)
    {
        var result = await Elsewhere.AskAsync(context, Limit, 16 * 1024 * 1024, cancellation, Script).ConfigureAwait(false);
        if (result.ExitCode != 0) throw new CannotCheckException(ProbeErrors.ExitCode, $"ps on {context.Remote} ended with {result.ExitCode}: {Say.Cut(result.ErrorOutput.Trim())}");
        var all = Read(result.Output, context.Time.GetUtcNow());
        return result.Truncated || all.Any(process => process.Pid == 1) ? all : throw new CannotCheckException(ProbeErrors.PermissionDenied, $"this account sees only its own processes on {context.Remote}");
    }

    /// <summary>The id in a file; null when there is no such file.</summary>
    public static async Task<int?> PidAsync(string path, ProbeContext context, CancellationToken cancellation)
    {
        if (path.Length == 0 || path[0] != '/') throw new CannotCheckException(ProbeErrors.InvalidArgument, $"'{path}' is not a full path of {context.Remote}");
        var result = await Elsewhere.AskAsync(context, Limit, 4096, cancellation, PidScript, path).ConfigureAwait(false);
        if (result.ExitCode == Elsewhere.NotThere) return null;
        Elsewhere.Check(result, path, context);
        return int.TryParse(result.Output.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && pid > 0 ? pid : throw new CannotCheckException(ProbeErrors.Unreadable, $"{path} holds no process id but '{Say.Cut(result.Output.Trim(), 40)}'");
    }

    /// <summary>Of the asker's id and two lists. Those that ask are left out: a shell of ours is none that somebody looks for.</summary>
    public static IReadOnlyList<ProcessInfo> Read(string output, DateTimeOffset now)
    {
        var first = output.IndexOf('\n', StringComparison.Ordinal);
        if (first < 0 || !int.TryParse(output[..first], NumberStyles.None, CultureInfo.InvariantCulture, out var asker)) return [];
        var all = Lists(output[(first + 1)..], now);
        var byId = all.GroupBy(process => process.Pid).ToDictionary(group => group.Key, group => group.First());
        var top = asker;
        while (byId.TryGetValue(top, out var own) && own.ParentPid is { } parent && byId.TryGetValue(parent, out var above) && parent > 1 && !above.Name.StartsWith("sshd", StringComparison.Ordinal)) top = parent;
        return [.. all.Where(process => !IsBelow(process, top, byId))];
    }

    private static bool IsBelow(ProcessInfo process, int top, Dictionary<int, ProcessInfo> byId)
    {
        for (var (now, steps) = (process, 0); steps < byId.Count; steps++)
        {
            if (now.Pid == top) return true;
            if (now.ParentPid is not { } parent || !byId.TryGetValue(parent, out now!)) return false;
        }
        return false;
    }

    private static List<ProcessInfo> Lists(string output, DateTimeOffset now)
    {
        var parts = output.Split("\n==\n");
        var commands = (parts.Length > 1 ? parts[1] : "").Split('\n').Select(line => Command().Match(line)).Where(match => match.Success).GroupBy(match => match.Groups["pid"].Value, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.First().Groups["args"].Value, StringComparer.Ordinal);
        return [.. parts[0].Split('\n').Select(line => Line().Match(line)).Where(match => match.Success).Select(match => Process(match, commands, now))];
    }

    private static ProcessInfo Process(Match match, Dictionary<string, string> commands, DateTimeOffset now)
    {
        var command = commands.GetValueOrDefault(match.Groups["pid"].Value);
        var name = match.Groups["name"].Value.TrimEnd();
        return new ProcessInfo(Number(match, "pid"), Path.GetFileName(name), command?.Split(' ')[0] is { Length: > 0 } program ? Path.GetFileName(program) : null, command,
            now - Elapsed(match.Groups["age"].Value), Number(match, "rss") * 1024L, null) { ParentPid = Number(match, "parent"), IsZombie = match.Groups["state"].Value.StartsWith('Z') };
    }

    private static int Number(Match match, string group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    /// <summary><c>[[days-]hours:]minutes:seconds</c>. Of a process that began a moment ago some systems say millions of days: it began now.</summary>
    private static TimeSpan Elapsed(string text)
    {
        const long Century = 36_500;
        var (days, rest) = text.Split('-') is [var first, var second] ? (long.TryParse(first, CultureInfo.InvariantCulture, out var many) ? many : long.MaxValue, second) : (0, text);
        if (days > Century) return TimeSpan.Zero;
        var seconds = rest.Split(':').Aggregate(0L, (sum, part) => (sum * 60) + long.Parse(part, CultureInfo.InvariantCulture));
        return TimeSpan.FromDays(days) + TimeSpan.FromSeconds(seconds);
    }

    [GeneratedRegex(@"^\s*(?<pid>[0-9]+)\s+(?<parent>[0-9]+)\s+(?<state>\S+)\s+(?<rss>[0-9]+)\s+(?<age>[0-9:-]+)\s+(?<cpu>[0-9:.-]+)\s+(?<name>\S.*)$", RegexOptions.CultureInvariant)] private static partial Regex Line();
    [GeneratedRegex(@"^\s*(?<pid>[0-9]+)\s+(?<args>\S.*)$", RegexOptions.CultureInvariant)] private static partial Regex Command();
}
