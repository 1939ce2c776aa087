namespace IncidentTools.Engine.Probes.Integrity;

/// <summary>A manifest against a tree, both in order, side by side: in the memory that one folder's names and the named differences take.</summary>
internal sealed class TreeComparison(int mostNamed)
{
    public long Same { get; private set; }
    public NameList Added { get; } = new(mostNamed);
    public NameList Removed { get; } = new(mostNamed);
    public NameList Changed { get; } = new(mostNamed);
    public NameList MetadataOnly { get; } = new(mostNamed);
    /// <summary>Items of which nobody knows whether they are the same.</summary>
    public NameList Unreadable { get; } = new(mostNamed);

    public void Run(IEnumerable<ManifestEntry> expected, IEnumerable<TreeItem> items, CancellationToken cancellation)
    {
        using var left = expected.GetEnumerator();
        using var right = items.GetEnumerator();
        var (more, there) = (left.MoveNext(), right.MoveNext());
        while (more || there)
        {
            cancellation.ThrowIfCancellationRequested();
            if (there && right.Current.Error is { } error)
            {
                // of a folder that cannot be read nothing below it is known: neither there nor gone
                var path = right.Current.Path;
                if (more && ManifestOrder.Instance.Compare(left.Current.Path, path) < 0)
                {
                    Removed.Add(left.Current.Path);
                    more = left.MoveNext();
                    continue;
                }
                Unreadable.Add(path.Length == 0 ? error : path);
                while (more && (left.Current.Path == path || path.Length == 0 || left.Current.Path.StartsWith(path + "/", StringComparison.Ordinal))) more = left.MoveNext();
                there = right.MoveNext();
                continue;
            }
            var order = !more ? 1 : !there ? -1 : ManifestOrder.Instance.Compare(left.Current.Path, right.Current.Path);
            if (order < 0) Removed.Add(left.Current.Path);
            else if (order > 0) { if (right.Current.Stat!.Kind is FileKind.File or FileKind.Link) Added.Add(right.Current.Path); }
            else Pair(left.Current, right.Current, cancellation);
            if (order <= 0) more = left.MoveNext();
            if (order >= 0) there = right.MoveNext();
        }
    }

    private void Pair(ManifestEntry before, TreeItem item, CancellationToken cancellation)
    {
        try
        {
            if (item.Stat!.Kind is not (FileKind.File or FileKind.Link)) { Changed.Add(item.Path); return; }
            ManifestEntry now;
            if (item.Stat.Kind == FileKind.Link) now = ManifestEntry.OfLink(item);
            // another size is another content: no need to read it
            else if (before.Bytes is { } bytes && bytes != item.Stat.Bytes) { Changed.Add(item.Path); return; }
            else
            {
                var (size, hash) = FileHash.Of(item.Full, cancellation);
                now = ManifestEntry.OfFile(item, size, hash);
            }
            if (!before.SameContent(now)) Changed.Add(item.Path);
            else if (!before.SameMetadata(now)) MetadataOnly.Add(item.Path);
            else Same++;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { Unreadable.Add(item.Path); }
    }
}

/// <summary>A count, and the first names.</summary>
internal sealed class NameList(int most)
{
    private readonly List<string> _names = [];
    public long Count { get; private set; }
    public IReadOnlyList<string> Names => _names;

    public void Add(string name)
    {
        Count++;
        if (_names.Count < most) _names.Add(name);
    }

    public override string ToString() => $"{Count}{(Count == 0 ? "" : $" ({string.Join(", ", _names.Take(3))}{(Count > 3 ? ", …" : "")})")}";
}
