using System.Globalization;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes.Integrity;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes.Backups;

/// <summary>
/// Restores one backup into an empty place of its own, runs checks on what came out, takes it away again, and says how long the whole would take.
/// The only proof that a backup can be restored; it touches nothing but its own place.
/// </summary>
internal sealed class RestoreTestProbe() : Probe("probe.restore-test", "Restores a backup into an empty scratch place, runs checks on it, and measures how fast it went.", Shape,
    "restored", "files", "bytes", "seconds", "megabytesPerSecond", "estimatedSeconds", "checks", "scratch")
{
    private static readonly ObjectShape Shape = new("probe.restore-test",
        Required("path", Text, "the backup: a file or a folder, a full path"),
        Required("scratch", Text, "an empty or new folder for it, a full path away from the source; {target} in commands"),
        Required("source", ListOf(Text, allowSingle: true) with { MinItems = 1 }, "what the backup was made of: folders and names that must not be touched"),
        Optional("manifest", Text, "its SHA-256 manifest; else the one beside it"),
        Optional("by", OneOf("copy", "tar", "command"), "how it is restored: copy of a folder, tar archive, or a command", "copy"),
        Optional("command", CommandLine.Shape, "program and arguments that restore it; {backup}, {target} and {name} stand for the backup, the scratch folder and the scratch name"),
        Optional("name", Text, "the scratch database that the command restores into: {name}"),
        Optional("production", ListOf(Text, allowSingle: true), "names that mean production here; prod, production, live, primary and master always do"),
        Optional("checks", ListOf(CommandLine.Shape), "programs with arguments that look at what was restored: exit code 0 = good"),
        Optional("cleanup", CommandLine.Shape, "program and arguments that take the scratch database away again"),
        Optional("keep", Bool, "whether the scratch folder stays", false),
        Optional("fullBytes", Int with { Min = 1 }, "size of the whole, when this backup is a sample of it"),
        Optional("rto", Shapes.Duration, "a longer estimated time for the whole fails: the recovery time objective"),
        Optional("timeout", Shapes.Duration, "how long restore and checks may take each", TimeSpan.FromHours(4)));

    protected override async Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        var (path, scratch, sources, production) = (with.Text("path"), with.Text("scratch"), with.Texts("source"), with.Texts("production"));
        found.Threshold("rto", with["rto"]);
        var size = Refuse(path, scratch, sources, production, with, cancellation);
        var mine = !Directory.Exists(scratch);
        found["scratch"] = scratch;
        try
        {
            var began = context.Time.GetTimestamp();
            try { await RestoreAsync(path, scratch, with, context, cancellation).ConfigureAwait(false); }
            catch (RestoreFailedException error) { found["restored"] = false; found.Fail(ProbeErrors.RestoreFailed, error.Message); return; }
            Measure(context.Time.GetElapsedTime(began), size, scratch, with, found);
            await ChecksAsync(path, scratch, with, context, found, cancellation).ConfigureAwait(false);
        }
        finally { await CleanAsync(path, scratch, mine, with, context, found).ConfigureAwait(false); }
    }

    /// <summary>The backup's size, when nothing stands against it.</summary>
    private static long Refuse(string path, string scratch, IReadOnlyList<string> sources, IReadOnlyList<string> production, Arguments with, CancellationToken cancellation)
    {
        if (!Path.IsPathFullyQualified(path)) throw new CannotCheckException(ProbeErrors.InvalidTarget, $"'{path}' is not a full path");
        if (ScratchGuard.WhyNot(scratch, [.. sources, path], production) is { } why) throw new CannotCheckException(ProbeErrors.LooksLikeProduction, why);
        if (with.TextOrNull("name") is { } name && ScratchGuard.WhyNotName(name, sources, production) is { } named) throw new CannotCheckException(ProbeErrors.LooksLikeProduction, named);
        if ((with.Text("by") == "command") != with.Has("command")) throw new CannotCheckException(ProbeErrors.InvalidArgument, "by: command and command go together");
        foreach (var word in CommandLine.Of(with, "command").Skip(1))
            if (ScratchGuard.WhyNotArgument(word, sources, production) is { } bad) throw new CannotCheckException(ProbeErrors.LooksLikeProduction, bad);
        var kind = BackupFiles.Kind(path);
        if (with.Text("by") == "copy" != (kind == FileKind.Folder) && with.Text("by") != "command") throw new CannotCheckException(ProbeErrors.InvalidArgument, $"{path} is {(kind == FileKind.Folder ? "a folder: restore it by copy" : "a file: restore it by tar or command")}");
        if ((with.TextOrNull("manifest") ?? BackupFiles.ManifestOf(path)) is { } manifest && BackupFiles.Verify(path, manifest, cancellation) is { Wrong: { } wrong } verdict) throw new CannotCheckException(verdict.Word!, $"it is not restored, because {wrong}");
        return kind == FileKind.Folder ? new TreeWalk(path, [], []).Items().Sum(item => item.Stat?.Bytes ?? 0) : FileStat.Read(path)!.Bytes;
    }

    private static async Task RestoreAsync(string path, string scratch, Arguments with, ProbeContext context, CancellationToken cancellation)
    {
        if (with.Text("by") == "copy")
        {
            try { await Task.Run(() => TreeCopy.Run(path, scratch, null, null, cancellation), cancellation).ConfigureAwait(false); }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException) { throw new RestoreFailedException(error.Message); }
            return;
        }
        Directory.CreateDirectory(scratch);
        var line = with.Text("by") == "tar" ? RestoreLine.Tar(path, scratch) : RestoreLine.Fill(CommandLine.Of(with, "command"), path, scratch, with.TextOrNull("name"));
        var result = await RunAsync(line, with, context, cancellation).ConfigureAwait(false);
        if (result.ExitCode != 0) throw new RestoreFailedException(string.Create(CultureInfo.InvariantCulture, $"{line[0]} ended with {result.ExitCode}: {Say.Cut((result.ErrorOutput.Length > 0 ? result.ErrorOutput : result.Output).Trim())}"));
    }

    private static void Measure(TimeSpan took, long size, string scratch, Arguments with, Findings found)
    {
        var (files, bytes) = new TreeWalk(scratch, [], []).Items().Aggregate((Files: 0L, Bytes: 0L), (sum, item) => (sum.Files + 1, sum.Bytes + (item.Stat?.Bytes ?? 0)));
        var seconds = Math.Max(took.TotalSeconds, 0.001);
        var estimated = with.Number("fullBytes") is { } full && size > 0 ? seconds * full / size : seconds;
        (found["restored"], found["files"], found["bytes"], found["seconds"], found["megabytesPerSecond"], found["estimatedSeconds"]) = (true, files, bytes, Math.Round(seconds, 3), Math.Round(size / 1e6 / seconds, 2), Math.Round(estimated, 3));
        found.Unit = "s";
        if (estimated > with.Duration("rto")?.TotalSeconds) found.Fail(ProbeErrors.TooSlow, $"the whole would take about {Duration.Format(TimeSpan.FromSeconds(Math.Ceiling(estimated)))}, more than {Duration.Format(with.Duration("rto")!.Value)}");
        found.Pass($"restored in {Say.Number(seconds)} s ({Say.Number(size / 1e6 / seconds)} MB/s); the whole would take about {Say.Number(estimated)} s");
    }

    private static async Task ChecksAsync(string path, string scratch, Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        var done = new List<object?>();
        foreach (var check in with.List("checks").Select(CommandLine.Of))
        {
            var line = RestoreLine.Fill(check, path, scratch, with.TextOrNull("name"));
            var result = await RunAsync(line, with, context, cancellation).ConfigureAwait(false);
            var said = Say.Cut((result.Output.Length > 0 ? result.Output : result.ErrorOutput).Trim());
            done.Add(new Dictionary<string, object?> { ["command"] = CommandText.Quote(line), ["exitCode"] = result.ExitCode, ["output"] = said });
            if (result.ExitCode != 0) found.Fail(ProbeErrors.CheckFailed, $"{CommandText.Quote(line)}: exit code {result.ExitCode?.ToString(CultureInfo.InvariantCulture)}: {said}");
        }
        found["checks"] = done;
    }

    /// <summary>Takes away what it put there, and only that; also when it was cancelled.</summary>
    private static async Task CleanAsync(string path, string scratch, bool mine, Arguments with, ProbeContext context, Findings found)
    {
        if (CommandLine.Of(with, "cleanup") is { Count: > 0 } cleanup)
        {
            var line = RestoreLine.Fill(cleanup, path, scratch, with.TextOrNull("name"));
            var result = await context.Processes.RunAsync(new ProcessRequest(line[0], [.. line.Skip(1)]) { Timeout = TimeSpan.FromMinutes(2) }, CancellationToken.None).ConfigureAwait(false);
            if (result.ExitCode != 0) found.Warn(ProbeErrors.NotCleaned, $"the scratch database was not taken away: {CommandText.Quote(line)}: {result.NotStarted ?? Say.Cut(result.ErrorOutput.Trim())}");
        }
        if (with.Flag("keep")) return;
        try
        {
            foreach (var inner in Directory.Exists(scratch) ? Directory.EnumerateFileSystemEntries(scratch) : [])
                if (FileStat.Read(inner)?.Kind == FileKind.Folder) Directory.Delete(inner, recursive: true);
                else File.Delete(inner);
            if (mine && Directory.Exists(scratch)) Directory.Delete(scratch);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { found.Warn(ProbeErrors.NotCleaned, $"{scratch} could not be emptied: {error.Message}"); }
    }

    private static async Task<ProcessResult> RunAsync(IReadOnlyList<string> line, Arguments with, ProbeContext context, CancellationToken cancellation)
    {
        var timeout = with.Duration("timeout") ?? TimeSpan.FromHours(4);
        var result = await context.Processes.RunAsync(new ProcessRequest(line[0], [.. line.Skip(1)]) { Timeout = timeout }, cancellation).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        if (result.NotStarted is { } why) throw new CannotCheckException(ProbeErrors.NotStarted, $"{line[0]} could not be started: {why}");
        if (result.TimedOut) throw new CannotCheckException(ProbeErrors.Timeout, $"{line[0]} did not end in {Duration.Format(timeout)}");
        return result.ExitCode is not null ? result : throw new CannotCheckException(ProbeErrors.Killed, $"{line[0]} was ended from outside");
    }

    private sealed class RestoreFailedException(string message) : Exception(message);
}
