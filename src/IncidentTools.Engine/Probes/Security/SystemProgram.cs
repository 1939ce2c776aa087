using System.Globalization;
using IncidentTools.Engine.Execution;

namespace IncidentTools.Engine.Probes.Security;

/// <summary>Asks a program of the system that only looks; no answer is an error.</summary>
internal static class SystemProgram
{
    private const int MaxBytes = 64 * 1024 * 1024;

    /// <exception cref="CannotCheckException">Not there, no answer in time, another exit code than 0, more than is held.</exception>
    public static async Task<string> AskAsync(ProbeContext context, TimeSpan timeout, CancellationToken cancellation, string program, params string[] arguments)
    {
        var result = await context.Processes.RunAsync(new ProcessRequest(program, arguments)
        {
            Timeout = timeout, MaxBytes = MaxBytes, MaxLines = int.MaxValue, Environment = new Dictionary<string, string?> { ["LC_ALL"] = "C", ["TZ"] = "UTC" },
        }, cancellation).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        if (result.NotStarted is { } why) throw new CannotCheckException(ProbeErrors.NotStarted, $"{program} could not be started: {why}");
        if (result.TimedOut) throw new CannotCheckException(ProbeErrors.Timeout, $"{program} did not end in {Duration.Format(timeout)}");
        if (result.ExitCode != 0) throw new CannotCheckException(ProbeErrors.ExitCode, $"{program} ended with {result.ExitCode?.ToString(CultureInfo.InvariantCulture) ?? "a signal"}: {Say.Cut(result.ErrorOutput.Trim())}");
        return result.Truncated ? throw new CannotCheckException(ProbeErrors.Truncated, $"{program} said more than {Say.Bytes(MaxBytes)}") : result.Output;
    }
}
