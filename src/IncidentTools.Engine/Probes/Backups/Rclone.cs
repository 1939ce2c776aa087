using System.Globalization;
using System.Text.RegularExpressions;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation.Shapes;

namespace IncidentTools.Engine.Probes.Backups;

/// <summary>What is asked of rclone, which knows Google Drive and the other places that backups go to. Only listing, checking and copying: never sync.</summary>
internal static partial class Rclone
{
    public const int FolderMissing = 3, FileMissing = 4;
    private const int MostBytes = 64 << 20;

    /// <summary>A remote of the configuration by name. A connection string (<c>:drive,token=…:</c>) would put secrets into a process list.</summary>
    public static ScalarShape Remote { get; } = Shapes.Text with { Pattern = RemotePattern, Expected = "a remote of rclone's configuration and a path: gdrive:backups/db" };
    private const string RemotePattern = @"^[A-Za-z0-9_][A-Za-z0-9_ .+@-]*:[^\r\n\0]*\z";

    public static string? WhyNot(string remote) => RemoteName().IsMatch(remote) ? null : $"'{remote}' is not a remote of rclone's configuration and a path";

    /// <summary>The whole command line; what is not an option of ours stands after --.</summary>
    public static IReadOnlyList<string> Line(string? config, IEnumerable<string> options, params string[] operands) =>
        ["rclone", .. options, .. config is null ? (string[])[] : ["--config", config], "--", .. operands];

    /// <exception cref="CannotCheckException">Not started, not ended in time, or with more to say than is read.</exception>
    public static async Task<ProcessResult> AskAsync(IReadOnlyList<string> line, ProbeContext context, TimeSpan timeout, CancellationToken cancellation)
    {
        var result = await context.Processes.RunAsync(new ProcessRequest(line[0], [.. line.Skip(1)]) { Timeout = timeout, MaxBytes = MostBytes, MaxLines = int.MaxValue }, cancellation).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        if (result.NotStarted is { } why) throw new CannotCheckException(result.Error ?? ProbeErrors.NotStarted, $"rclone could not be started: {why}");
        if (result.TimedOut) throw new CannotCheckException(ProbeErrors.Timeout, $"rclone did not end in {Duration.Format(timeout)}");
        if (result.ExitCode is null) throw new CannotCheckException(ProbeErrors.Killed, "rclone was ended from outside and could tell nothing");
        return result.Truncated ? throw new CannotCheckException(ProbeErrors.Truncated, $"rclone had more to say than {Say.Bytes(MostBytes)}: name a folder with fewer files") : result;
    }

    public static CannotCheckException Failed(ProcessResult result) =>
        new(ProbeErrors.ExitCode, string.Create(CultureInfo.InvariantCulture, $"rclone ended with {result.ExitCode}: {Last(result.ErrorOutput)}"));

    /// <summary>The last thing it said, without its clock.</summary>
    public static string Last(string text) => Say.Cut(Clock().Replace(text.Split('\n').Select(line => line.Trim()).LastOrDefault(line => line.Length > 0) ?? "nothing was said", ""));

    [GeneratedRegex(RemotePattern, RegexOptions.CultureInvariant)] private static partial Regex RemoteName();
    [GeneratedRegex(@"^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d ", RegexOptions.CultureInvariant)] private static partial Regex Clock();
}
