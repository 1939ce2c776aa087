using System.Globalization;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes.Backups;

/// <summary>The catalogue's own check of data: a program that counts, sums and compares, and says with its exit code whether something is missing.</summary>
internal sealed class DataCheckProbe() : Probe("probe.data-check", "Whether data passes its own check: exit code 0 = complete, 1 = something is missing, others = it could not be checked.", Shape, "exitCode", "output")
{
    private static readonly ObjectShape Shape = new("probe.data-check",
        Required("command", CommandLine.Shape, "program and arguments that look at the data and change nothing; {target} and {name} stand for what was restored"),
        Optional("target", Text, "what {target} stands for"),
        Optional("name", Text, "what {name} stands for"),
        Optional("timeout", Shapes.Duration, "how long it may take", TimeSpan.FromMinutes(10)));

    protected override async Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        var line = RestoreLine.Fill(CommandLine.Of(with, "command"), "", with.TextOrNull("target") ?? "", with.TextOrNull("name"));
        var timeout = with.Duration("timeout") ?? TimeSpan.FromMinutes(10);
        var result = await context.Processes.RunAsync(new ProcessRequest(line[0], [.. line.Skip(1)]) { Timeout = timeout }, cancellation).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        if (result.NotStarted is { } why) throw new CannotCheckException(ProbeErrors.NotStarted, $"{line[0]} could not be started: {why}");
        if (result.TimedOut) throw new CannotCheckException(ProbeErrors.Timeout, $"{line[0]} did not end in {Duration.Format(timeout)}");
        if (result.ExitCode is not { } code) throw new CannotCheckException(ProbeErrors.Killed, $"{line[0]} was ended from outside and could tell nothing");
        var said = Say.Cut((result.Output.Length > 0 ? result.Output : result.ErrorOutput).Trim());
        (found["exitCode"], found["output"]) = (code, said);
        if (code == 0) found.Pass($"{line[0]}: {(said.Length == 0 ? "complete" : said)}");
        else if (code == 1) found.Fail(ProbeErrors.Missing, $"{line[0]}: {(said.Length == 0 ? "something is missing" : said)}");
        else found.Unknown(ProbeErrors.ExitCode, string.Create(CultureInfo.InvariantCulture, $"{line[0]} ended with {code}: {said}"));
    }
}
