using System.Globalization;
using System.Security.Cryptography;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Actions.Security;

/// <summary>Takes one item of evidence after the other into a folder. What programs say goes to disk as it comes and is hashed on the way: memory stays flat.</summary>
/// <param name="tools">A folder of trusted programs that go before those of the machine; null = none.</param>
internal sealed class EvidenceCollector(string folder, string? tools, TimeSpan timeout, long mostBytes, ActionContext context)
{
    private static readonly Dictionary<string, string?> Plain = new() { ["LC_ALL"] = "C", ["TZ"] = "UTC" };

    public async Task<CollectedItem> TakeAsync(EvidenceItem item, int number, CancellationToken cancellation)
    {
        var began = context.Time.GetUtcNow();
        try { return item.Command.Count > 0 ? await RunAsync(item, number, began, cancellation).ConfigureAwait(false) : await CopyAsync(item, number, began, cancellation).ConfigureAwait(false); }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException) { return new CollectedItem(item, "Failed", began, context.Time.GetUtcNow(), []) { Note = context.Mask.Apply(error.Message) }; }
    }

    private async Task<CollectedItem> RunAsync(EvidenceItem item, int number, DateTimeOffset began, CancellationToken cancellation)
    {
        var program = tools is not null && Path.Combine(tools, item.Command[0]) is var trusted && File.Exists(trusted) ? trusted : item.Command[0];
        if (context.Processes.Find(program) is not { } found) return new CollectedItem(item, "Absent", began, context.Time.GetUtcNow(), []) { Note = $"there is no program '{item.Command[0]}'" };
        var name = string.Create(CultureInfo.InvariantCulture, $"{number:00}-{item.Name}.txt");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (bytes, cut, lost) = (0L, false, (string?)null);
        ProcessResult result;
        using (var file = new FileStream(Path.Combine(folder, name), new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous, BufferSize = 0 }))
        {
            result = await context.Processes.RunAsync(new ProcessRequest(program, [.. item.Command.Skip(1)]) { Timeout = timeout, Environment = Plain, MaxBytes = 16 * 1024, OnOutput = WriteAsync }, cancellation).ConfigureAwait(false);
            file.Flush(flushToDisk: true);

            // a full disk must not stop the program in the middle of a word, so what comes is still taken
            async ValueTask WriteAsync(ReadOnlyMemory<byte> text)
            {
                if (lost is not null || bytes == mostBytes) { cut |= lost is null; return; }
                if (text.Length > mostBytes - bytes) (text, cut) = (text[..(int)(mostBytes - bytes)], true);
                try { await file.WriteAsync(text, CancellationToken.None).ConfigureAwait(false); }
                catch (IOException error) { lost = error.Message; return; }
                hash.AppendData(text.Span);
                bytes += text.Length;
            }
        }
        cancellation.ThrowIfCancellationRequested();
        var files = new List<EvidenceFile> { new(name, bytes, Sha256File.Hex(hash.GetHashAndReset()), null) };
        if (result.ErrorOutput.Length > 0) files.Add(await ErrorsAsync(Path.ChangeExtension(name, ".err"), result.ErrorOutput, cancellation).ConfigureAwait(false));
        var note = lost is not null ? $"not written to the end: {lost}" : cut ? $"cut after {mostBytes} bytes" : result.TimedOut ? $"ended after {Duration.Format(timeout)}" : result.NotStarted ?? result.Note;
        var state = result.TimedOut ? "TimedOut" : result.ExitCode == 0 && lost is null && !cut ? "Collected" : "Failed";
        return new CollectedItem(item, state, began, context.Time.GetUtcNow(), files) { ExitCode = result.ExitCode, Program = found, Note = note is null ? null : context.Mask.Apply(note) };
    }

    private async Task<EvidenceFile> ErrorsAsync(string name, string text, CancellationToken cancellation)
    {
        await File.WriteAllTextAsync(Path.Combine(folder, name), text, cancellation).ConfigureAwait(false);
        var (bytes, sha256) = await Sha256File.OfAsync(Path.Combine(folder, name), cancellation).ConfigureAwait(false);
        return new EvidenceFile(name, bytes, sha256, null);
    }

    private async Task<CollectedItem> CopyAsync(EvidenceItem item, int number, DateTimeOffset began, CancellationToken cancellation)
    {
        var below = string.Create(CultureInfo.InvariantCulture, $"{number:00}-{item.Name}");
        var (files, notes) = (new List<EvidenceFile>(), new List<string>());
        var found = item.Files.SelectMany(LogFiles.Find).DistinctBy(file => file.Path).ToList();
        var room = mostBytes;
        foreach (var file in found)
        {
            cancellation.ThrowIfCancellationRequested();
            if ((room -= LogFiles.Size(file)) < 0) { notes.Add($"{file.Path}: beyond the {mostBytes} bytes of an item"); continue; }
            var kept = await LogCopy.KeepAsync(file, Directory.CreateDirectory(Path.Combine(folder, below)).FullName, cancellation).ConfigureAwait(false);
            if (kept is { Bytes: { } bytes, Sha256: { } sha256 }) files.Add(new EvidenceFile($"{below}/{kept.Target}", bytes, sha256, file.Path));
            else notes.Add($"{file.Path}: {kept.Why}");
        }
        var state = notes.Count > 0 ? "Failed" : found.Count == 0 ? "Absent" : "Collected";
        return new CollectedItem(item, state, began, context.Time.GetUtcNow(), files) { Note = notes.Count > 0 ? context.Mask.Apply(string.Join("; ", notes.Take(20))) : null };
    }
}
