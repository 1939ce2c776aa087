using System.Text;
using IncidentTools.Engine.Execution;

namespace IncidentTools.Engine.Probes.Backups;

/// <summary>What a backup's own program says of it, or its last line. A list that can be read is no proof that it can be restored: only a restore is.</summary>
internal static class FormatTest
{
    public static string[] Names { get; } = ["none", "pg-custom", "pg-basebackup", "pg-plain", "mysqldump"];

    /// <summary>The program and its arguments; null for a format that is known by its last line.</summary>
    public static IReadOnlyList<string>? Program(string format, string path, string? folder)
    {
        string Tool(string name) => folder is null ? name : Path.Combine(folder, name);
        return format switch
        {
            "pg-custom" => [Tool("pg_restore"), "--list", "--", path],
            // the log that a base backup needs may lie in the archive and not in it
            "pg-basebackup" => [Tool("pg_verifybackup"), "--quiet", "--no-parse-wal", "--", path],
            _ => null,
        };
    }

    /// <summary>What is wrong with it; null when nothing is.</summary>
    public static async Task<string?> RunAsync(IReadOnlyList<string> command, ProbeContext context, TimeSpan timeout, CancellationToken cancellation)
    {
        var result = await context.Processes.RunAsync(new ProcessRequest(command[0], [.. command.Skip(1)]) { Timeout = timeout }, cancellation).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        if (result.NotStarted is { } why) throw new CannotCheckException(ProbeErrors.NotStarted, $"{command[0]} could not be started: {why}");
        if (result.TimedOut) throw new CannotCheckException(ProbeErrors.Timeout, $"{command[0]} did not end in {Duration.Format(timeout)}");
        if (result.ExitCode is not { } code) throw new CannotCheckException(ProbeErrors.Killed, $"{command[0]} was ended from outside and could tell nothing");
        return code == 0 ? null : $"{Path.GetFileName(command[0])}: {Say.Cut((result.ErrorOutput.Length > 0 ? result.ErrorOutput : result.Output).Trim())}";
    }

    /// <summary>The line that a dump ends with when it was not cut; null for formats without one.</summary>
    public static string? LastLine(string format) => format switch { "pg-plain" => "-- PostgreSQL database dump complete", "mysqldump" => "-- Dump completed", _ => null };

    public static bool EndsWith(byte[] tail, string line) => Encoding.UTF8.GetString(tail).TrimEnd().Split('\n').TakeLast(5).Any(item => item.StartsWith(line, StringComparison.Ordinal));
}
