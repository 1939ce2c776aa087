using IncidentTools.Engine.Execution;

namespace IncidentTools.Engine.Probes.Services;

/// <summary>Asks a manager's own program, in English and UTC.</summary>
internal static class ManagerProgram
{
    public static async Task<ProcessResult> AskAsync(IProcessRunner processes, string program, IReadOnlyList<string> arguments, TimeSpan timeout, CancellationToken cancellation)
    {
        if (processes.Find(program) is null) throw new CannotCheckException(ProbeErrors.ManagerMissing, $"there is no {program} on this machine");
        return await RunAsync(processes, program, arguments, timeout, cancellation).ConfigureAwait(false);
    }

    public static async Task<ProcessResult> RunAsync(IProcessRunner processes, string program, IReadOnlyList<string> arguments, TimeSpan timeout, CancellationToken cancellation)
    {
        var result = await processes.RunAsync(new ProcessRequest(program, arguments)
        {
            Timeout = timeout, Environment = new Dictionary<string, string?> { ["LC_ALL"] = "C", ["TZ"] = "UTC" },
        }, cancellation).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        if (result.NotStarted is { } why) throw new CannotCheckException(ProbeErrors.NotStarted, $"{program} could not be started: {why}");
        if (result.TimedOut) throw new CannotCheckException(ProbeErrors.Timeout, $"{program} did not answer in {Duration.Format(timeout)}");
        return result.ExitCode is not { } code || ExitCodes.IsKilled(code) ? throw new CannotCheckException(ProbeErrors.Killed, $"{program} was ended from outside and could tell nothing") : result;
    }
}

internal static class ExitCodes
{
    // Unix shells and .NET say 128 + the number of the signal, of which there are 64
    private const int Signals = 128, MostSignals = 64;

    /// <summary>Whether a program did not end by itself but by a signal, on Windows by an exception or Ctrl+C.</summary>
    public static bool IsKilled(int code) => OperatingSystem.IsWindows() ? CommandRun.BrokeOff(code) : code is > Signals and <= Signals + MostSignals;
}
