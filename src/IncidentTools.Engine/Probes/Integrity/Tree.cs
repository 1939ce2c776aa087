namespace IncidentTools.Engine.Probes.Integrity;

/// <summary>One or several folders as one list of files in order.</summary>
internal sealed record Tree(ManifestHead Head)
{
    /// <exception cref="CannotCheckException">A folder that is not there, is no full path, or lies in another one of them.</exception>
    public static Tree Of(IReadOnlyList<string> roots, IReadOnlyList<string> include, IReadOnlyList<string> exclude)
    {
        if (roots.Count == 0) throw new CannotCheckException(ProbeErrors.InvalidArgument, "no folder is named");
        foreach (var folder in roots) Check(folder);
        var full = roots.Select(folder => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))).Order(ManifestOrder.Instance).ToList();
        if (full.Count == 1) return new Tree(new ManifestHead(full[0], [], include, exclude));
        foreach (var (outer, inner) in full.Zip(full.Skip(1)))
            if (inner == outer || inner.StartsWith(outer + Path.DirectorySeparatorChar, StringComparison.Ordinal)) throw new CannotCheckException(ProbeErrors.InvalidArgument, $"{inner} lies in {outer}");
        var root = Path.GetPathRoot(full[0])!;
        if (full.Any(folder => Path.GetPathRoot(folder) != root)) throw new CannotCheckException(ProbeErrors.InvalidArgument, "the folders are on several drives: make a manifest of each");
        return new Tree(new ManifestHead(root, [.. full.Select(folder => folder[root.Length..].Replace('\\', '/'))], include, exclude));
    }

    /// <summary>The same as when the manifest was made, in the folder that stands for its root.</summary>
    public static Tree Of(ManifestHead head, string? root)
    {
        if (root is not null) Check(root);
        var tree = new Tree(head with { Root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root ?? head.Root)) });
        Check(tree.Head.Root);
        return tree;
    }

    public IEnumerable<TreeItem> Items()
    {
        if (Head.Trees.Count == 0) return new TreeWalk(Head.Root, Head.Include, Head.Exclude).Items();
        return Head.Trees.SelectMany(tree => new TreeWalk(Path.Combine(Head.Root, tree), Head.Include, Head.Exclude).Items().Select(item => item with { Path = item.Path.Length == 0 ? tree : $"{tree}/{item.Path}" }));
    }

    private static void Check(string folder)
    {
        if (!Path.IsPathFullyQualified(folder)) throw new CannotCheckException(ProbeErrors.InvalidArgument, $"'{folder}' is not a full path");
        try
        {
            var kind = FileStat.Read(folder)?.Kind ?? throw new CannotCheckException(ProbeErrors.NotFound, $"{folder}: there is no such folder");
            if (kind != FileKind.Folder) throw new CannotCheckException(ProbeErrors.InvalidArgument, $"{folder} is {(kind == FileKind.Link ? "a link: name the folder it leads to" : "not a folder")}");
        }
        catch (UnauthorizedAccessException error) { throw new CannotCheckException(ProbeErrors.PermissionDenied, error.Message); }
        catch (IOException error) { throw new CannotCheckException(ProbeErrors.Unreadable, error.Message); }
    }
}
