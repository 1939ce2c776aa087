using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Incidents;

/// <summary>Grades an incident by the policy: the matrix, then the cap, then whatever lifts it. Pure; the worst level wins.</summary>
public static class SeverityCalculator
{
    /// <exception cref="IncidentToolsException">RankInvalid, ConditionUnknown.</exception>
    public static SeverityRecord Decide(Policy policy, int impact, int urgency, IReadOnlyList<string> conditions)
    {
        if (impact is < 1 or > 3) throw Errors.RankInvalid("Impact", impact);
        if (urgency is < 1 or > 3) throw Errors.RankInvalid("Urgency", urgency);
        var hits = conditions.Distinct(StringComparer.Ordinal).Select(id => policy.Floors.FirstOrDefault(floor => floor.Id == id)
            ?? throw Errors.ConditionUnknown(id, Nearest.Hint(id, policy.Floors.Select(floor => floor.Id)))).ToArray();

        var matrix = policy.Matrix[$"{impact},{urgency}"];
        var reasons = new List<string> { $"Impact {impact} × urgency {urgency} gives {matrix}." };
        var level = matrix;
        // a cap limits what the matrix says; it never takes back what a condition demands
        foreach (var cap in hits.Where(hit => hit.Effect == "cap"))
        {
            reasons.Add($"{cap.Text}: at most {cap.Level}{(Worse(level, cap.Level) ? "" : ", which it is")}.");
            level = Milder(level, cap.Level);
        }
        var lifted = level;
        foreach (var hit in hits.Where(hit => hit.Effect != "cap"))
        {
            var floor = hit.Effect == "raise" ? Worst(OneUp(level), hit.Level) : hit.Level;
            reasons.Add(hit.Effect == "raise" ? $"{hit.Text}: one level up, at least {hit.Level}." : $"{hit.Text}: at least {hit.Level}.");
            lifted = Worst(lifted, floor);
        }
        return new SeverityRecord(lifted, matrix, impact, urgency, [.. hits.Select(hit => hit.Id)], reasons, policy.Name, policy.Hash);
    }

    public static bool Worse(string level, string than) => string.CompareOrdinal(level, than) < 0;
    private static string Worst(string a, string b) => Worse(a, b) ? a : b;
    private static string Milder(string a, string b) => Worse(a, b) ? b : a;
    private static string OneUp(string level) => level == "P0" ? "P0" : $"P{level[1] - '1'}";
}
