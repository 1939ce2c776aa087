using System.Globalization;
using System.IO.Enumeration;
using System.Text.Json;
using System.Text.RegularExpressions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Probes.Integrity;
using NodaTime;
using NodaTime.TimeZones;

namespace IncidentTools.Engine.Probes.Backups;

/// <param name="Path">Full path, or remote:path.</param>
/// <param name="Bytes">-1 when it is not known: a folder on a remote.</param>
/// <param name="TimedBy">name or modified: the time of a copied file may lie.</param>
internal sealed record BackupItem(string Name, string Path, long Bytes, DateTimeOffset At, string TimedBy);

/// <summary>The backups of one set, local or remote. Nothing there is an empty list; a place that cannot be reached is an error.</summary>
internal static class BackupListing
{
    private const int MostItems = 100_000;

    /// <param name="clock">Finds the time in a name; null = the time of the last change.</param>
    public static async Task<IReadOnlyList<BackupItem>> ReadAsync(Arguments with, NameClock? clock, ProbeContext context, TimeSpan timeout, CancellationToken cancellation)
    {
        var pattern = with.TextOrNull("pattern") ?? "*";
        if (with.Has("path") == with.Has("remote")) throw new CannotCheckException(ProbeErrors.InvalidArgument, "either path or remote is needed");
        var items = with.Has("path")
            ? await Task.Run(() => Local(with.Text("path"), pattern, with.Text("kind") == "folders", clock), cancellation).WaitAsync(timeout, context.Time, cancellation).ConfigureAwait(false)
            : await RemoteAsync(with, pattern, clock, context, timeout, cancellation).ConfigureAwait(false);
        return [.. items.OrderBy(item => item.At).ThenBy(item => item.Name, StringComparer.Ordinal)];
    }

    private static List<BackupItem> Local(string folder, string pattern, bool folders, NameClock? clock)
    {
        if (!Path.IsPathFullyQualified(folder)) throw new CannotCheckException(ProbeErrors.InvalidTarget, $"'{folder}' is not a full path");
        try
        {
            // a mount that is not there looks like a folder that was deleted: both are bad, and which of them nobody knows
            if (!Directory.Exists(folder)) return FileStat.Read(folder) is null ? [] : throw new CannotCheckException(ProbeErrors.InvalidTarget, $"{folder} is not a folder");
            var found = new List<BackupItem>();
            foreach (var path in Directory.EnumerateFileSystemEntries(folder, "*", new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false }))
            {
                var name = Path.GetFileName(path);
                if (!FileSystemName.MatchesSimpleExpression(pattern, name, OperatingSystem.IsWindows()) || FileStat.Read(path) is not { } stat || stat.Kind != (folders ? FileKind.Folder : FileKind.File)) continue;
                if (found.Count >= MostItems) throw new CannotCheckException(ProbeErrors.LimitExceeded, $"{folder} holds more than {MostItems} backups");
                found.Add(Item(name, path, folders ? Size(path) : stat.Bytes, stat.ModifiedAt, clock));
            }
            return found;
        }
        catch (UnauthorizedAccessException error) { throw new CannotCheckException(ProbeErrors.PermissionDenied, error.Message); }
        catch (IOException error) { throw new CannotCheckException(ProbeErrors.Unreadable, error.Message); }
    }

    private static long Size(string folder) => new TreeWalk(folder, [], []).Items().Sum(item => item.Error is null ? item.Stat!.Bytes : throw new IOException(item.Error));

    private static async Task<List<BackupItem>> RemoteAsync(Arguments with, string pattern, NameClock? clock, ProbeContext context, TimeSpan timeout, CancellationToken cancellation)
    {
        var (remote, folders) = (with.Text("remote"), with.Text("kind") == "folders");
        // a folder there has no time of its own that says anything, and no size
        if (folders && clock is null) throw new CannotCheckException(ProbeErrors.NotSupported, "folders on a remote have no time that can be relied on: give timeFormat");
        var result = await Rclone.AskAsync(Rclone.Line(with.TextOrNull("config"), ["lsjson", folders ? "--dirs-only" : "--files-only", "--no-mimetype"], remote), context, timeout, cancellation).ConfigureAwait(false);
        if (result.ExitCode is Rclone.FolderMissing or Rclone.FileMissing) return [];
        if (result.ExitCode != 0) throw Rclone.Failed(result);
        try
        {
            using var json = JsonDocument.Parse(result.Output);
            return [.. json.RootElement.EnumerateArray().Select(item => (Name: item.GetProperty("Name").GetString()!, Size: item.GetProperty("Size").GetInt64(), At: item.GetProperty("ModTime").GetDateTimeOffset()))
                .Where(item => FileSystemName.MatchesSimpleExpression(pattern, item.Name, ignoreCase: false))
                .Select(item => Item(item.Name, remote.EndsWith(':') || remote.EndsWith('/') ? remote + item.Name : $"{remote}/{item.Name}", item.Size, item.At, clock))];
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException) { throw new CannotCheckException(ProbeErrors.InvalidResponse, $"rclone's list of {remote} cannot be read: {error.Message}"); }
    }

    private static BackupItem Item(string name, string path, long bytes, DateTimeOffset modified, NameClock? clock) => clock is null ? new BackupItem(name, path, bytes, modified.ToUniversalTime(), "modified")
        : clock.Find(name) is { } at ? new BackupItem(name, path, bytes, at, "name") : throw new CannotCheckException(ProbeErrors.NoTimestamps, $"{name} has no time like {clock.Format} in its name");
}

/// <summary>Finds a time such as <c>yyyyMMdd-HHmmss</c> in a name.</summary>
internal sealed partial class NameClock
{
    private readonly Regex _digits;
    private readonly DateTimeZone _zone;

    public NameClock(string format, string zone)
    {
        Format = format;
        _zone = DateTimeZoneProviders.Tzdb.GetZoneOrNull(zone) ?? throw new CannotCheckException(ProbeErrors.InvalidArgument, $"there is no time zone '{zone}'");
        if (!format.Contains("yy", StringComparison.Ordinal) || !format.Contains("MM", StringComparison.Ordinal) || !format.Contains("dd", StringComparison.Ordinal)) throw new CannotCheckException(ProbeErrors.InvalidArgument, $"'{format}' has not year, month and day");
        _digits = new Regex("(?<![0-9])" + Letters().Replace(Regex.Escape(format), match => $"[0-9]{{{match.Length}}}") + "(?![0-9])", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
    }

    private static readonly ZoneLocalMappingResolver Earlier = Resolvers.CreateMappingResolver(Resolvers.ReturnEarlier, Resolvers.ReturnForwardShifted);

    public string Format { get; }

    /// <summary>Null when there is none. A local time that is there twice, when clocks are set back, is the earlier one: no backup is made younger than it is.</summary>
    public DateTimeOffset? Find(string name)
    {
        foreach (Match match in _digits.Matches(name))
        {
            if (!DateTime.TryParseExact(match.Value, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)) continue;
            return LocalDateTime.FromDateTime(local).InZone(_zone, Earlier).ToInstant().ToDateTimeOffset();
        }
        return null;
    }

    [GeneratedRegex("y+|M+|d+|H+|m+|s+|f+", RegexOptions.CultureInvariant)] private static partial Regex Letters();
}
