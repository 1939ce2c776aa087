using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Incidents;

/// <summary>What is owed on an incident now, most urgent first, each with a command to paste. Pure.</summary>
public static class NextSteps
{
    /// <param name="me">Who asks: proposed for roles that nobody has.</param>
    public static IReadOnlyList<IncidentNextStep> Of(IncidentRow row, Policy policy, DateTimeOffset now, string me)
    {
        var steps = new List<(int Weight, string What, DateTimeOffset? Due, string Command)>();
        foreach (var clock in IncidentClocks.Of(row, policy, now).Where(clock => clock.State is "Running" or "Missed"))
        {
            var late = clock.State == "Missed";
            var (what, command) = clock.Name switch
            {
                "Acknowledge" => ("Take it: nobody has acknowledged it yet", $"Confirm-Incident {row.Id}"),
                "Update" => ("Post an update", $"Send-IncidentUpdate {row.Id} -Audience internal -Body '…'"),
                "ClientNotice" => ("Tell the clients", $"Send-IncidentUpdate {row.Id} -Audience customers -Body '…'"),
                "Resolve" => ("Restore service, then resolve it", $"Resolve-Incident {row.Id} -Summary '…'"),
                _ => ("Write the review", $"Close-Incident {row.Id} -Review '…'"),
            };
            steps.Add((late ? 0 : clock.Name == "Acknowledge" ? 1 : clock.Name == "Resolve" ? 3 : 4, late ? what + " (overdue)" : what, clock.DueAt, command));
        }
        foreach (var role in policy.Roles.Where(role => row.IsOpen && role.RequiredFor.Contains(row.Severity.Level, StringComparer.Ordinal) && !row.Roles.ContainsKey(role.Id)))
            steps.Add((2, $"Name the {role.Title.ToLowerInvariant()}: {row.Severity.Level} may not go without", null, $"Set-IncidentRole {row.Id} -Role {role.Id} -Contact '{me.Replace("'", "''", StringComparison.Ordinal)}'"));
        if (row.State == IncidentStates.Resolved && steps.Count == 0) steps.Add((5, "Close it", null, $"Close-Incident {row.Id}"));
        return [.. steps.OrderBy(step => step.Weight).ThenBy(step => step.Due ?? DateTimeOffset.MaxValue).Select((step, index) => new IncidentNextStep(row.Id, index + 1, step.What, step.Due, step.Command))];
    }
}
