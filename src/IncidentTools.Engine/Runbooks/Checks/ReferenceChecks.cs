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

    public static void Check(PlainMap map, IReadOnlyList<UsedPath> paths, IReadOnlyList<StepDraft> drafts, IReadOnlyCollection<string>? service, ScalarPlaces places, DiagnosticBag bag)
    {
        if (paths.Count == 0) return;
        var parameters = map.Map("parameters").Keys.ToArray();
        var steps = map.List("steps").Concat(map.List("handlers")).OfType<PlainMap>().Select(step => step.TextOrNull("id")).OfType<string>().ToArray();
        var variables = drafts.SelectMany(draft => draft.Step.Set.Keys).Distinct(StringComparer.Ordinal).ToArray();
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
                case "item": bag.Error("IT3009", Place(), used.At, "$item exists only inside foreach"); break;
                case "params" when parts.Length > 1: Find(parts[1], parameters, "IT3011", "parameter"); break;
                case "vars" when parts.Length > 1: Find(parts[1], variables, "IT3012", "variable that a set step sets, named"); break;
                case "service" when parts.Length > 1 && service is not null && !parts[1].StartsWith("x-", StringComparison.Ordinal): Find(parts[1], service, "IT3013", "key of a service named"); break;
                case "run" when parts.Length > 1: Find(parts[1], RunMembers, "IT3013", "member of a run named"); break;
                case "step" when parts.Length > 1: Find(parts[1], [.. VisitMembers.Union(StepMembers)], "IT3013", "member of $step named"); break;
                case "steps" when parts.Length > 1:
                    Find(parts[1], steps, "IT3010", "step");
                    if (parts.Length > 2) Find(parts[2], StepMembers, "IT3013", "member of a step named");
                    break;
                case var root when !Roots.Contains(root, StringComparer.Ordinal):
                    bag.Error("IT3009", Place(), used.At, $"there is no ${parts[0]}", Nearest.Hint("$" + root, [.. Roots.Where(name => name != "item").Select(name => "$" + name)]));
                    break;
            }
        }
    }
}
