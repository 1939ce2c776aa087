using System.Text.RegularExpressions;
using IncidentTools.Engine.Probes.Integrity;

namespace IncidentTools.Engine.Probes.Backups;

/// <summary>Whether a place is fit to restore into: empty, not the source, not inside of it or around it, and nothing that looks like production.</summary>
internal static partial class ScratchGuard
{
    private static readonly string[] Taken = OperatingSystem.IsWindows()
        ? [@"C:\Windows", @"C:\Program Files", @"C:\Program Files (x86)", @"C:\inetpub"]
        : ["/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/run", "/sbin", "/sys", "/usr", "/var/lib/mongodb", "/var/lib/mysql", "/var/lib/pgsql", "/var/lib/postgresql", "/var/lib/redis", "/var/mail", "/var/spool", "/var/www"];

    /// <param name="production">Names that mean production here, beside the words that mean it everywhere.</param>
    public static string? WhyNot(string folder, IReadOnlyList<string> sources, IReadOnlyList<string> production)
    {
        if (WhyNotPath(folder) is { } path) return path;
        var real = RealPath(folder);
        if (real == Path.GetPathRoot(real)) return $"{folder} is a whole volume";
        if (Taken.FirstOrDefault(place => Within(real, place)) is { } taken) return $"{folder} lies in {taken}, where the system or a production service keeps its files";
        foreach (var source in sources.Where(Path.IsPathFullyQualified))
            if (Meets(real, RealPath(source))) return $"{folder} and the source {source} are in one another: a restore never goes over its source";
        if (real.Split('/', '\\').FirstOrDefault(part => LooksLikeProduction(part, production)) is { } part) return $"{folder} looks like production ('{part}')";
        return NotEmpty(real);
    }

    /// <summary>Of a database or schema by name.</summary>
    public static string? WhyNotName(string name, IReadOnlyList<string> sources, IReadOnlyList<string> production) =>
        sources.Contains(name, StringComparer.OrdinalIgnoreCase) ? $"'{name}' is the source: a restore never goes over its source"
        : LooksLikeProduction(name, production) ? $"'{name}' looks like production"
        : !NamePattern().IsMatch(name) ? $"'{name}' is not a plain name of letters, digits and _" : null;

    /// <summary>Of a command that restores: an argument that names the source or production.</summary>
    public static string? WhyNotArgument(string word, IReadOnlyList<string> sources, IReadOnlyList<string> production) =>
        sources.Contains(word, StringComparer.Ordinal) ? $"the restore's command names the source '{word}'" : LooksLikeProduction(word, production) ? $"the restore's command names '{word}', which looks like production" : null;

    public static string? WhyNotPath(string folder) => !Path.IsPathFullyQualified(folder) || folder.Contains('\0', StringComparison.Ordinal) ? $"'{folder}' is not a full path"
        : folder.Split('/', '\\').Contains("..") ? $"'{folder}' may not hold '..'" : null;

    /// <summary>Whether one is the other or lies in it.</summary>
    public static bool Meets(string one, string other) => Within(one, other) || Within(other, one);

    public static string? NotEmpty(string folder)
    {
        try
        {
            if (FileStat.Read(folder) is not { } stat) return null;
            if (stat.Kind != FileKind.Folder) return $"{folder} is there and is not a folder";
            return Directory.EnumerateFileSystemEntries(folder).Any() ? $"{folder} is not empty" : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return $"{folder} cannot be looked at: {error.Message}"; }
    }

    /// <summary>With every link on the way resolved; what is not there yet stays as it is written.</summary>
    public static string RealPath(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var root = Path.GetPathRoot(full)!;
        var (real, rest) = (root, new Queue<string>(Parts(full[root.Length..])));
        for (var links = 0; rest.TryDequeue(out var part);)
        {
            var next = Path.Combine(real, part);
            var target = new FileInfo(next).LinkTarget;
            if (target is null) { real = next; continue; }
            if (++links > 40) throw new IOException($"too many links on the way to '{path}'");
            var resolved = Path.GetFullPath(target, real);
            real = Path.GetPathRoot(resolved)!;
            rest = new Queue<string>([.. Parts(resolved[real.Length..]), .. rest]);
        }
        return real;
    }

    private static string[] Parts(string path) => path.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);

    private static bool Within(string path, string folder) => string.Equals(path, folder, Comparison) || path.StartsWith(Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar, Comparison);
    private static StringComparison Comparison => OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
    private static bool LooksLikeProduction(string name, IReadOnlyList<string> production) => production.Contains(name, StringComparer.OrdinalIgnoreCase) || Production().IsMatch(name);

    [GeneratedRegex("(?<![a-z])(prod|prd|production|live|primary|master)(?![a-z])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)] private static partial Regex Production();
    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]{0,62}\z", RegexOptions.CultureInvariant)] private static partial Regex NamePattern();
}
