using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Foundation.Yaml;

namespace IncidentTools.Engine.Runbooks.Checks;

/// <summary>What expressions read: every root, parameter, step and variable must exist, except on the left of <c>??</c>.</summary>
internal static class ReferenceChecks
{
    /// <summary>What stands before the first dot.</summary>
    public static readonly string[] Roots = ["params", "service", "incident", "run", "vars", "now", "steps", "step", "item"];
    /// <summary>What a finished step offers: <c>$steps.http.value</c>. These three lists say what a run gives; a test holds them to it.</summary>
    public static readonly string[] StepMembers = ["state", "status", "value", "error", "message", "visit", "attempts", "startedAt", "endedAt", "observations", "output", "outputs"];
    public static readonly string[] RunMembers = ["id", "runbook", "version", "title", "startedAt", "startedBy", "evidence"];
    /// <summary>Of the visit that asks: <c>$step.intendedAt</c>. Once it is finished, in outputs and undo, it has those of a step, too.</summary>
    public static readonly string[] VisitMembers = ["id", "visit", "attempt", "enteredAt", "intendedAt", "path"];

    public static void Check(PlainMap map, IReadOnlyList<UsedPath> paths, RunbookOutline outline, IReadOnlyCollection<string>? service, ScalarPlaces places, DiagnosticBag bag)
    {
        if (paths.Count == 0) return;
        var parameters = map.Map("parameters").Keys.ToArray();
        var variables = outline.Drafts.SelectMany(draft => draft.Step.Set.Keys).Distinct(StringComparer.Ordinal).ToArray();
        foreach (var used in paths)
        {
            if (used.Optional) continue;
            var parts = used.Path.Split('.', '[');
            SourceSpan Place() => places.At(used.Scalar, used.Value, used.Offset, used.Path.Length);
            void Find(string name, IReadOnlyCollection<string> known, string code, string what)
            {
                if (!known.Contains(name, StringComparer.OrdinalIgnoreCase)) bag.Error(code, Place(), used.At, $"there is no {what} '{name}'", Nearest.Hint(name, known));
            }
            switch (parts[0].ToLowerInvariant())
            {
                case "params" when parts.Length > 1: Find(parts[1], parameters, "IT3011", "parameter"); break;
                case "vars" when parts.Length > 1: Find(parts[1], variables, "IT3012", "variable that a set step sets, named"); break;
                case "service" when parts.Length > 1 && service is not null && !parts[1].StartsWith("x-", StringComparison.Ordinal): Find(parts[1], service, "IT3013", "key of a service named"); break;
                case "run" when parts.Length > 1: Find(parts[1], RunMembers, "IT3013", "member of a run named"); break;
                case "step" when parts.Length > 1: Find(parts[1], [.. VisitMembers.Union(StepMembers)], "IT3013", "member of $step named"); break;
                case "steps" when parts.Length > 1:
                    Step(parts[1], used, outline, Place, bag);
                    if (parts.Length > 2) Find(parts[2], StepMembers, "IT3013", "member of a step named");
                    if (parts.Length > 3 && parts[2].Equals("outputs", StringComparison.OrdinalIgnoreCase) && outline.Drafts.FirstOrDefault(draft => draft.Step.Id.Equals(parts[1], StringComparison.OrdinalIgnoreCase)) is { } named)
                    {
                        if (named.Step.Foreach is not null) bag.Error("IT3017", Place(), used.At, $"the outputs of a foreach are those of its items", $"Read $steps.{parts[1]}.value: a list, in the order of the items.");
                        else Find(parts[3], [.. named.Step.Outputs.Select(output => output.Name)], "IT3017", $"output of '{parts[1]}' named");
                    }
                    break;
                case var root when root == "item" || !Roots.Contains(root, StringComparer.Ordinal):
                    Item(root, parts[0], used, outline, Place, bag);
                    break;
            }
        }
    }

    private static void Step(string id, UsedPath used, RunbookOutline outline, Func<SourceSpan> place, DiagnosticBag bag)
    {
        var scope = outline.ScopeAt(used.At);
        if (outline.IsVisible(id, scope.List) || scope.Inner.Any(list => list.Ids.Contains(id, StringComparer.OrdinalIgnoreCase))) return;
        var all = outline.Lists.SelectMany(list => list.Ids).ToArray();
        if (!all.Contains(id, StringComparer.OrdinalIgnoreCase)) bag.Error("IT3010", place(), used.At, $"there is no step '{id}'", Nearest.Hint(id, [.. all.Where(name => outline.IsVisible(name, scope.List))]));
        else bag.Error("IT3015", place(), used.At, $"'{id}' stands in {NameChecks.Where(outline, id)} and is not seen from here", "Give the step around it outputs: [{ name: …, value: $steps." + id + ".value }] and read those.");
    }

    private static void Item(string root, string written, UsedPath used, RunbookOutline outline, Func<SourceSpan> place, DiagnosticBag bag)
    {
        var items = outline.ScopeAt(used.At).Items;
        if (items.Contains(root, StringComparer.OrdinalIgnoreCase)) return;
        if (root == "item") bag.Error("IT3009", place(), used.At, "$item exists only inside foreach");
        else if (outline.Lists.Any(list => root.Equals(list.Item, StringComparison.OrdinalIgnoreCase))) bag.Error("IT3009", place(), used.At, $"${written} exists only inside its foreach");
        else bag.Error("IT3009", place(), used.At, $"there is no ${written}", Nearest.Hint("$" + root, [.. Roots.Where(name => name != "item").Concat(items).Distinct().Select(name => "$" + name)]));
    }
}
