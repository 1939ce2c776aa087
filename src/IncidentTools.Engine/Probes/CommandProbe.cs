using System.Globalization;
using System.Text.RegularExpressions;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes.Services;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes;

/// <summary>What a program that only looks says: its exit code and its output.</summary>
internal sealed class CommandProbe() : Probe("probe.command", "Whether a program that only looks ends with the right exit code and output.", Shape, "exitCode", "output", "matched", "ms")
{
    private static readonly ObjectShape Shape = new("probe.command",
        Required("program", Text with { AllowExpression = false }, "the program; no shell, no .cmd or .bat file"),
        Optional("args", ListOf(Text), "its arguments, one each"),
        Optional("workingDirectory", Text, "folder it runs in"),
        Optional("expectExit", ListOf(Int, allowSingle: true), "exit codes that are right; default 0"),
        Optional("outputMatch", Shapes.Regex, "what its output (or error output) must match"),
        Optional("timeout", Shapes.Duration, "after which it is ended, and nothing is known", TimeSpan.FromSeconds(30)));

    protected override async Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        var (program, arguments) = (with.Text("program"), with.Texts("args"));
        var expected = with.Has("expectExit") ? with.Texts("expectExit") : ["0"];
        var match = with.TextOrNull("outputMatch") is { } pattern ? BoundedRegex.Compile(pattern) : null;
        if (program.EndsWith(".cmd", StringComparison.OrdinalIgnoreCase) || program.EndsWith(".bat", StringComparison.OrdinalIgnoreCase)) throw new CannotCheckException(ProbeErrors.InvalidArgument, "a .cmd or .bat file is run by a shell, which reads its arguments as commands: name the program itself");
        found.Threshold("expectExit", expected);
        found.Threshold("outputMatch", with.TextOrNull("outputMatch"));
        var timeout = with.Duration("timeout");
        var result = await context.Processes.RunAsync(new ProcessRequest(program, arguments) { WorkingDirectory = with.TextOrNull("workingDirectory"), Timeout = timeout }, cancellation).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        Report(result, found);
        if (result.NotStarted is { } why) found.Unknown(result.Error ?? ProbeErrors.NotStarted, $"{program} could not be started: {why}");
        else if (result.TimedOut) found.Unknown(ProbeErrors.Timeout, $"{program} did not end in {(timeout is { } limit ? Duration.Format(limit) : "time")} and was ended");
        else if (result is { ExitCode: null, Error: { } lost }) found.Unknown(lost, $"nobody knows how {program} ended: {result.Note}");
        else if (result.ExitCode is not { } code || (ExitCodes.IsKilled(code) && !Expects(expected, code))) found.Unknown(ProbeErrors.Killed, $"{program} was ended from outside and could tell nothing");
        else Judge(program, code, expected, match, result, found);
    }

    private static void Report(ProcessResult result, Findings found)
    {
        (found["exitCode"], found["output"], found["ms"], found.Unit) = (result.ExitCode, Say.Cut(result.Output.TrimEnd(), 4000), Math.Round(result.Took.TotalMilliseconds, 1), "ms");
        found.Observe("errorOutput", Say.Cut(result.ErrorOutput.TrimEnd(), 4000));
        found.Observe("truncated", result.Truncated);
    }

    private static void Judge(string program, int code, IReadOnlyList<string> expected, Regex? match, ProcessResult result, Findings found)
    {
        if (!Expects(expected, code))
            found.Fail(ProbeErrors.ExitCode, $"{program} ended with {code}, not {string.Join(" or ", expected)}: {Say.Cut((result.ErrorOutput.Length > 0 ? result.ErrorOutput : result.Output).Trim())}");
        if (match is not null)
        {
            var matched = match.IsMatch(result.Output) || match.IsMatch(result.ErrorOutput);
            found["matched"] = matched;
            if (!matched && result.Truncated) found.Unknown(ProbeErrors.Truncated, $"{match} is not in the part of {program}'s output that was kept");
            else if (!matched) found.Fail(ProbeErrors.ContentMissing, $"{program}'s output does not match {match}");
        }
        found.Pass($"{program} ended with {code}{(match is null ? "" : ", its output matches")}");
    }

    private static bool Expects(IReadOnlyList<string> expected, int code) => expected.Contains(code.ToString(CultureInfo.InvariantCulture), StringComparer.Ordinal);
}
