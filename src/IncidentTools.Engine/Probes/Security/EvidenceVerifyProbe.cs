using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes.Security;

/// <summary>Whether sealed evidence is byte for byte what was sealed.</summary>
internal sealed class EvidenceVerifyProbe() : Probe("probe.evidence-verify", "Whether a sealed folder of evidence is byte for byte what was sealed.", Shape, "files", "sealSha256", "problems")
{
    private const int MaxListed = 50;

    private static readonly ObjectShape Shape = new("probe.evidence-verify",
        Required("folder", Text, "the sealed folder, a full path"),
        Optional("expect", Text with { Pattern = "^[0-9A-Fa-f]{64}$", Expected = "a SHA-256" }, "hash of the seal as the journal has it: without it only the folder speaks for itself"),
        Optional("timeout", Shapes.Duration, "for all of it", TimeSpan.FromMinutes(30)));

    protected override async Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        var (folder, timeout) = (with.Text("folder"), with.Duration("timeout") ?? TimeSpan.FromMinutes(30));
        using var limit = new TimeLimit(timeout, context.Time, cancellation);
        try
        {
            if (!Directory.Exists(folder)) throw new CannotCheckException(ProbeErrors.NotFound, $"there is no folder {folder}");
            var report = await Task.Run(() => SealedFolder.VerifyAsync(folder, limit.Token), limit.Token).WaitAsync(limit.Token).ConfigureAwait(false);
            (found["files"], found["sealSha256"], found["problems"]) = (report.Files, report.SealSha256, report.Problems.Take(MaxListed).ToList());
            if (report.SealSha256 is null) throw new CannotCheckException(ProbeErrors.NotFound, report.Problems[0]);
            if (with.TextOrNull("expect") is { } expected && !expected.Equals(report.SealSha256, StringComparison.OrdinalIgnoreCase)) found.Fail(ProbeErrors.EvidenceChanged, $"the seal of {folder} is another one: {report.SealSha256}");
            foreach (var problem in report.Problems) found.Fail(ProbeErrors.EvidenceChanged, problem);
            found.Pass($"{report.Files} files are as they were sealed");
        }
        catch (OperationCanceledException) when (limit.Reached) { found.Unknown(ProbeErrors.Timeout, $"{folder} was not read to the end in {Duration.Format(timeout)}"); }
        catch (UnauthorizedAccessException error) { found.Unknown(ProbeErrors.PermissionDenied, error.Message); }
        catch (Exception error) when (error is IOException or ArgumentException) { found.Unknown(ProbeErrors.Unreadable, error.Message); }
    }
}
