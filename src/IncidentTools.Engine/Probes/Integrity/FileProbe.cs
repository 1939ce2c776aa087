using System.Text;
using System.Text.RegularExpressions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes.Integrity;

/// <summary>Whether one file or folder is there, how old and large it is, and what it says.</summary>
internal sealed class FileProbe() : Probe("probe.file", "Whether a file is there, how old and how large it is, and what it says.", Shape,
    "exists", "kind", "bytes", "modifiedAt", "ageSeconds", "matched", "sha256")
{
    private static readonly ObjectShape Shape = new("probe.file",
        Required("path", Text, "a full path; a link is looked at as a link unless followLinks"),
        Optional("expect", OneOf("present", "absent"), "what it should be", "present"),
        Optional("kind", OneOf("file", "folder", "any"), "what it should be when it is there", "any"),
        Optional("followLinks", Bool, "whether a link stands for what it leads to", false),
        Optional("minBytes", Int with { Min = 0 }, "smaller fails"),
        Optional("maxBytes", Int with { Min = 0 }, "larger fails"),
        Optional("warnAge", Shapes.Duration, "last changed longer ago is a warning"),
        Optional("maxAge", Shapes.Duration, "last changed longer ago fails"),
        Optional("changedAfter", Shapes.DateTime, "last changed before this fails"),
        Optional("match", Shapes.Regex, "what its text must match"),
        Optional("notMatch", Shapes.Regex, "what its text must not match"),
        Optional("sha256", Text with { Pattern = "^[0-9a-fA-F]{64}$", Expected = "a SHA-256 in hex" }, "what it must hash to"),
        Optional("mostRead", Int with { Min = 1, Max = 64 << 20 }, "bytes that are read for match and notMatch", 1L << 20),
        Optional("timeout", Shapes.Duration, "a lost network file system does not answer at all", TimeSpan.FromMinutes(1)));

    protected override async Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        var path = with.Text("path");
        if (!Path.IsPathFullyQualified(path) || path.Contains('\0', StringComparison.Ordinal)) throw new CannotCheckException(ProbeErrors.InvalidTarget, $"'{path}' is not a full path");
        foreach (var name in new[] { "minBytes", "maxBytes", "warnAge", "maxAge", "changedAfter", "match", "notMatch", "sha256" }) found.Threshold(name, with[name]);
        using var limit = new TimeLimit(with.Duration("timeout") ?? TimeSpan.FromMinutes(1), context.Time, cancellation);
        try { await Task.Run(() => Look(path, with, context, found, limit.Token), limit.Token).WaitAsync(limit.Token).ConfigureAwait(false); }
        catch (OperationCanceledException) when (limit.Reached) { throw new CannotCheckException(ProbeErrors.Timeout, $"{path} did not answer in time: a file system that is lost?"); }
    }

    private static void Look(string path, Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        try
        {
            var target = with.Flag("followLinks") && FileStat.Read(path)?.Kind == FileKind.Link ? new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path : path;
            var stat = FileStat.Read(target);
            found["exists"] = stat is not null;
            if (stat is null)
            {
                if (with.Text("expect") == "absent") found.Pass($"{path} is not there");
                else found.Fail(ProbeErrors.NotFound, $"{path} is not there");
                return;
            }
            var age = context.Time.GetUtcNow() - stat.ModifiedAt;
            (found["kind"], found["bytes"], found["modifiedAt"], found["ageSeconds"]) = (stat.Kind.ToString().ToLowerInvariant(), stat.Bytes, stat.ModifiedAt, Math.Round(age.TotalSeconds, 1));
            if (with.Text("expect") == "absent") { found.Fail(ProbeErrors.Exists, $"{path} is there"); return; }
            Judge(path, stat, age, with, found);
            if (with.Has("match") || with.Has("notMatch") || with.Has("sha256")) Content(target, stat, with, found, cancellation);
            found.Pass($"{path} is there, {Say.Bytes(stat.Bytes)}, last changed {UtcStamp.Format(stat.ModifiedAt)}");
        }
        catch (UnauthorizedAccessException error) { throw new CannotCheckException(ProbeErrors.PermissionDenied, error.Message); }
        catch (IOException error) { throw new CannotCheckException(ProbeErrors.Unreadable, error.Message); }
    }

    private static void Judge(string path, FileStat stat, TimeSpan age, Arguments with, Findings found)
    {
        if (with.Text("kind") is not "any" and var kind && !string.Equals(kind, stat.Kind.ToString(), StringComparison.OrdinalIgnoreCase)) found.Fail(ProbeErrors.InvalidTarget, $"{path} is a {stat.Kind.ToString().ToLowerInvariant()}, not a {kind}");
        if (stat.Bytes < with.Number("minBytes")) found.Fail(ProbeErrors.TooSmall, $"{path} has only {Say.Bytes(stat.Bytes)}");
        if (stat.Bytes > with.Number("maxBytes")) found.Fail(ProbeErrors.LimitExceeded, $"{path} has {Say.Bytes(stat.Bytes)}");
        if (age > with.Duration("maxAge")) found.Fail(ProbeErrors.TooOld, $"{path} was last changed {UtcStamp.Format(stat.ModifiedAt)}");
        else if (age > with.Duration("warnAge")) found.Warn(ProbeErrors.TooOld, $"{path} was last changed {UtcStamp.Format(stat.ModifiedAt)}");
        if (stat.ModifiedAt < with.Time("changedAfter")) found.Fail(ProbeErrors.TooOld, $"{path} was last changed {UtcStamp.Format(stat.ModifiedAt)}, before {UtcStamp.Format(with.Time("changedAfter")!.Value)}");
    }

    private static void Content(string path, FileStat stat, Arguments with, Findings found, CancellationToken cancellation)
    {
        if (stat.Kind != FileKind.File) throw new CannotCheckException(ProbeErrors.InvalidTarget, $"{path} is not a file that can be read");
        if (with.TextOrNull("sha256") is { } expected)
        {
            var (_, actual) = FileHash.Of(path, cancellation);
            found["sha256"] = actual;
            if (!string.Equals(expected, actual, StringComparison.OrdinalIgnoreCase)) found.Fail(ProbeErrors.HashMismatch, $"{path} hashes to {actual}");
        }
        if (!with.Has("match") && !with.Has("notMatch")) return;
        var buffer = new byte[Math.Min(stat.Bytes, with.Int("mostRead", 1 << 20))];
        using var stream = FileHash.Open(path);
        var text = Encoding.UTF8.GetString(buffer, 0, stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false));
        var cut = stream.Length > buffer.Length;
        bool Matches(string name) => BoundedRegex.Compile(with.Text(name)) is Regex pattern && pattern.IsMatch(text);
        if (with.Has("match"))
        {
            var matched = Matches("match");
            found["matched"] = matched;
            if (!matched && cut) found.Unknown(ProbeErrors.Truncated, $"the first {Say.Bytes(buffer.Length)} of {path} do not match {with.Text("match")}, and the rest was not read");
            else if (!matched) found.Fail(ProbeErrors.ContentMissing, $"{path} does not match {with.Text("match")}");
        }
        if (!with.Has("notMatch")) return;
        if (Matches("notMatch")) found.Fail(ProbeErrors.ContentUnwanted, $"{path} matches {with.Text("notMatch")}");
        else if (cut) found.Unknown(ProbeErrors.Truncated, $"only the first {Say.Bytes(buffer.Length)} of {path} were read");
    }
}
