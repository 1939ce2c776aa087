using System.Globalization;
using System.IO.Enumeration;
using System.Text.RegularExpressions;

namespace IncidentTools.Engine.Probes.Backups;

/// <summary>What is missing in a set: time between two backups, a full one under the others, a segment of write-ahead log.</summary>
internal static partial class BackupChain
{
    private const int MostGaps = 20;

    /// <summary>Half as long again as it should be, twice in a row or not: that is one backup that was not made.</summary>
    public static IReadOnlyList<string> Gaps(IReadOnlyList<BackupItem> items, TimeSpan every) =>
        [.. items.Zip(items.Skip(1)).Where(pair => pair.Second.At - pair.First.At > every * 1.5).Take(MostGaps).Select(pair => $"{UtcStamp.Format(pair.First.At)} to {UtcStamp.Format(pair.Second.At)}")];

    /// <summary>Null when the newest backup builds on a full one that is there.</summary>
    public static string? WithoutFull(IReadOnlyList<BackupItem> items, string full) =>
        items.Any(item => FileSystemName.MatchesSimpleExpression(full, item.Name, OperatingSystem.IsWindows())) ? null : $"none of {items.Count} backups is a full one ({full}): what is there cannot be restored";

    /// <summary>Segments that are missing between the first and the last of each timeline. Compressed ones count as well.</summary>
    public static IReadOnlyList<string> MissingSegments(IEnumerable<string> names, long segmentBytes)
    {
        var perLog = (1L << 32) / segmentBytes;
        var missing = new List<string>();
        foreach (var line in names.Select(name => Segment().Match(name)).Where(match => match.Success).GroupBy(match => match.Groups[1].Value, StringComparer.Ordinal))
        {
            var numbers = line.Select(match => (Hex(match.Groups[2].Value) * perLog) + Hex(match.Groups[3].Value)).Distinct().Order().ToList();
            foreach (var (before, after) in numbers.Zip(numbers.Skip(1)))
                for (var number = before + 1; number < after && missing.Count < MostGaps; number++) missing.Add(string.Create(CultureInfo.InvariantCulture, $"{line.Key}{number / perLog:X8}{number % perLog:X8}"));
        }
        return missing;
    }

    public static bool IsSegment(string name) => Segment().IsMatch(name);
    private static long Hex(string text) => long.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})(\.(gz|zst|lz4|xz|bz2))?\z", RegexOptions.CultureInvariant)] private static partial Regex Segment();
}
