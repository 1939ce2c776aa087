using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace IncidentTools.Base;

/// <summary>From what users type in hashtables to the plain data that the engine keeps: text, long, double, bool, TimeSpan, DateTimeOffset, lists and maps.</summary>
internal static class PlainData
{
    private const int MaxDepth = 16;

    /// <summary>The members of a hashtable; their names in lower case, as runbooks write them.</summary>
    /// <exception cref="IncidentToolsException">ValueNotPlain.</exception>
    public static IReadOnlyDictionary<string, object?> Members(string parameter, IDictionary? given)
    {
        var members = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in given ?? new Hashtable())
        {
            var name = Key(entry.Key).ToLowerInvariant();
            members[name] = Of($"-{parameter} {name}", entry.Value, 0);
        }
        return members;
    }

    private static object? Of(string path, object? value, int depth)
    {
        if (depth > MaxDepth) throw Errors.ValueNotPlain(path, $"something nested more than {MaxDepth} deep");
        if (value is PSObject { BaseObject: PSCustomObject } record) return Map(path, record.Properties.Select(property => (property.Name, (object?)property.Value)), depth);
        var plain = value is PSObject wrapped ? wrapped.BaseObject : value;
        return plain switch
        {
            null or string or bool or long or double or TimeSpan or DateTimeOffset => plain,
            char or Guid or Version or Uri or FileSystemInfo or System.Net.IPAddress or Enum => plain.ToString(),
            // how they read inside a text: their id
            Incident or RunbookRun or Runbook => plain.ToString(),
            SwitchParameter flag => flag.ToBool(),
            sbyte or byte or short or ushort or int or uint => Convert.ToInt64(plain, CultureInfo.InvariantCulture),
            ulong or decimal => Number(Convert.ToDecimal(plain, CultureInfo.InvariantCulture)),
            float single => double.Parse(single.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture),
            DateTime time => new DateTimeOffset(time),
            IDictionary map => Map(path, map.Keys.Cast<object>().Select(key => (Key(key), map[key])), depth),
            IEnumerable list => list.Cast<object?>().Select((item, index) => Of($"{path}[{index}]", item, depth + 1)).ToList(),
            _ => throw Errors.ValueNotPlain(path, $"a {plain.GetType().Name}"),
        };
    }

    private static Dictionary<string, object?> Map(string path, IEnumerable<(string Name, object? Value)> members, int depth)
    {
        var map = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in members) map[name] = Of($"{path}.{name}", value, depth + 1);
        return map;
    }

    private static object Number(decimal value) => decimal.Truncate(value) == value && value is >= long.MinValue and <= long.MaxValue ? (long)value : (double)value;

    private static string Key(object key) => Convert.ToString(key is PSObject wrapped ? wrapped.BaseObject : key, CultureInfo.InvariantCulture) ?? "";
}
