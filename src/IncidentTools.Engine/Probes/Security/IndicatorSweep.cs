using System.Security.Cryptography;
using System.IO.Compression;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Probes.Logs;
using IncidentTools.Engine.Probes.Processes;

namespace IncidentTools.Engine.Probes.Security;

/// <param name="Scope">file, log, connection or process.</param>
internal sealed record IndicatorHit(Indicator Indicator, string Scope, string Where, string Detail, int? Pid = null, DateTimeOffset? StartedAt = null)
{
    public Dictionary<string, object?> ToPlain() => new() { ["type"] = Indicator.Type, ["indicator"] = Indicator.Value, ["note"] = Indicator.Note, ["scope"] = Scope, ["where"] = Where, ["detail"] = Detail, ["pid"] = Pid, ["startedAt"] = StartedAt };
}

/// <summary>Looks for indicators everywhere it is told to, within bounds; what could not be looked at is kept, too.</summary>
internal sealed class IndicatorSweep(IndicatorList indicators, long maxFileBytes, int maxFiles, ProbeContext context)
{
    private const int MaxHits = 500, MostOfOneLog = 20;
    private readonly List<IndicatorHit> _hits = [];
    private readonly List<(string Word, string Message)> _missed = [];

    /// <summary>A thread that was left behind may still add to them.</summary>
    public IReadOnlyList<IndicatorHit> Hits { get { lock (_hits) return [.. _hits]; } }
    /// <summary>Places that could not be looked at, with why.</summary>
    public IReadOnlyList<(string Word, string Message)> Missed { get { lock (_missed) return [.. _missed]; } }
    public long Files { get; private set; }
    public long Lines { get; private set; }

    public void FilesBelow(string root, CancellationToken cancellation)
    {
        if (File.Exists(root)) { OneFile(root, cancellation); return; }
        if (!Directory.Exists(root)) { Miss(ProbeErrors.NotFound, $"there is no {root}"); return; }
        var folders = new Stack<string>([root]);
        while (folders.TryPop(out var folder))
            try
            {
                foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
                {
                    cancellation.ThrowIfCancellationRequested();
                    if (Files >= maxFiles) { Miss(ProbeErrors.Truncated, $"only the first {maxFiles} files were looked at"); return; }
                    if (entry.LinkTarget is not null) continue;
                    if (entry is DirectoryInfo) folders.Push(entry.FullName);
                    else OneFile(entry.FullName, cancellation);
                }
            }
            catch (UnauthorizedAccessException) { Miss(ProbeErrors.PermissionDenied, $"{folder} may not be looked into"); }
            catch (IOException error) { Miss(ProbeErrors.Unreadable, $"{folder}: {error.Message}"); }
    }

    private void OneFile(string path, CancellationToken cancellation)
    {
        Files++;
        if (indicators.OfPath(path) is { } byPath) Hit(new(byPath, "file", path, "its name"));
        if (!indicators.HasHashes) return;
        try
        {
            if (StatFacts.Of(path) is { IsRegular: false }) return;
            if (new FileInfo(path).Length > maxFileBytes) { Miss(ProbeErrors.Truncated, $"{path} is larger than {Say.Bytes(maxFileBytes)} and was not hashed"); return; }
            if (OfContent(path, cancellation) is { } byHash) Hit(new(byHash, "file", path, "its content"));
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException) { } // gone while we looked
        catch (UnauthorizedAccessException) { Miss(ProbeErrors.PermissionDenied, $"{path} may not be read"); }
        catch (IOException error) { Miss(ProbeErrors.Unreadable, $"{path}: {error.Message}"); }
    }

    /// <summary>All kinds of hash that are asked for in one reading.</summary>
    private Indicator? OfContent(string path, CancellationToken cancellation)
    {
        // MD5 and SHA-1 only to compare with lists that others made
        var hashes = indicators.HashLengths.Select(length => IncrementalHash.CreateHash(length switch { 32 => HashAlgorithmName.MD5, 40 => HashAlgorithmName.SHA1, _ => HashAlgorithmName.SHA256 })).ToList();
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0, FileOptions.SequentialScan);
            var buffer = new byte[128 * 1024];
            for (int read; (read = file.Read(buffer)) > 0;)
            {
                cancellation.ThrowIfCancellationRequested();
                foreach (var hash in hashes) hash.AppendData(buffer, 0, read);
            }
            return hashes.Select(hash => indicators.OfHash(Convert.ToHexString(hash.GetHashAndReset()))).FirstOrDefault(hit => hit is not null);
        }
        finally { foreach (var hash in hashes) hash.Dispose(); }
    }

    public void Log(string pattern, CancellationToken cancellation)
    {
        try
        {
            foreach (var path in LogFiles.Find(pattern, rotated: true))
                try { OneLog(path, cancellation); }
                catch (UnauthorizedAccessException) { Miss(ProbeErrors.PermissionDenied, $"{path} may not be read"); }
                catch (Exception error) when (error is IOException or InvalidDataException) { Miss(ProbeErrors.Unreadable, $"{path}: {error.Message}"); }
        }
        catch (CannotCheckException error) { Miss(error.Word, error.Message); }
    }

    private void OneLog(string path, CancellationToken cancellation)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var plain = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
        using var reader = new StreamReader(plain);
        var of = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var line in LogScan.Lines(reader, cancellation))
        {
            Lines++;
            if (indicators.InText(line) is not { } hit) continue;
            of[hit.Value] = of.GetValueOrDefault(hit.Value) + 1;
            if (of[hit.Value] <= MostOfOneLog) Hit(new(hit, "log", path, Say.Cut(line.Trim(), 200)));
        }
    }

    public void Processes(CancellationToken cancellation)
    {
        if (!ProcessList.SeesAll) Miss(ProbeErrors.PermissionDenied, "this account sees only its own processes");
        foreach (var process in ProcessList.All(context.Time, cancellation).Where(process => process.Pid != Environment.ProcessId))
        {
            void Add(Indicator indicator, string detail) => Hit(new(indicator, "process", process.Name, detail, process.Pid, process.StartedAt));
            if (indicators.OfProcess(process.Name) is { } byName || (process.Program is { } program && (byName = indicators.OfProcess(program)!) is not null)) Add(byName, Say.Cut(process.Command ?? "", 200));
            if (!OperatingSystem.IsLinux() || (!indicators.HasHashes && !indicators.HasPaths)) continue;
            try
            {
                var link = $"/proc/{process.Pid}/exe";
                if (new FileInfo(link).LinkTarget is not { } target) continue;
                // what was deleted after it was started is still to be read through the link
                if (indicators.OfPath(target.Replace(" (deleted)", "", StringComparison.Ordinal)) is { } byPath) Add(byPath, target);
                if (indicators.HasHashes && OfContent(link, cancellation) is { } byHash) Add(byHash, target);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException) { } // ended, or a thread of the kernel
        }
    }

    public async Task ConnectionsAsync(TimeSpan timeout, CancellationToken cancellation)
    {
        try
        {
            foreach (var socket in await ConnectionsProbe.ReadAsync(context, timeout, cancellation).ConfigureAwait(false))
                if (!socket.IsListening && indicators.OfAddress(socket.Remote.Address) is { } hit)
                    Hit(new(hit, "connection", socket.Remote.ToString(), socket.Program ?? "", socket.Pid, socket.Pid is { } pid ? ProcessList.Find(pid, context.Time)?.StartedAt : null));
        }
        catch (CannotCheckException error) { Miss(error.Word, error.Message); }
    }

    private void Hit(IndicatorHit hit)
    {
        lock (_hits) if (_hits.Count < MaxHits) _hits.Add(hit);
    }

    private void Miss(string word, string message)
    {
        lock (_missed) if (_missed.Count < MaxHits) _missed.Add((word, message));
    }
}
