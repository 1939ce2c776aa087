using System.Globalization;
using IncidentTools.Engine.Actions;

namespace IncidentTools.Engine.Execution;

/// <summary>Runs a program for a step and says what its end means.</summary>
internal static class CommandRun
{
    /// <summary>Ended by itself with an expected code, with another, or not by itself. Everything that leaves is masked.</summary>
    public static async Task<ActionResult> RunAsync(ProcessRequest request, IReadOnlyList<int> expected, ActionContext context, CancellationToken cancellation)
    {
        var result = await context.Processes.RunAsync(request with { OnStarted = context.OnProcessStarted }, cancellation).ConfigureAwait(false);
        return Read(request, result, expected, context);
    }

    public static Task<ActionResult> RunAsync(IReadOnlyList<string> command, TimeSpan timeout, ActionContext context, CancellationToken cancellation, params int[] expected) =>
        RunAsync(new ProcessRequest(command[0], [.. command.Skip(1)]) { Timeout = timeout }, expected.Length == 0 ? [0] : expected, context, cancellation);

    /// <summary>Asks something and changes nothing: not noted as a process of the attempt.</summary>
    public static Task<ProcessResult> AskAsync(IReadOnlyList<string> command, TimeSpan timeout, ActionContext context, CancellationToken cancellation) =>
        context.Processes.RunAsync(new ProcessRequest(command[0], [.. command.Skip(1)]) { Timeout = timeout, MaxBytes = 64 * 1024 }, cancellation);

    /// <summary>Why an asked program gave no answer; null when it ended by itself.</summary>
    public static string? NoAnswer(ProcessResult result) => result switch
    {
        { NotStarted: { } why } => why,
        { TimedOut: true } => "it did not answer in time",
        { Cancelled: true } => "cancelled",
        { ExitCode: { } code } when IsKilled(code) => Killed(code),
        _ => null,
    };

    private static ActionResult Read(ProcessRequest request, ProcessResult result, IReadOnlyList<int> expected, ActionContext context)
    {
        var line = CommandText.Quote([request.Program, .. request.Arguments]);
        ActionResult Known(ActionOutcome outcome, string? error, string message)
        {
            var output = context.Mask.Apply(result.Output);
            return new ActionResult(outcome, context.Mask.Apply($"{line}: {message}{(result.Note is { } note ? $" ({note})" : "")}"))
            {
                Error = error, Truncated = result.Truncated, Output = output + (result.ErrorOutput.Length == 0 ? "" : Break(output) + context.Mask.Apply(result.ErrorOutput)),
                Value = result.NotStarted is null ? new Dictionary<string, object?> { ["exitCode"] = (long?)result.ExitCode, ["output"] = output.TrimEnd('\r', '\n') } : null,
            };
        }
        if (result.NotStarted is { } why) return result.Cancelled ? Known(ActionOutcome.Failed, "Cancelled", "cancelled before it was started") : Known(ActionOutcome.Failed, result.Error ?? "NotStarted", why);
        if (result.TimedOut) return Known(ActionOutcome.InDoubt, "TimedOut", $"not done after {Duration.Format(request.Timeout ?? result.Took)}, so it was ended; what it did until then is not known");
        if (result is { ExitCode: null, Cancelled: false, Error: { } lost }) return Known(ActionOutcome.InDoubt, lost, "nobody knows how it ended");
        if (result.Cancelled || result.ExitCode is not { } code) return Known(ActionOutcome.InDoubt, "Cancelled", "it was ended on request; what it did until then is not known");
        if (expected.Contains(code)) return Known(ActionOutcome.Succeeded, null, $"exit code {code.ToString(CultureInfo.InvariantCulture)}");
        if (IsKilled(code)) return Known(ActionOutcome.InDoubt, "Killed", $"{Killed(code)}; what it did until then is not known");
        return Known(ActionOutcome.Failed, "ExitCode", $"exit code {code.ToString(CultureInfo.InvariantCulture)}{Said(result)}");
    }

    /// <summary>The last thing a program said, which mostly is why.</summary>
    internal static string Said(ProcessResult result)
    {
        var last = (result.ErrorOutput.Length > 0 ? result.ErrorOutput : result.Output).Split('\n').Select(line => line.Trim()).LastOrDefault(line => line.Length > 0);
        return last is null ? "" : ": " + (last.Length <= 200 ? last : last[..200] + "…");
    }

    /// <summary>Ended from outside: by a signal (Unix and its shells say 128 + number), on Windows by an exception or Ctrl+C.</summary>
    private static bool IsKilled(int code) => OperatingSystem.IsWindows() ? BrokeOff(code) : code is > 128 and <= 128 + 31;

    /// <summary>Windows: the status that ended it is an error of the system (0xC…) or of a runtime (0xE0434352); a small negative number is a program's own.</summary>
    internal static bool BrokeOff(int code) => unchecked((uint)code) >> 30 == 3 && code < -0xFFFF;

    private static string Killed(int code) => OperatingSystem.IsWindows() ? string.Create(CultureInfo.InvariantCulture, $"it broke off (0x{code:X8})") : string.Create(CultureInfo.InvariantCulture, $"it was ended by signal {code - 128}");

    private static string Break(string text) => text.Length == 0 || text[^1] == '\n' ? "" : "\n";
}
