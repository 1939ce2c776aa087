using System.Text.Json;
using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Probes.Security;

/// <param name="Added">What is there now and was not, with what it is.</param>
/// <param name="Changed">What is something else now.</param>
internal sealed record BaselineDifference(IReadOnlyDictionary<string, string> Added, IReadOnlyDictionary<string, string> Changed, IReadOnlyList<string> Removed)
{
    public bool IsEmpty => Added.Count == 0 && Changed.Count == 0 && Removed.Count == 0;

    public static BaselineDifference Of(IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> now) => new(
        now.Where(item => !before.ContainsKey(item.Key)).ToDictionary(StringComparer.Ordinal),
        now.Where(item => before.TryGetValue(item.Key, out var was) && was != item.Value).ToDictionary(item => item.Key, item => $"was {before[item.Key]}, is {item.Value}", StringComparer.Ordinal),
        [.. before.Keys.Where(key => !now.ContainsKey(key)).Order(StringComparer.Ordinal)]);
}

/// <summary>What a machine had when somebody knew that it was well: names with what each is, in a file that a person can read.</summary>
internal static class Baseline
{
    private const string Schema = "incidenttools/baseline/v1";
    private const int MaxBytes = 64 * 1024 * 1024;

    public static string Write(string kind, IReadOnlyDictionary<string, string> items, DateTimeOffset at) => PlainJson.Write(new Dictionary<string, object?>
    {
        ["schema"] = Schema, ["kind"] = kind, ["host"] = Environment.MachineName, ["at"] = UtcStamp.Format(at), ["items"] = items.ToDictionary(item => item.Key, item => (object?)item.Value),
    });

    /// <exception cref="CannotCheckException">Not there, not readable, not a baseline of this kind.</exception>
    public static IReadOnlyDictionary<string, string> Read(string path, string kind)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read);
            if (file.Length > MaxBytes) throw new CannotCheckException(ProbeErrors.InvalidArgument, $"{path} is too large for a baseline");
            using var document = JsonDocument.Parse(file);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || Text(root, "schema") != Schema) throw new CannotCheckException(ProbeErrors.InvalidArgument, $"{path} is no baseline");
            if (Text(root, "kind") != kind) throw new CannotCheckException(ProbeErrors.InvalidArgument, $"{path} is a baseline of {Text(root, "kind")}, not of {kind}");
            return root.GetProperty("items").EnumerateObject().ToDictionary(item => item.Name, item => item.Value.GetString() ?? "", StringComparer.Ordinal);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException) { throw new CannotCheckException(ProbeErrors.NotFound, $"there is no baseline {path}"); }
        catch (UnauthorizedAccessException) { throw new CannotCheckException(ProbeErrors.PermissionDenied, $"{path} may not be read"); }
        catch (Exception error) when (error is IOException or JsonException or KeyNotFoundException or InvalidOperationException) { throw new CannotCheckException(ProbeErrors.Unreadable, $"{path}: {error.Message}"); }
    }

    private static string? Text(JsonElement root, string name) => root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
