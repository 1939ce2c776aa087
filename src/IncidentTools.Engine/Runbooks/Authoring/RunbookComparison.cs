using System.Globalization;
using IncidentTools.Engine.Foundation.Shapes;

namespace IncidentTools.Engine.Runbooks.Authoring;

/// <summary>What two runbooks mean, side by side: comments, the order of keys, quotes and written defaults make no difference.</summary>
public static class RunbookComparison
{
    private static readonly string[] Apart = ["schema", "steps", "handlers", "every", "parameters", "symptoms", "outputs", "clock", "revisions"];

    public static IReadOnlyList<RunbookDifference> Compare(RunbookText before, RunbookText after)
    {
        var found = new DifferenceBag(before, after);
        var (old, now) = (before.Map, after.Map);
        foreach (var key in old.Keys.Concat(now.Keys).Except(Apart).Distinct().ToArray()) Fields(found, "Metadata", "", key, old.Get(key), now.Get(key));
        Keyed(found, "Revision", Named(old, "revisions", "version"), Named(now, "revisions", "version"));
        Keyed(found, "Symptom", Named(old, "symptoms", "id"), Named(now, "symptoms", "id"));
        Keyed(found, "Parameter", [.. old.Map("parameters").Maps()], [.. now.Map("parameters").Maps()]);
        Keyed(found, "Output", Named(old, "outputs", "name"), Named(now, "outputs", "name"));
        Keyed(found, "Clock", Named(old, "clock", "name"), Named(now, "clock", "name"));
        var (one, other) = (new RunbookOutline(old), new RunbookOutline(now));
        Keyed(found, "Every", [.. one.Every.Select(list => (list.Name, list.Source))], [.. other.Every.Select(list => (list.Name, list.Source))], "steps");
        Steps(found, one, other);
        return found.Items;
    }

    private static void Steps(DifferenceBag found, RunbookOutline before, RunbookOutline after)
    {
        var old = before.Drafts.ToDictionary(draft => draft.Step.Id, StringComparer.Ordinal);
        var now = after.Drafts.ToDictionary(draft => draft.Step.Id, StringComparer.Ordinal);
        foreach (var draft in before.Drafts.Where(draft => !now.ContainsKey(draft.Step.Id))) found.Add("Removed", Kind(draft), draft.Step.Id, null, draft.Step.Title, null);
        foreach (var draft in after.Drafts)
        {
            if (!old.TryGetValue(draft.Step.Id, out var earlier)) found.Add("Added", Kind(draft), draft.Step.Id, null, null, draft.Step.Title);
            else if (Place(earlier.List) != Place(draft.List)) found.Add("Moved", Kind(draft), draft.Step.Id, null, earlier.List.ToString(), draft.List.ToString());
        }
        foreach (var list in after.Lists)
        {
            if (before.Lists.FirstOrDefault(item => Place(item) == Place(list)) is not { } earlier) continue;
            var common = list.Ids.Where(earlier.Ids.Contains).ToArray();
            var places = common.ToDictionary(id => id, id => earlier.Ids.ToList().IndexOf(id), StringComparer.Ordinal);
            foreach (var id in common.Except(InOrder(common, places))) found.Add("Moved", list.Kind == StepListKind.Handlers ? "Handler" : "Step", id, null, Behind(earlier.Ids, id), Behind(list.Ids, id));
        }
        foreach (var draft in after.Drafts)
            if (old.TryGetValue(draft.Step.Id, out var earlier)) Step(found, earlier, draft);
    }

    private static void Step(DifferenceBag found, StepDraft before, StepDraft after)
    {
        var (old, now) = (Effective(before), Effective(after));
        foreach (var key in old.Keys.Concat(now.Keys).Except(["id", "steps", "branches"]).Distinct().ToArray()) Fields(found, Kind(after), after.Step.Id, key, old.GetValueOrDefault(key), now.GetValueOrDefault(key));
        Keyed(found, "Branch", Branches(before), Branches(after), "steps");
    }

    private static (string, PlainMap)[] Branches(StepDraft draft) => [.. draft.Inner.Where(list => list.Kind == StepListKind.Branch).Select(list => ($"{draft.Step.Id}/{list.Name}", list.Source))];

    /// <summary>A step's keys with what holds when they are not written.</summary>
    private static Dictionary<string, object?> Effective(StepDraft draft)
    {
        var keys = draft.Source.ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);
        var step = draft.Step;
        (keys["title"], keys["critical"], keys["impact"]) = (step.Title, step.IsCritical, step.Impact.ToString().ToLowerInvariant());
        keys["retry"] = Map(("delay", step.Retry.Delay), ("backoff", step.Retry.Backoff), ("maxDelay", step.Retry.MaxDelay), ("jitter", step.Retry.Jitter));
        keys["capture"] = Map(("maxLines", (long)step.Capture.MaxLines), ("maxBytes", (long)step.Capture.MaxBytes));
        return keys;
    }

    private static Dictionary<string, object?> Map(params (string Key, object? Value)[] members) => members.ToDictionary(member => member.Key, member => member.Value, StringComparer.Ordinal);

    private static void Keyed(DifferenceBag found, string kind, (string Key, PlainMap Value)[] before, (string Key, PlainMap Value)[] after, params string[] except)
    {
        foreach (var (key, value) in before)
            if (after.All(item => item.Key != key)) found.Add("Removed", kind, key, null, Show(value, except), null);
        foreach (var (key, value) in after)
        {
            var earlier = Array.FindIndex(before, item => item.Key == key);
            if (earlier < 0) found.Add("Added", kind, key, null, null, Show(value, except));
            else
                foreach (var name in before[earlier].Value.Keys.Concat(value.Keys).Except(except).Distinct().ToArray()) Fields(found, kind, key, name, before[earlier].Value.Get(name), value.Get(name));
        }
    }

    private static void Fields(DifferenceBag found, string kind, string item, string field, object? before, object? after)
    {
        if ((before, after) is (IReadOnlyDictionary<string, object?> or null, IReadOnlyDictionary<string, object?> or null) && (before ?? after) is not null)
        {
            var (old, now) = (before as IReadOnlyDictionary<string, object?>, after as IReadOnlyDictionary<string, object?>);
            foreach (var key in (old?.Keys ?? []).Concat(now?.Keys ?? []).Distinct().ToArray()) Fields(found, kind, item, $"{field}.{key}", old?.GetValueOrDefault(key), now?.GetValueOrDefault(key));
        }
        else if (Show(before) is var was && Show(after) is var @is && was != @is) found.Add("Changed", kind, item, field, was, @is);
    }

    private static (string, PlainMap)[] Named(PlainMap map, string list, string key) =>
        [.. map.List(list).OfType<PlainMap>().Select((item, index) => (item.TextOrNull(key) ?? $"{index + 1}", item)).DistinctBy(item => item.Item1)];

    private static string Kind(StepDraft draft) => draft.List.Outwards.Last().Kind == StepListKind.Handlers ? "Handler" : "Step";
    private static string Place(StepList list) => $"{list.Kind} {list.Owner} {list.Name}";
    private static string Behind(IReadOnlyList<string> ids, string id) => ids.ToList().IndexOf(id) is > 0 and var at ? $"after {ids[at - 1]}" : "first";

    /// <summary>The longest part that kept its order: all others moved.</summary>
    private static IEnumerable<string> InOrder(IReadOnlyList<string> ids, Dictionary<string, int> places)
    {
        var (length, previous) = (new int[ids.Count], new int[ids.Count]);
        var best = -1;
        for (var at = 0; at < ids.Count; at++)
        {
            (length[at], previous[at]) = (1, -1);
            for (var earlier = 0; earlier < at; earlier++)
                if (places[ids[earlier]] < places[ids[at]] && length[earlier] + 1 > length[at]) (length[at], previous[at]) = (length[earlier] + 1, earlier);
            if (best < 0 || length[at] > length[best]) best = at;
        }
        for (; best >= 0; best = previous[best]) yield return ids[best];
    }

    /// <summary>A value as one would write it; null when there is none.</summary>
    private static string? Show(object? value, params string[] except) => value switch
    {
        null => null,
        Template template => string.Concat(template.Parts.Select(part => part.IsExpression ? $"${{{{ {part.Text} }}}}" : part.Text.Replace("${{", "$${{", StringComparison.Ordinal))),
        Expression expression => expression.Text,
        string text => text,
        IReadOnlyDictionary<string, object?> map => $"{{ {string.Join(", ", map.Where(pair => !except.Contains(pair.Key)).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}: {Show(pair.Value) ?? "null"}"))} }}",
        IReadOnlyList<object?> list => $"[{string.Join(", ", list.Select(item => Show(item) ?? "null"))}]",
        TimeOnly time => time.ToString("HH:mm", CultureInfo.InvariantCulture),
        _ => ValueReader.Text(value),
    };

    private sealed class DifferenceBag(RunbookText before, RunbookText after)
    {
        public List<RunbookDifference> Items { get; } = [];
        public void Add(string change, string kind, string item, string? field, string? old, string? now) => Items.Add(new RunbookDifference
        {
            Name = after.Book.Id, From = before.Book.Version, To = after.Book.Version, Change = change, Kind = kind, Item = item, Field = field, Before = old, After = now,
        });
    }
}

/// <summary>A runbook read to be compared: what it means, and the plain data it came from.</summary>
public sealed record RunbookText(RunbookDefinition Book, PlainMap Map);
