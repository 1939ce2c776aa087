using System.Globalization;
using IncidentTools.Engine.Execution;

namespace IncidentTools.Engine.Probes;

/// <summary>Asks another machine: a script that never changes, with values as its arguments.</summary>
internal static class Elsewhere
{
    /// <summary>Begins a script about the file that is its first argument: ends it where the file is not there, or may not be looked at.</summary>
    public const string There = "[ -e \"$1\" ] || { p=${1%/*}; [ -d \"${p:-/}\" ] && ! [ -x \"${p:-/}\" ] && exit 45; exit 44; }; ";
    private static readonly TimeSpan Connecting = TimeSpan.FromSeconds(15);

    /// <exception cref="CannotCheckException">No connection, no answer in time, no such program there.</exception>
    public static async Task<ProcessResult> AskAsync(ProbeContext context, TimeSpan timeout, int maxBytes, CancellationToken cancellation, string script, params string[] arguments)
    {
        var result = await context.Processes.RunAsync(new ProcessRequest("/bin/sh", ["-c", script, "sh", .. arguments])
        {
            Timeout = timeout + Connecting, MaxBytes = maxBytes, MaxLines = int.MaxValue, Environment = new Dictionary<string, string?> { ["LC_ALL"] = "C" },
        }, cancellation).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        if (result.NotStarted is { } why) throw new CannotCheckException(result.Error ?? ProbeErrors.NotStarted, why);
        if (result.TimedOut) throw new CannotCheckException(ProbeErrors.Timeout, $"{context.Remote} did not answer in {Duration.Format(timeout)}");
        return result.ExitCode is not null ? result : throw new CannotCheckException(result.Error ?? ProbeErrors.Killed, result.Note ?? $"{context.Remote} gave no answer");
    }

    /// <summary>An error that the scripts here end with for what is the file's matter, not the machine's.</summary>
    public static void Check(ProcessResult result, string path, ProbeContext context)
    {
        if (result.ExitCode == 0) return;
        throw result.ExitCode switch
        {
            NotThere => new CannotCheckException(ProbeErrors.NotFound, $"{path} is not there on {context.Remote}"),
            NotPermitted => new CannotCheckException(ProbeErrors.PermissionDenied, $"{path} may not be looked at on {context.Remote}"),
            var code => new CannotCheckException(ProbeErrors.ExitCode, $"{context.Remote} ended with {code?.ToString(CultureInfo.InvariantCulture)} over {path}: {Say.Cut(result.ErrorOutput.Trim())}"),
        };
    }

    public static CannotCheckException NotSupported(string what, ProbeContext context) => new(ProbeErrors.NotSupported, $"{what} on another machine ({context.Remote})");

    public const int NotThere = 44, NotPermitted = 45;
}
