using System.Security.Cryptography;
using System.Text;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes.Security;

/// <summary>Scripts below web roots that run what they are sent, that lie where only uploads belong, or that are new.</summary>
internal sealed class WebShellProbe() : Probe("probe.web-shell", "Whether web roots hold scripts that run what they are sent, that lie among uploads, or that are new.", Shape, "paths", "hashes", "suspicious", "changedSince", "scripts", "files")
{
    private const int MaxRead = 4 * 1024 * 1024, MaxListed = 200;
    private static readonly HashSet<string> Scripts = new([".php", ".php3", ".php4", ".php5", ".php7", ".php8", ".phtml", ".pht", ".phar", ".inc", ".jsp", ".jspx", ".war", ".asp", ".aspx", ".ashx", ".asmx", ".cgi", ".pl", ".py", ".cfm"], StringComparer.OrdinalIgnoreCase);
    private static readonly HashSet<string> Settings = new([".htaccess", ".user.ini", "web.config", "php.ini"], StringComparer.OrdinalIgnoreCase);

    private static readonly ObjectShape Shape = new("probe.web-shell",
        Required("roots", ListOf(Text, allowSingle: true) with { MinItems = 1 }, "folders that a web server serves"),
        Optional("since", Shapes.DateTime, "scripts that were changed after this are a warning, by the change of anything, not only of the content"),
        Optional("uploadFolders", ListOf(Text, allowSingle: true), "names of folders where no script belongs; default uploads, upload, images, img, media, cache, tmp, files"),
        Optional("allow", ListOf(Text with { Pattern = "^[0-9A-Fa-f]{64}$", Expected = "a SHA-256" }, allowSingle: true), "SHA-256 of files that are known and right"),
        Optional("maxFiles", Int with { Min = 1, Max = 10_000_000 }, "more files are not looked at, and that is said", 500_000L),
        Optional("timeout", Shapes.Duration, "for all of it", TimeSpan.FromMinutes(10)));

    private sealed record Seen(string Path, string Sha256, IReadOnlyList<string> Reasons, DateTimeOffset ChangedAt);

    protected override async Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        var timeout = with.Duration("timeout") ?? TimeSpan.FromMinutes(10);
        using var limit = new TimeLimit(timeout, context.Time, cancellation);
        try { await Task.Run(() => Look(with, found, limit.Token), limit.Token).WaitAsync(limit.Token).ConfigureAwait(false); }
        catch (OperationCanceledException) when (limit.Reached) { throw new CannotCheckException(ProbeErrors.Timeout, $"the web roots were not read to the end in {Duration.Format(timeout)}"); }
    }

    private static void Look(Arguments with, Findings found, CancellationToken cancellation)
    {
        var uploads = (with.Has("uploadFolders") ? with.Texts("uploadFolders") : ["uploads", "upload", "images", "img", "media", "cache", "tmp", "files"]).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var (allowed, since, most) = (with.Texts("allow").ToHashSet(StringComparer.OrdinalIgnoreCase), with.Time("since"), with.Int("maxFiles", 500_000));
        var (bad, fresh, files, scripts) = (new List<Seen>(), new List<Seen>(), 0L, 0L);
        found.Threshold("since", since);
        foreach (var root in with.Texts("roots"))
            foreach (var path in Walk(root, found, cancellation))
            {
                if (++files > most) { found.Unknown(ProbeErrors.Truncated, $"only the first {most} files were looked at"); break; }
                // a name like shell.php.jpg is run by servers that are set up badly
                var parts = Path.GetFileName(path).Split('.');
                var isScript = parts.Skip(1).Any(part => Scripts.Contains("." + part));
                if (!isScript && !Settings.Contains(Path.GetFileName(path))) continue;
                scripts++;
                try
                {
                    if (One(path, root, isScript, uploads) is not { } seen || allowed.Contains(seen.Sha256)) continue;
                    if (seen.Reasons.Count > 0) bad.Add(seen);
                    if (since is { } moment && seen.ChangedAt > moment) fresh.Add(seen);
                }
                catch (UnauthorizedAccessException) { found.Unknown(ProbeErrors.PermissionDenied, $"{path} may not be read"); }
                catch (IOException error) { found.Unknown(ProbeErrors.Unreadable, $"{path}: {error.Message}"); }
            }
        Report(bad, fresh, files, scripts, found);
    }

    private static void Report(List<Seen> bad, List<Seen> fresh, long files, long scripts, Findings found)
    {
        (found["files"], found["scripts"]) = (files, scripts);
        (found["paths"], found["hashes"]) = (bad.Take(MaxListed).Select(seen => seen.Path).ToList(), bad.Take(MaxListed).Select(seen => seen.Sha256).ToList());
        found["changedSince"] = fresh.Take(MaxListed).Select(seen => seen.Path).ToList();
        found["suspicious"] = bad.Take(MaxListed).Select(seen => new Dictionary<string, object?> { ["path"] = seen.Path, ["sha256"] = seen.Sha256, ["reasons"] = seen.Reasons, ["changedAt"] = seen.ChangedAt }).ToList();
        foreach (var seen in bad) found.Fail(ProbeErrors.SuspiciousFile, $"{seen.Path}: {string.Join(", ", seen.Reasons)}");
        foreach (var seen in fresh) found.Warn(ProbeErrors.SuspiciousFile, $"{seen.Path} was changed at {UtcStamp.Format(seen.ChangedAt)}");
        found.Pass($"{scripts} scripts and settings among {files} files, none suspicious");
    }

    private static Seen? One(string path, string root, bool isScript, HashSet<string> uploads)
    {
        var stat = StatFacts.Of(path);
        if (stat is { IsRegular: false }) return null;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0);
        var head = new byte[Math.Min(file.Length, MaxRead)];
        file.ReadExactly(head);
        file.Position = 0;
        var text = Encoding.UTF8.GetString(head);
        var reasons = new List<string>(isScript ? SuspiciousText.InScripts(text) : SettingsReasons(text));
        if (isScript && Path.GetRelativePath(root, Path.GetDirectoryName(path)!).Split('/', '\\').Any(uploads.Contains)) reasons.Add("script-among-uploads");
        var changed = stat is { } known ? (known.Changed > known.Modified ? known.Changed : known.Modified) : new DateTimeOffset(File.GetLastWriteTimeUtc(path));
        return new Seen(path, Sha256File.Hex(SHA256.HashData(file)), reasons, changed);
    }

    private static IEnumerable<string> SettingsReasons(string text)
    {
        if (text.Contains("auto_prepend_file", StringComparison.OrdinalIgnoreCase) || text.Contains("auto_append_file", StringComparison.OrdinalIgnoreCase)) yield return "runs-a-file-before-others";
        if (text.Split('\n').Any(line => (line.Contains("AddHandler", StringComparison.OrdinalIgnoreCase) || line.Contains("AddType", StringComparison.OrdinalIgnoreCase) || line.Contains("SetHandler", StringComparison.OrdinalIgnoreCase)) && line.Contains("php", StringComparison.OrdinalIgnoreCase) && (line.Contains(".jp", StringComparison.OrdinalIgnoreCase) || line.Contains(".png", StringComparison.OrdinalIgnoreCase) || line.Contains(".gif", StringComparison.OrdinalIgnoreCase) || line.Contains(".txt", StringComparison.OrdinalIgnoreCase)))) yield return "runs-pictures-as-scripts";
    }

    /// <summary>Folder by folder: one that may not be entered is said and does not end the walk. Links are not followed.</summary>
    private static IEnumerable<string> Walk(string root, Findings found, CancellationToken cancellation)
    {
        if (!Directory.Exists(root)) throw new CannotCheckException(ProbeErrors.NotFound, $"there is no folder {root}");
        var folders = new Stack<string>([root]);
        while (folders.TryPop(out var folder))
        {
            cancellation.ThrowIfCancellationRequested();
            FileSystemInfo[] entries = [];
            try { entries = new DirectoryInfo(folder).GetFileSystemInfos(); }
            catch (UnauthorizedAccessException) { found.Unknown(ProbeErrors.PermissionDenied, $"{folder} may not be looked into"); }
            catch (IOException error) { found.Unknown(ProbeErrors.Unreadable, $"{folder}: {error.Message}"); }
            foreach (var entry in entries.Where(entry => entry.LinkTarget is null))
                if (entry is DirectoryInfo) folders.Push(entry.FullName);
                else yield return entry.FullName;
        }
    }
}
