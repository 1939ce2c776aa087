using System.Globalization;
using System.Text.RegularExpressions;

namespace IncidentTools.Engine.Probes.Disks;

/// <summary>Volumes of another Unix machine, from <c>df</c>.</summary>
internal static partial class RemoteVolumes
{
    private const string Script = Elsewhere.There + "df -Pk \"$1\" || exit 1; echo ==; df -Pi \"$1\" 2>/dev/null; echo ==; cat /proc/mounts 2>/dev/null; exit 0";

    public static async Task<IReadOnlyList<string>> FixedAsync(ProbeContext context, TimeSpan timeout, CancellationToken cancellation)
    {
        var result = await Elsewhere.AskAsync(context, timeout, 1 << 20, cancellation, "cat /proc/self/mountinfo").ConfigureAwait(false);
        return result.ExitCode == 0 ? LinuxMounts.Fixed(result.Output.Split('\n'), _ => true) : throw Elsewhere.NotSupported("the list of volumes is read from Linux only: name paths", context);
    }

    public static async Task<Volume> ReadAsync(string path, ProbeContext context, TimeSpan timeout, CancellationToken cancellation)
    {
        if (path.Length == 0 || path[0] != '/') throw new CannotCheckException(ProbeErrors.InvalidArgument, $"'{path}' is not a full path of {context.Remote}");
        var result = await Elsewhere.AskAsync(context, timeout, 1 << 20, cancellation, Script, path).ConfigureAwait(false);
        Elsewhere.Check(result, path, context);
        return Read(path, result.Output) ?? throw new CannotCheckException(ProbeErrors.InvalidResponse, $"{context.Remote}: df says nothing that is understood of {path}: {Say.Cut(result.Output.Trim(), 200)}");
    }

    /// <summary>Of three parts: df in KiB, df in inodes, the mounts. Null when the first is not understood.</summary>
    public static Volume? Read(string path, string output)
    {
        var parts = output.Split("\n==\n");
        if (parts.Length < 2 || Line().Match(parts[0].TrimEnd('\n').Split('\n')[^1]) is not { Success: true } space) return null;
        var (total, used, free) = (Number(space, "all"), Number(space, "used"), Number(space, "free"));
        var inodes = Line().Match(parts[1].TrimEnd('\n').Split('\n')[^1]);
        var mount = parts.Length < 3 ? null : parts[2].Split('\n').Select(line => line.Split(' ')).LastOrDefault(fields => fields.Length > 3 && Unescape(fields[1]) == space.Groups["mount"].Value);
        return new Volume(path, mount?[2], checked(total * 1024), checked(free * 1024), Volumes.Percent(free, used + free) ?? 0,
            inodes.Success && Number(inodes, "all") > 0 ? Volumes.Percent(Number(inodes, "free"), Number(inodes, "all")) : null, mount is null ? null : mount[3].Split(',').Contains("ro"));
    }

    private static long Number(Match match, string group) => long.Parse(match.Groups[group].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
    private static string Unescape(string path) => path.Replace("\\040", " ", StringComparison.Ordinal).Replace("\\011", "\t", StringComparison.Ordinal).Replace("\\134", "\\", StringComparison.Ordinal);

    [GeneratedRegex(@"\s(?<all>[0-9]+)\s+(?<used>-?[0-9]+)\s+(?<free>-?[0-9]+)\s+([0-9]+%|-)\s+(?<mount>/.*)$", RegexOptions.CultureInvariant)] private static partial Regex Line();
}
