using System.IO.Enumeration;

namespace IncidentTools.Engine.Probes.Integrity;

/// <param name="Path">Below the root, with <c>/</c> between its parts.</param>
/// <param name="Error">Why it could not be looked at; then nothing else is known.</param>
internal sealed record TreeItem(string Path, string Full, FileStat? Stat, string? Error = null);

/// <summary>
/// Files and links below a folder, in the order of <see cref="ManifestOrder"/>, one folder at a time in memory. Links are items, never ways; what
/// cannot be looked at is an item, too, so that it is told and not passed over.
/// </summary>
/// <param name="folders">Whether folders are items as well, each before what is in it: a copy needs the empty ones.</param>
/// <param name="include">Files that count; none = all. A pattern without / is of names, one with / of paths, in which * also stands for /.</param>
/// <param name="exclude">Files and whole folders that do not.</param>
internal sealed class TreeWalk(string root, IReadOnlyList<string> include, IReadOnlyList<string> exclude, bool folders = false)
{
    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = 0, IgnoreInaccessible = false };

    public IEnumerable<TreeItem> Items() => Below(root, "");

    private IEnumerable<TreeItem> Below(string folder, string prefix)
    {
        var (names, error) = Names(folder);
        if (error is not null) yield return new TreeItem(prefix.TrimEnd('/'), folder, null, error);
        foreach (var name in names)
        {
            var path = prefix + name;
            if (Fits(path, exclude)) continue;
            var item = Look(path, Path.Combine(folder, name));
            if (item.Stat?.Kind == FileKind.Folder)
            {
                if (folders) yield return item;
                foreach (var inner in Below(item.Full, path + "/")) yield return inner;
            }
            else if (include.Count == 0 || Fits(path, include)) yield return item;
        }
    }

    private static TreeItem Look(string path, string full)
    {
        try
        {
            // gone since its folder was read: that is how trees in use are
            return FileStat.Read(full) is { } stat ? new TreeItem(path, full, stat) : new TreeItem(path, full, null, $"{full}: it was there and is gone");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return new TreeItem(path, full, null, error.Message); }
    }

    private static (List<string> Names, string? Error) Names(string folder)
    {
        try
        {
            List<string> names = [.. new FileSystemEnumerable<string>(folder, static (ref FileSystemEntry entry) => entry.FileName.ToString(), Everything)];
            names.Sort(string.CompareOrdinal);
            return (names, null);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return ([], $"{folder}: {error.Message}"); }
    }

    private static bool Fits(string path, IReadOnlyList<string> patterns)
    {
        foreach (var pattern in patterns)
        {
            var subject = pattern.Contains('/', StringComparison.Ordinal) ? path.AsSpan() : path.AsSpan(path.LastIndexOf('/') + 1);
            if (FileSystemName.MatchesSimpleExpression(pattern, subject, ignoreCase: OperatingSystem.IsWindows())) return true;
        }
        return false;
    }
}

/// <summary>The order of paths in a manifest: part by part, each by its code units, as a walk through sorted folders meets them.</summary>
internal sealed class ManifestOrder : IComparer<string>
{
    public static ManifestOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        var (left, right) = (x ?? "", y ?? "");
        var length = Math.Min(left.Length, right.Length);
        for (var index = 0; index < length; index++)
            if (left[index] != right[index]) return Weight(left[index]) - Weight(right[index]);
        return left.Length - right.Length;
    }

    private static int Weight(char c) => c == '/' ? -1 : c;
}
