using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Workspace.Services;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Workspace;

/// <summary>How alerts and failing probes become incidents.</summary>
/// <param name="BlindAfter">Ticks in a row that a check could not be made before that is a finding of its own.</param>
/// <param name="Correlate">How close in time faults of one service are one incident.</param>
/// <param name="Storm">More services than this that fail anew in one tick are one incident.</param>
/// <param name="ServiceLabels">Labels of an alert that may name its service, the first that fits.</param>
/// <param name="Grades">Word for the severity of an alert → impact and urgency; "default" for any other.</param>
public sealed record DetectionPolicy(int BlindAfter, TimeSpan Correlate, int Storm, IReadOnlyList<MaintenanceWindow> Maintenance, IReadOnlyList<string> ServiceLabels, IReadOnlyDictionary<string, AlertGrade> Grades)
{
    /// <summary>What holds where policy.yaml says nothing.</summary>
    public static DetectionPolicy Default { get; } = DetectionFile.Bind(PlainMap.Defaults(DetectionFile.Shape));

    public AlertGrade GradeOf(string? word) => Grades.TryGetValue((word ?? "default").Trim().ToLowerInvariant(), out var grade) ? grade : Grades.TryGetValue("default", out var usual) ? usual : new AlertGrade(2, 2, []);
}

/// <param name="Conditions">Conditions of the policy that come with it.</param>
public sealed record AlertGrade(int Impact, int Urgency, IReadOnlyList<string> Conditions);

/// <summary><c>detection:</c> of policy.yaml.</summary>
internal static class DetectionFile
{
    private static readonly string[] Labels = ["incident_service", "service", "service_name", "service_id", "app", "application", "component", "job", "instance"];
    private static readonly (string Word, long Impact, long Urgency)[] Words =
    [
        ("critical", 1, 1), ("page", 1, 1), ("high", 1, 2), ("error", 2, 1), ("major", 2, 1), ("warning", 2, 2), ("low", 3, 2), ("minor", 3, 2), ("info", 3, 3), ("none", 3, 3), ("default", 2, 2),
    ];

    public static readonly ObjectShape Shape = new("detection",
        Optional("blindAfter", Int with { Min = 2, Max = 10 }, "ticks in a row that a check could not be made before that is an incident of its own", 5L),
        Optional("correlate", Shapes.Duration with { Max = 86400 }, "faults of one service within this time are one incident", TimeSpan.FromMinutes(15)),
        Optional("storm", Int with { Min = 2, Max = 1000 }, "more services than this that fail anew in one tick are one incident", 10L),
        Optional("maintenance", MaintenanceShape.Shape, "windows in which nothing is opened for any service"),
        Optional("serviceLabels", ListOf(Text, allowSingle: true), "labels of an alert that may name its service, the first that fits", Labels.ToList<object?>()),
        Optional("severity", new MapShape(new ObjectShape("the grade of an alert",
            Required("impact", Int with { Min = 1, Max = 3 }, "1 extensive, 2 significant, 3 minor"),
            Required("urgency", Int with { Min = 1, Max = 3 }, "1 grows by the minute, 2 worsens today, 3 stable"),
            Optional("conditions", ListOf(Slug, allowSingle: true), "conditions that come with it"))) { KeyPattern = "^[a-z0-9][a-z0-9_-]*$" }, "the word that an alert has for its severity → its grade; default = any other word"));

    public static DetectionPolicy Bind(PlainMap map) => new(
        (int)(long)(map.Get("blindAfter") ?? 5L), map.Get("correlate") as TimeSpan? ?? TimeSpan.FromMinutes(15), (int)(long)(map.Get("storm") ?? 10L), MaintenanceShape.Bind(map.List("maintenance")),
        map.Get("serviceLabels") is IReadOnlyList<object?> labels ? [.. labels.OfType<string>()] : Labels, Grades(map.MapOrNull("severity")));

    public static void Check(PlainMap policy, DiagnosticBag bag)
    {
        var detection = policy.Map("detection");
        MaintenanceShape.Check(detection.List("maintenance"), "detection.maintenance", bag);
        var conditions = policy.Map("severity").Map("conditions").Keys.ToArray();
        foreach (var (word, grade) in detection.Map("severity").Maps())
            foreach (var condition in grade.Texts("conditions").Where(condition => !conditions.Contains(condition, StringComparer.Ordinal)))
                bag.Error("IT3041", grade.At("conditions"), $"detection.severity.{word}.conditions", $"there is no condition '{condition}' in policy.yaml", Nearest.Hint(condition, conditions));
    }

    private static IReadOnlyDictionary<string, AlertGrade> Grades(PlainMap? given)
    {
        var grades = Words.ToDictionary(word => word.Word, word => new AlertGrade((int)word.Impact, (int)word.Urgency, []), StringComparer.Ordinal);
        foreach (var (word, grade) in given?.Maps() ?? []) grades[word] = new AlertGrade((int)(long)grade.Get("impact")!, (int)(long)grade.Get("urgency")!, grade.Texts("conditions"));
        return grades;
    }
}
