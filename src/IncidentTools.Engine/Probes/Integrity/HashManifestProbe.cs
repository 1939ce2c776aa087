using System.Security.Cryptography;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes.Integrity;

/// <summary>SHA-256, size, time, mode and owner of every file of one or more trees, as a manifest: evidence, and what a later comparison starts from.</summary>
internal sealed class HashManifestProbe() : Probe("probe.hash-manifest", "Makes a SHA-256 manifest of folders: evidence, and the base of a later comparison.", Shape,
    "files", "links", "bytes", "skipped", "unreadable", "sha256", "out")
{
    private const int MostNamed = 50;

    private static readonly ObjectShape Shape = new("probe.hash-manifest",
        Required("roots", ListOf(Text, allowSingle: true) with { MinItems = 1 }, "folders, full paths; links in them are noted and never followed"),
        Optional("include", ListOf(Text, allowSingle: true), "only files of these names (*.php), or paths below the folder (a pattern with /, in which * stands for / as well)"),
        Optional("exclude", ListOf(Text, allowSingle: true), "not files and whole folders of these names or paths"),
        Optional("out", Text, "file for the manifest, a full path outside of the folders; never overwritten by other content. Without it only the sum is told"),
        Optional("timeout", Shapes.Duration, "how long it may take in all", TimeSpan.FromHours(1)));

    protected override async Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        using var limit = new TimeLimit(with.Duration("timeout") ?? TimeSpan.FromHours(1), context.Time, cancellation);
        try { await Task.Run(() => Make(with, found, limit.Token), limit.Token).WaitAsync(limit.Token).ConfigureAwait(false); }
        catch (OperationCanceledException) when (limit.Reached) { throw new CannotCheckException(ProbeErrors.Timeout, "the folders were not read in time; no manifest was kept"); }
    }

    private static void Make(Arguments with, Findings found, CancellationToken cancellation)
    {
        var tree = Tree.Of(with.Texts("roots"), with.Texts("include"), with.Texts("exclude"));
        var path = with.TextOrNull("out");
        if (path is not null && !Path.IsPathFullyQualified(path)) throw new CannotCheckException(ProbeErrors.InvalidArgument, $"'{path}' is not a full path");
        if (path is not null && with.Texts("roots").Any(root => Path.GetFullPath(path).StartsWith(Path.TrimEndingDirectorySeparator(Path.GetFullPath(root)) + Path.DirectorySeparatorChar, StringComparison.Ordinal)))
            throw new CannotCheckException(ProbeErrors.InvalidArgument, $"{path} lies in a folder that it would describe");
        try
        {
            using var writer = new ManifestWriter(path);
            var (files, links, bytes, skipped, unreadable) = Write(tree, writer, cancellation);
            writer.End(files + links, bytes);
            (found["files"], found["links"], found["bytes"], found["skipped"], found["unreadable"], found["sha256"], found["out"]) = (files, links, bytes, skipped, unreadable.Count, writer.Sha256, path);
            found.Unit = "files";
            found.Observe("unreadable", unreadable.Take(MostNamed));
            if (unreadable.Count > 0) found.Unknown(ProbeErrors.Unreadable, $"{unreadable.Count} items could not be read and are not in the manifest: {string.Join("; ", unreadable.Take(3))}");
            writer.Keep();
            found.Pass($"{files} files with {Say.Bytes(bytes)} and {links} links; the manifest's SHA-256 is {writer.Sha256}");
        }
        catch (UnauthorizedAccessException error) { throw new CannotCheckException(ProbeErrors.PermissionDenied, error.Message); }
        catch (IOException error) { throw new CannotCheckException(ProbeErrors.Unreadable, error.Message); }
    }

    private static (long Files, long Links, long Bytes, long Skipped, List<string> Unreadable) Write(Tree tree, ManifestWriter writer, CancellationToken cancellation)
    {
        var (files, links, bytes, skipped, unreadable) = (0L, 0L, 0L, 0L, new List<string>());
        writer.Add(ManifestText.Head(tree.Head));
        foreach (var item in tree.Items())
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                if (item.Error is not null) unreadable.Add(item.Error);
                else if (item.Stat!.Kind == FileKind.Link)
                {
                    writer.Add(ManifestText.Entry(ManifestEntry.OfLink(item)));
                    links++;
                }
                else if (item.Stat.Kind == FileKind.File)
                {
                    var (size, hash) = FileHash.Of(item.Full, cancellation);
                    writer.Add(ManifestText.Entry(ManifestEntry.OfFile(item, size, hash)));
                    (files, bytes) = (files + 1, bytes + size);
                }
                else skipped++; // pipes, sockets, devices
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException && !writer.Broken) { unreadable.Add(error.Message); }
        }
        return (files, links, bytes, skipped, unreadable);
    }
}

/// <summary>Writes beside the place and moves there when it is whole; hashes what it writes. Without a path it only hashes.</summary>
internal sealed class ManifestWriter(string? path) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly string? _part = path is null ? null : $"{path}.part";
    private FileStream? _stream = path is null ? null : Create(path);

    public string Sha256 { get; private set; } = "";
    /// <summary>The manifest itself cannot be written: then nothing else counts.</summary>
    public bool Broken { get; private set; }

    public void Add(byte[] line)
    {
        _hash.AppendData(line);
        try { _stream?.Write(line); }
        catch (IOException) { Broken = true; throw; }
    }

    public void End(long entries, long bytes)
    {
        Add(ManifestText.End(entries, bytes));
        Sha256 = Convert.ToHexString(_hash.GetHashAndReset()).ToLowerInvariant();
    }

    /// <exception cref="CannotCheckException">There is one with other content.</exception>
    public void Keep()
    {
        if (path is null) return;
        _stream!.Flush(flushToDisk: true);
        _stream.Dispose();
        _stream = null;
        if (FileStat.Read(path) is null) File.Move(_part!, path, overwrite: false);
        else if (FileHash.Of(path, default).Sha256 != Sha256) throw new CannotCheckException(ProbeErrors.Exists, $"{path} is there already with other content, and evidence is not overwritten");
    }

    public void Dispose()
    {
        _hash.Dispose();
        _stream?.Dispose();
        if (_part is not null) File.Delete(_part);
    }

    private static FileStream Create(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 64 * 1024 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream($"{path}.part", options);
    }
}
