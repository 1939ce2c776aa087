using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes.Integrity;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes.Backups;

/// <summary>Whether what lies here lies there as well, unchanged: <c>rclone check --one-way</c>, which changes nothing on either side.</summary>
internal sealed class OffsiteProbe() : Probe("probe.offsite", "Whether local backups are on a remote of rclone as well, unchanged.", Shape,
    "same", "missing", "differ", "errors", "missingFiles", "differFiles", "errorFiles")
{
    private static readonly ObjectShape Shape = new("probe.offsite",
        Required("path", Text, "the local folder, a full path"),
        Required("remote", Rclone.Remote, "the folder there, on a remote of rclone: gdrive:backups/db"),
        Optional("config", Text, "rclone's configuration file, if not the usual one"),
        Optional("exclude", ListOf(Text, allowSingle: true), "files that need not be there, as rclone's --exclude reads them"),
        Optional("settled", Shapes.Duration, "files younger than this are still on their way and do not count"),
        Optional("by", OneOf("hash", "size", "download", "cryptcheck"), "what is compared; download reads everything, cryptcheck is for an encrypted remote", "hash"),
        Optional("mostNamed", Int with { Min = 1, Max = 100_000 }, "how many names of each kind the value holds", 1000L),
        Optional("timeout", Shapes.Duration, "how long it may take", TimeSpan.FromHours(1)));

    protected override async Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        var (path, remote, by) = (with.Text("path"), with.Text("remote"), with.Text("by"));
        if (!Path.IsPathFullyQualified(path)) throw new CannotCheckException(ProbeErrors.InvalidTarget, $"'{path}' is not a full path");
        if (BackupFiles.Kind(path) != FileKind.Folder) throw new CannotCheckException(ProbeErrors.InvalidTarget, $"{path} is not a folder");
        List<string> options = [by == "cryptcheck" ? "cryptcheck" : "check", "--one-way", "--combined", "-", "--retries", "3"];
        if (by == "size") options.Add("--size-only");
        if (by == "download") options.Add("--download");
        if (with.Duration("settled") is { } settled) options.AddRange(["--min-age", Duration.Format(settled)]);
        foreach (var pattern in with.Texts("exclude")) options.AddRange(["--exclude", pattern]);
        var result = await Rclone.AskAsync(Rclone.Line(with.TextOrNull("config"), options, path, remote), context, with.Duration("timeout") ?? TimeSpan.FromHours(1), cancellation).ConfigureAwait(false);
        var seen = new OffsiteReport(with.Int("mostNamed", 1000), result.Output);
        (found["same"], found["missing"], found["differ"], found["errors"], found.Unit) = (seen.Same, seen.Missing.Count, seen.Differ.Count, seen.Errors.Count, "files");
        (found["missingFiles"], found["differFiles"], found["errorFiles"]) = (seen.Missing.Names, seen.Differ.Names, seen.Errors.Names);
        // without differences anything but 0 means that it did not come to compare, and so does one line that nobody can read
        if (seen.Unreadable is { } line) throw new CannotCheckException(ProbeErrors.InvalidResponse, $"rclone said '{line}'");
        if (result.ExitCode != 0 && seen.Missing.Count + seen.Differ.Count + seen.Errors.Count == 0) throw Rclone.Failed(result);
        if (seen.Same + seen.Missing.Count + seen.Differ.Count + seen.Errors.Count == 0) throw new CannotCheckException(ProbeErrors.NotFound, $"{path} holds no file that could be compared");
        if (seen.Differ.Count > 0) found.Fail(ProbeErrors.Differs, $"other content at {remote}: {seen.Differ}");
        if (seen.Missing.Count > 0) found.Fail(ProbeErrors.Missing, $"missing at {remote}: {seen.Missing}");
        if (seen.Errors.Count > 0) found.Unknown(ProbeErrors.Unreadable, $"not compared: {seen.Errors}: {Rclone.Last(result.ErrorOutput)}");
        if (by != "size" && OffsiteReport.SaysSizesOnly(result.ErrorOutput)) found.Unknown(ProbeErrors.NotVerified, $"{remote} has no hash for some files, so only their sizes were compared: use by: download or cryptcheck");
        found.Pass($"{seen.Same} files are at {remote} as well{(by == "size" ? ", by their sizes" : "")}");
    }
}

/// <summary>rclone's combined report: <c>= </c> the same, <c>+ </c> not there, <c>* </c> other content, <c>! </c> not compared.</summary>
internal sealed class OffsiteReport
{
    public OffsiteReport(int most, string text)
    {
        (Missing, Differ, Errors) = (new NameList(most), new NameList(most), new NameList(most));
        foreach (var line in text.Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.Length > 0))
        {
            if (line.Length < 3 || line[1] != ' ') { Unreadable ??= line; continue; }
            var name = line[2..];
            switch (line[0])
            {
                case '=': Same++; break;
                case '+': Missing.Add(name); break;
                case '*': Differ.Add(name); break;
                case '!': Errors.Add(name); break;
                case '-': break; // only over there: with --one-way nobody asks
                default: Unreadable ??= line; break;
            }
        }
    }

    public long Same { get; }
    public NameList Missing { get; }
    public NameList Differ { get; }
    public NameList Errors { get; }
    /// <summary>The first line that is none of the report.</summary>
    public string? Unreadable { get; }

    public static bool SaysSizesOnly(string errors) => errors.Contains("hashes could not be checked", StringComparison.Ordinal) || errors.Contains("No common hash found", StringComparison.Ordinal);
}
