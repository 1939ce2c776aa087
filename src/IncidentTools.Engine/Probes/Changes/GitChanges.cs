using System.Globalization;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Probes.Services;

namespace IncidentTools.Engine.Probes.Changes;

/// <summary>
/// What came into a Git work tree: where its HEAD was moved to (a pull or checkout brings commits that are weeks old), and commits made meanwhile.
/// What the repository's own configuration would start (signature checks, pagers, file system monitors) is switched off.
/// </summary>
internal static class GitChanges
{
    private const char Between = '\u001f';
    private const int Most = 500;
    private static readonly string[] Quiet = ["--no-pager", "-c", "log.showSignature=false", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"];

    public static async Task<IReadOnlyList<Change>> ReadAsync(string folder, ChangeSpan span, IProcessRunner processes, TimeSpan timeout, CancellationToken cancellation)
    {
        if (!Path.IsPathFullyQualified(folder)) throw new CannotCheckException(ProbeErrors.InvalidArgument, $"'{folder}' is not a full path");
        if (!Directory.Exists(folder)) throw new CannotCheckException(ProbeErrors.NotFound, $"{folder}: there is no such folder");
        var moves = await AskAsync(["--walk-reflogs", "--date=unix", $"--format=%H{Between}%gd{Between}%gn{Between}%gs: %s"]).ConfigureAwait(false);
        var commits = await AskAsync([$"--since=@{span.From.ToUnixTimeSeconds()}", $"--until=@{span.To.ToUnixTimeSeconds()}", $"--format=%H{Between}%ct{Between}%an{Between}%s"]).ConfigureAwait(false);
        return Read(folder, moves, commits, span);

        async Task<string> AskAsync(string[] arguments)
        {
            var result = await ManagerProgram.AskAsync(processes, "git", [.. Quiet, "-C", folder, "log", $"--max-count={Most}", .. arguments], timeout, cancellation).ConfigureAwait(false);
            if (result.ExitCode == 0) return result.Output;
            throw new CannotCheckException(result.ErrorOutput.Contains("not a git repository", StringComparison.OrdinalIgnoreCase) ? ProbeErrors.NotFound
                : result.ErrorOutput.Contains("dubious ownership", StringComparison.Ordinal) ? ProbeErrors.PermissionDenied : ProbeErrors.ExitCode, $"git in {folder}: {Say.Cut(result.ErrorOutput.Trim())}");
        }
    }

    public static IReadOnlyList<Change> Read(string folder, string moves, string commits, ChangeSpan span)
    {
        var changes = new List<Change>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in moves.Split('\n').Concat(commits.Split('\n')))
        {
            var parts = line.TrimEnd('\r').Split(Between);
            if (parts.Length != 4 || Seconds(parts[1]) is not { } at || !span.Holds(at) || !known.Add(parts[0])) continue;
            changes.Add(new Change(at, folder, $"{parts[0][..Math.Min(10, parts[0].Length)]} {Say.Cut(parts[3], 160)}", parts[2].Length > 0 ? parts[2] : null));
        }
        return changes;
    }

    /// <summary><c>1766000000</c> or <c>HEAD@{1766000000}</c>.</summary>
    private static DateTimeOffset? Seconds(string text) =>
        long.TryParse(text[(text.IndexOf('{', StringComparison.Ordinal) + 1)..].TrimEnd('}'), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
}
