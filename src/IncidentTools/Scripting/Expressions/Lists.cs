namespace IncidentTools.Scripting.Expressions;

/// <summary>Lists and maps as operands, within bounds.</summary>
internal static class Lists
{
    public static List<object?> Concat(IReadOnlyList<object?> left, IReadOnlyList<object?> right, Site site) =>
        (long)left.Count + right.Count <= Limits.Items ? [.. left, .. right] : throw TooMany(site);

    public static List<object?> Repeat(IReadOnlyList<object?> list, long count, Site site)
    {
        if (count < 0) throw site.Fail("a list cannot be repeated less than no time");
        if (list.Count > 0 && count > Limits.Items / list.Count) throw TooMany(site);
        var items = new List<object?>();
        if (list.Count > 0) for (var round = 0; round < count; round++) items.AddRange(list);
        return items;
    }

    public static Dictionary<string, object?> Merge(IReadOnlyDictionary<string, object?> left, IReadOnlyDictionary<string, object?> right, Site site)
    {
        var map = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in left.Concat(right))
            if (!map.TryAdd(key, value)) throw site.Fail($"both maps have the key '{key}'");
        return map;
    }

    /// <summary>A comparison with a list on its left gives the items it is true for, as in PowerShell.</summary>
    public static Func<object?, object?, Site, object?> Filter(Func<object?, object?, Site, bool> test) => (left, right, site) =>
        Values.IsList(left, out var items) ? items.Where(item => test(item, right, site)).ToList() : test(left, right, site);

    public static object? In(object? item, object? list, bool caseSensitive, Site site)
    {
        if (!Values.IsList(list, out var items)) throw site.Fail($"{Values.Describe(list)} is not a list; for a part of a text write -like '*…*' or -match");
        foreach (var each in items)
            if (Comparison.Same(each, item, caseSensitive, site)) return true;
        return false;
    }

    private static IncidentToolsException TooMany(Site site) => site.Fail($"a list has at most {Limits.Items} items");
}
