using System.IO.Enumeration;
using System.Text.RegularExpressions;

namespace IncidentTools.Engine.Probes.Logs;

/// <summary>Names of log files: <c>*</c> and <c>?</c> in any part of a path, and the rotated companions of what they name.</summary>
internal static partial class LogFiles
{
    private const int MaxFiles = 200;

    /// <exception cref="CannotCheckException">Nothing there, not permitted, or far too many.</exception>
    public static IReadOnlyList<string> Find(string pattern, bool rotated)
    {
        try
        {
            var found = Expand(pattern);
            if (rotated) found = [.. found.SelectMany(file => (string[])[file, .. Companions(file)]).Distinct(StringComparer.Ordinal)];
            if (found.Count == 0) throw new CannotCheckException(ProbeErrors.NotFound, $"{pattern}: there is no such file");
            return found.Count <= MaxFiles ? found : throw new CannotCheckException(ProbeErrors.InvalidArgument, $"{pattern} names {found.Count} files, at most {MaxFiles} are read");
        }
        catch (UnauthorizedAccessException error) { throw new CannotCheckException(ProbeErrors.PermissionDenied, $"{pattern}: {error.Message}"); }
        catch (DirectoryNotFoundException) { throw new CannotCheckException(ProbeErrors.NotFound, $"{pattern}: there is no such folder"); }
        catch (Exception error) when (error is IOException or ArgumentException) { throw new CannotCheckException(ProbeErrors.Unreadable, $"{pattern}: {error.Message}"); }
    }

    private static List<string> Expand(string pattern)
    {
        if (!pattern.AsSpan().ContainsAny('*', '?')) return [pattern];
        var full = Path.GetFullPath(pattern);
        var root = Path.GetPathRoot(full)!;
        IEnumerable<string> folders = [root];
        var parts = full[root.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        foreach (var part in parts[..^1]) folders = part.AsSpan().ContainsAny('*', '?') ? [.. folders.SelectMany(folder => Directory.EnumerateDirectories(folder).Where(item => Fits(item, part)))] : [.. folders.Select(folder => Path.Combine(folder, part)).Where(Exists)];
        return [.. folders.SelectMany(folder => Directory.EnumerateFiles(folder).Where(item => Fits(item, parts[^1]))).Order(StringComparer.Ordinal)];
    }

    // a folder that may not be looked into is not "no such folder"
    private static bool Exists(string folder)
    {
        try { return File.GetAttributes(folder).HasFlag(FileAttributes.Directory); }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException) { return false; }
    }

    private static bool Fits(string path, string part) => FileSystemName.MatchesSimpleExpression(part, Path.GetFileName(path), ignoreCase: OperatingSystem.IsWindows());

    /// <summary><c>error.log.1</c>, <c>error.log.2.gz</c>, <c>error.log-20261101.gz</c></summary>
    private static IEnumerable<string> Companions(string file)
    {
        var full = Path.GetFullPath(file);
        var (folder, name) = (Path.GetDirectoryName(full)!, Path.GetFileName(full));
        return Directory.EnumerateFiles(folder).Where(item => Path.GetFileName(item) is var other && other.StartsWith(name, StringComparison.Ordinal) && Rotated().IsMatch(other[name.Length..])).Order(StringComparer.Ordinal);
    }

    [GeneratedRegex(@"^[.-][0-9][0-9.-]*(\.gz)?\z", RegexOptions.CultureInvariant)] private static partial Regex Rotated();
}
