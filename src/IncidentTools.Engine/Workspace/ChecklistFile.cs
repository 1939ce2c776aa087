using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Workspace;

/// <summary>The response checklist: what must be there in an incident, in the order in which it is looked at.</summary>
public sealed record Checklist(string Name, IReadOnlyList<ChecklistLine> Lines);

/// <param name="Applies">Any of them must fit; none = always.</param>
/// <param name="Proof">The fact of the journal that shows it; null = only a person can say so.</param>
public sealed record ChecklistLine(string Id, string Phase, string Text, string Role, string Evidence, IReadOnlyList<AppliesWhen> Applies, string? Proof, ChecklistDue? Due);

/// <summary>Every list that is not empty must hold the incident's value.</summary>
public sealed record AppliesWhen(IReadOnlyList<string> Classes, IReadOnlyList<string> Conditions, IReadOnlyList<string> Severities)
{
    public bool Fits(string @class, IEnumerable<string> conditions, string severity) =>
        (Classes.Count == 0 || Classes.Contains(@class)) && (Conditions.Count == 0 || conditions.Any(condition => Conditions.Contains(condition))) && (Severities.Count == 0 || Severities.Contains(severity));
}

/// <param name="Clock">Due when this clock is; else <paramref name="Within"/> after <paramref name="From"/>.</param>
public sealed record ChecklistDue(string? Clock, string From, TimeSpan Within);

/// <summary>checklist.yaml: its shape, and its plain data as a <see cref="Checklist"/>.</summary>
internal static class ChecklistFile
{
    /// <summary>Facts that the journal of an incident shows by itself.</summary>
    public static IReadOnlyDictionary<string, string> Proofs { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["declared"] = "the incident was declared", ["severity"] = "a level with its reasons", ["onset"] = "when the impact began", ["acknowledged"] = "somebody acknowledged it", ["class"] = "its class",
        ["commander"] = "an incident commander is named", ["scribe"] = "a scribe is named", ["communications"] = "a communications lead is named", ["security-lead"] = "a security lead is named", ["privacy-officer"] = "a privacy officer is named",
        ["first-notice"] = "an update was posted", ["client-notice"] = "clients were told", ["cadence"] = "the last update is not overdue", ["regraded"] = "the level was looked at again and changed",
        ["runbook"] = "a runbook was run for it", ["evidence"] = "a run kept logs or evidence with a manifest", ["finding"] = "a finding was noted", ["cause"] = "a cause was noted", ["decision"] = "a decision was noted", ["changed"] = "a step of a run with an effect succeeded",
        ["approved"] = "a step of a run was approved", ["mitigated"] = "when users stopped being affected", ["resolved"] = "it was resolved", ["review"] = "the review was recorded", ["closed"] = "it was closed",
        ["clocks"] = "every statutory clock that runs is met or not required",
    };

    internal static readonly ObjectShape Applies = new("where it applies",
        Optional("classes", ListOf(OneOf("availability", "security", "data", "compliance"), allowSingle: true), "classes of incident"),
        Optional("conditions", ListOf(Slug, allowSingle: true), "conditions of policy.yaml, any of them"),
        Optional("severities", ListOf(OneOf(PolicyFile.Levels), allowSingle: true), "levels"));

    public static readonly ObjectShape Shape = new("checklist.yaml",
        Required("schema", OneOf("incidenttools/checklist/v1"), "the format"),
        Required("name", Text, "shown with it"),
        Required("items", new MapShape(new ObjectShape("an item",
            Required("phase", OneOf("detect", "triage", "investigate", "resolve", "verify", "communicate", "recover", "review"), "where it belongs"),
            Required("text", Text with { Min = 1 }, "what must be there"),
            Optional("role", Slug, "the role of policy.yaml that sees to it", ""),
            Optional("evidence", Text, "what would show it", ""),
            Optional("applies", ListOf(Applies, allowSingle: true), "where it applies, any of them; else everywhere"),
            Optional("proof", OneOf([.. Proofs.Keys]), "the fact of the journal that shows it"),
            Optional("due", new ObjectShape("a time",
                Optional("clock", Text with { Min = 1 }, "when this clock of the incident is due: Acknowledge, Update, ClientNotice, Resolve, Review"),
                Optional("from", OneOf("declared", "acknowledged", "mitigated", "resolved"), "or counted from this moment", "declared"),
                Optional("within", Shapes.Duration with { Min = 1 }, "how long after it")), "when it should be done"))) { KeyPattern = "^[a-z0-9][a-z0-9-]*$" }, "what must be there, in order"));

    /// <summary>What the shape cannot see: names of the policy, and a time that says from when.</summary>
    public static void Check(PlainMap file, PlainMap? policy, DiagnosticBag bag)
    {
        foreach (var (id, item) in file.Map("items").Maps())
        {
            if (policy is not null && item.IsWritten("role") && !policy.Map("roles").ContainsKey(item.Text("role")))
                bag.Error("IT3060", item.At("role"), $"items.{id}.role", $"policy.yaml has no role '{item.Text("role")}'", Nearest.Hint(item.Text("role"), policy.Map("roles").Keys));
            foreach (var applies in item.List("applies").OfType<PlainMap>()) CheckApplies(applies, policy, $"items.{id}.applies", bag);
            if (item.MapOrNull("due") is { } due && due.IsWritten("clock") == due.IsWritten("within"))
                bag.Error("IT2040", due.Span, $"items.{id}.due", "give either clock or within", "clock: Update is due with that clock; from: declared with within: 15m counts from there.");
        }
    }

    internal static void CheckApplies(PlainMap applies, PlainMap? policy, string path, DiagnosticBag bag)
    {
        if (policy is null) return;
        var known = policy.Map("severity").Map("conditions");
        var conditions = applies.List("conditions");
        for (var index = 0; index < conditions.Count; index++)
            if (conditions[index] is string condition && !known.ContainsKey(condition)) bag.Error("IT3061", conditions.At(index), path, $"policy.yaml has no condition '{condition}'", Nearest.Hint(condition, known.Keys));
    }

    public static Checklist Bind(PlainMap file) => new(file.Text("name"), [.. file.Map("items").Maps().Select(pair => new ChecklistLine(
        pair.Key, pair.Value.Text("phase"), pair.Value.Text("text"), pair.Value.TextOrNull("role") ?? "", pair.Value.TextOrNull("evidence") ?? "", AppliesOf(pair.Value.List("applies")), pair.Value.TextOrNull("proof"),
        pair.Value.MapOrNull("due") is { } due ? new ChecklistDue(due.TextOrNull("clock"), due.TextOrNull("from") ?? "declared", due.Get("within") as TimeSpan? ?? TimeSpan.Zero) : null))]);

    internal static IReadOnlyList<AppliesWhen> AppliesOf(PlainList list) => [.. list.OfType<PlainMap>().Select(map => new AppliesWhen(map.Texts("classes"), map.Texts("conditions"), map.Texts("severities")))];
}
