using System.Text.RegularExpressions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Workspace.Services;

/// <summary><c>databases</c>: those it keeps its data in, the most important first; each is what a step's <c>connection</c> takes.</summary>
internal static partial class DatabasesShape
{
    public static Field Field { get; } = Optional("databases", ListOf(DatabaseShape.Shape), "databases it keeps its data in, the most important first");

    /// <summary>What one field by itself cannot tell: an address without a password in it, names that differ, what an engine needs.</summary>
    public static void Check(string id, PlainMap service, DiagnosticBag bag)
    {
        var databases = service.List("databases");
        for (var index = 0; index < databases.Count; index++)
        {
            if (databases[index] is not PlainMap database) continue;
            var path = $"services.{id}.databases[{index}]";
            Passwords(database, path, bag);
            if (database.TextOrNull("engine") == "sqlite" && database.TextOrNull("file") is null)
                bag.Error("IT3071", database.Span, path, "a database of sqlite needs its file", "Add file: with the full path");
            if (database.TextOrNull("engine") is { } engine and not "sqlite" && database.TextOrNull("host") is null)
                bag.Error("IT3071", database.Span, path, $"a database of {engine} needs its host", "Add host: with a name or address");
            var names = new HashSet<string>(StringComparer.Ordinal) { database.TextOrNull("name") ?? "" };
            foreach (var replica in database.List("replicas").OfType<PlainMap>())
            {
                Passwords(replica, $"{path}.replicas", bag);
                if (!names.Add(replica.TextOrNull("name") ?? "")) bag.Error("IT3072", replica.At("name"), $"{path}.replicas", $"there is another server called '{replica.TextOrNull("name")}'", "Give each its own name: a promotion goes by it");
            }
        }
    }

    private static void Passwords(PlainMap map, string path, DiagnosticBag bag)
    {
        foreach (var key in map.Keys)
            if (map.TextOrNull(key) is { } text && Password().IsMatch(text))
                bag.Error("IT3070", map.At(key), $"{path}.{key}", "there is a password in it", "Name a secret instead (secret:<name>); this one is known to whoever can read the file: change it");
    }

    [GeneratedRegex(@"(?i)\b(password|pwd)\s*=\s*[^\s;]|://[^/\s:@]+:[^@\s/]+@")] private static partial Regex Password();
}
