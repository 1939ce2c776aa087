using System.IO.Enumeration;

namespace IncidentTools.Engine.Actions;

/// <param name="Path">As found by the pattern.</param>
/// <param name="Base">The folder that the pattern names without wildcards, links resolved: what is kept must lie below it.</param>
internal sealed record LogFile(string Path, string Base);

/// <summary>Files that patterns like <c>/var/log/nginx/*.log</c> mean. <c>*</c> and <c>?</c> stand for parts of one name, in any segment.</summary>
internal static class LogFiles
{
    /// <summary>Null when it can be looked for; else what is wrong with it.</summary>
    public static string? WhyNot(string pattern) => !Path.IsPathFullyQualified(pattern) ? $"'{pattern}' is not a full path"
        : pattern.Contains('\0', StringComparison.Ordinal) || pattern.Split('/', '\\').Contains("..") ? $"'{pattern}' may not hold '..'" : null;

    /// <summary>In order of their paths. Folders that are links are not entered below the first wildcard.</summary>
    public static IReadOnlyList<LogFile> Find(string pattern)
    {
        var root = Path.GetPathRoot(pattern)!;
        var segments = Parts(pattern);
        if (segments.Count == 0) return [];
        var wild = segments.FindIndex(IsWild);
        var fixedCount = wild < 0 ? segments.Count - 1 : wild;
        var folder = Path.Combine([root, .. segments[..fixedCount]]);
        if (!Directory.Exists(folder)) return [];
        var real = RealPath(folder);
        return [.. Expand(folder, segments[fixedCount..]).Order(StringComparer.Ordinal).Select(path => new LogFile(path, real))];
    }

    private static IEnumerable<string> Expand(string folder, List<string> segments)
    {
        var last = segments.Count == 1;
        var options = new EnumerationOptions { IgnoreInaccessible = false, AttributesToSkip = 0, MatchType = MatchType.Simple };
        if (last) return Directory.EnumerateFiles(folder, "*", options).Where(file => FileSystemName.MatchesSimpleExpression(segments[0], Path.GetFileName(file), OperatingSystem.IsWindows()));
        return Directory.EnumerateDirectories(folder, "*", options)
            .Where(child => FileSystemName.MatchesSimpleExpression(segments[0], Path.GetFileName(child), OperatingSystem.IsWindows()) && new DirectoryInfo(child).LinkTarget is null)
            .SelectMany(child => Expand(child, segments[1..]));
    }

    /// <summary>With every link on the way resolved.</summary>
    public static string RealPath(string path)
    {
        var real = Path.GetPathRoot(Path.GetFullPath(path))!;
        var rest = Parts(Path.GetFullPath(path));
        for (var links = 0; rest.Count > 0;)
        {
            var next = Path.Combine(real, rest[0]);
            rest = rest[1..];
            FileSystemInfo entry = Directory.Exists(next) ? new DirectoryInfo(next) : new FileInfo(next);
            if (entry.LinkTarget is { } target)
            {
                if (++links > 40) throw new IOException($"too many links on the way to '{path}'");
                var resolved = Path.GetFullPath(target, real);
                (real, rest) = (Path.GetPathRoot(resolved)!, [.. Parts(resolved), .. rest]);
            }
            else real = next;
        }
        return real;
    }

    private static List<string> Parts(string full) =>
        [.. full[Path.GetPathRoot(full)!.Length..].Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>What it takes; nothing where that cannot be told (a link to nowhere).</summary>
    public static long Size(LogFile file)
    {
        try { return new FileInfo(file.Path) is { Exists: true } info ? (info.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? info).Length : 0; }
        catch (IOException) { return 0; }
    }

    public static bool IsBelow(string path, string folder) => path.StartsWith(folder.EndsWith(Path.DirectorySeparatorChar) ? folder : folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static bool IsWild(string segment) => segment.AsSpan().IndexOfAny('*', '?') >= 0;
}
