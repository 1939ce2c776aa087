using System.Globalization;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Probes.Services;
using NodaTime;

namespace IncidentTools.Engine.Probes.Logs;

/// <summary>A unit's lines from the systemd journal, by <c>journalctl</c>.</summary>
internal static class JournaldLog
{
    public static async Task<LogSource> ReadAsync(string unit, LogWindow window, LogScan scan, IProcessRunner processes, int maxBytes, TimeSpan timeout, DateTimeOffset now, CancellationToken cancellation)
    {
        if (processes.Find("journalctl") is null) throw new CannotCheckException(ProbeErrors.ManagerMissing, "there is no journalctl on this machine");
        List<string> arguments = ["--no-pager", "--output=short-unix", $"--unit={unit}"];
        if (window.From is { } from) arguments.Add($"--since=@{Seconds(from)}");
        if (window.To is { } to) arguments.Add($"--until=@{Seconds(to.AddSeconds(1))}");
        var result = await AskAsync(processes, arguments, maxBytes, timeout, cancellation).ConfigureAwait(false);
        var source = new LogSource($"journal of {unit}") { Bytes = result.Output.Length, Truncated = result.Truncated };
        scan.Read(Lines(result, cancellation), LogClock.Named("epoch", DateTimeZone.Utc, now), _ => null, source);
        // a quiet unit and a mistyped one look the same within the window
        if (source.Lines == 0 && !Lines(await AskAsync(processes, ["--no-pager", "--output=short-unix", $"--unit={unit}", "--lines=1"], maxBytes, timeout, cancellation).ConfigureAwait(false), cancellation).Any())
            throw new CannotCheckException(ProbeErrors.NotFound, $"the journal has no line of {unit} at all: is that its name?");
        return source;
    }

    /// <summary>Its own remarks ("-- No entries --", "-- Boot … --") are no lines of the unit.</summary>
    private static IEnumerable<string> Lines(ProcessResult result, CancellationToken cancellation) => LogScan.Lines(new StringReader(result.Output), cancellation).Where(line => !line.StartsWith("-- ", StringComparison.Ordinal));

    private static async Task<ProcessResult> AskAsync(IProcessRunner processes, IReadOnlyList<string> arguments, int maxBytes, TimeSpan timeout, CancellationToken cancellation)
    {
        var result = await processes.RunAsync(new ProcessRequest("journalctl", arguments)
        {
            Timeout = timeout, MaxLines = int.MaxValue, MaxBytes = maxBytes, Environment = new Dictionary<string, string?> { ["LC_ALL"] = "C" },
        }, cancellation).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        Check(result, timeout);
        return result;
    }

    private static void Check(ProcessResult result, TimeSpan timeout)
    {
        if (result.NotStarted is { } why) throw new CannotCheckException(ProbeErrors.NotStarted, $"journalctl could not be started: {why}");
        if (result.TimedOut) throw new CannotCheckException(ProbeErrors.Timeout, $"journalctl did not end in {Duration.Format(timeout)}");
        // it shows what it may and ends well: only this tells that something is kept back
        if (result.ErrorOutput.Contains("not seeing messages from other users", StringComparison.Ordinal)) throw new CannotCheckException(ProbeErrors.PermissionDenied, "this account may not read the system's journal");
        if (result.ErrorOutput.Contains("No journal files were", StringComparison.Ordinal)) throw new CannotCheckException(ProbeErrors.NotFound, "there are no journal files on this machine, or none this account may read");
        if (result.ExitCode != 0) throw new CannotCheckException(ProbeErrors.ExitCode, $"journalctl ended with {result.ExitCode?.ToString(CultureInfo.InvariantCulture) ?? "a signal"}: {Say.Cut(result.ErrorOutput.Trim())}");
    }

    private static string Seconds(DateTimeOffset time) => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
}
