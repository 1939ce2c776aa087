using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Incidents;

/// <summary>A run and the step it is at, as far as that can be read.</summary>
public sealed record RunFact(RunbookRun Run, RunbookStep? At);

/// <summary>What is owed on an incident now, most urgent first, each with a command to paste. Pure.</summary>
public static class NextSteps
{
    /// <param name="me">Who asks: proposed for roles that nobody has.</param>
    /// <param name="runs">Every run of the incident, those that ended too.</param>
    /// <param name="checklist">The checklist of the incident, as far as it is known.</param>
    public static IReadOnlyList<IncidentNextStep> Of(IncidentRow row, Policy policy, DateTimeOffset now, string me, IReadOnlyList<RunFact> runs, IReadOnlyList<IncidentChecklistItem>? checklist = null)
    {
        var steps = new List<Owed>(runs.SelectMany(run => Of(run, now)));
        if (row is { IsOpen: true, Runbook: { } book } && runs.Count == 0) steps.Add(new(2, $"Run the runbook {book}", null, $"Invoke-Runbook -Incident {row.Id}"));
        foreach (var clock in IncidentClocks.Of(row, policy, now).Where(clock => clock.State is "Running" or "Missed"))
        {
            var late = clock.State == "Missed";
            var (what, command) = clock.Name switch
            {
                "Acknowledge" => ("Take it: nobody has acknowledged it yet", $"Confirm-Incident {row.Id}"),
                "Update" => ("Post an update", $"Send-IncidentUpdate {row.Id} -Audience internal -Body '…'"),
                "ClientNotice" => ("Tell the clients", $"Send-IncidentUpdate {row.Id} -Audience customers -Body '…'"),
                "Resolve" => ("Restore service, then resolve it", $"Resolve-Incident {row.Id} -Summary '…'"),
                _ when row.Clocks.FirstOrDefault(own => own.Name == clock.Name) is { } own => (own.Title.Length == 0 ? $"Meet the clock {own.Name}" : own.Title, $"Set-Incident {row.Id} -ClockMet {own.Name} {(own.Law.Length == 0 ? "-Reason '…'" : "-Reason '…' -Evidence '…'")}"),
                _ => ("Write the review", $"Close-Incident {row.Id} -Review '…'"),
            };
            steps.Add(new(late || clock.Urgent ? 0 : clock.Name == "Acknowledge" ? 1 : clock.Name == "Resolve" ? 3 : 4, late ? what + " (overdue)" : clock.Urgent && clock.Used is { } used ? $"{what} ({(used >= 90 ? 90 : used >= 75 ? 75 : 50)} % of the time is used)" : what, clock.DueAt, command));
        }
        foreach (var role in policy.Roles.Where(role => row.IsOpen && role.RequiredFor.Contains(row.Severity.Level, StringComparer.Ordinal) && !row.Roles.ContainsKey(role.Id)))
            steps.Add(new(2, $"Name the {role.Title.ToLowerInvariant()}: {row.Severity.Level} may not go without", null, $"Set-IncidentRole {row.Id} -Role {role.Id} -Contact {PasteText.Word(me)}"));
        steps.AddRange(Overdue(row, checklist ?? []));
        if (row.State == IncidentStates.Resolved && steps.Count == 0) steps.Add(new(5, "Close it", null, $"Close-Incident {row.Id}"));
        return Ordered(row.Id, steps);
    }

    /// <summary>Lines of the checklist whose time has passed and that nothing else here asks for.</summary>
    private static IEnumerable<Owed> Overdue(IncidentRow row, IReadOnlyList<IncidentChecklistItem> checklist)
    {
        IncidentChecklistItem[] late = [.. checklist.Where(item => item.Overdue && !Asked.Contains(item.Item)).OrderBy(item => item.DueAt)];
        foreach (var item in late.Take(MostLines)) yield return new(4, $"Checklist, overdue: {item.Text}", item.DueAt, item.Command!);
        if (late.Length > MostLines) yield return new(4, $"Checklist: {late.Length - MostLines} more are overdue", null, $"Get-IncidentChecklistItem {row.Id} -State Open");
    }

    private const int MostLines = 3;
    // clocks and roles say these themselves
    private static readonly HashSet<string> Asked = new(["acknowledged", "commander", "scribe", "communications", "first-notice", "cadence", "client-notice", "resolved", "review", "duties"], StringComparer.Ordinal);

    /// <summary>What runs that belong to no incident ask for.</summary>
    public static IReadOnlyList<IncidentNextStep> Of(IReadOnlyList<RunFact> runs, DateTimeOffset now) => Ordered(null, runs.SelectMany(run => Of(run, now)));

    private readonly record struct Owed(int Weight, string What, DateTimeOffset? Due, string Command);

    private static IncidentNextStep[] Ordered(string? incident, IEnumerable<Owed> steps) =>
        [.. steps.OrderBy(step => step.Weight).ThenBy(step => step.Due ?? DateTimeOffset.MaxValue).Select((step, index) => new IncidentNextStep(incident, index + 1, step.What, step.Due, step.Command))];

    /// <summary>Something half done comes before everything; a run that waits for a person stops all that follows it.</summary>
    private static IEnumerable<Owed> Of(RunFact fact, DateTimeOffset now)
    {
        var (run, at) = fact;
        var resume = $"Resume-RunbookRun {run.Run}";
        var what = at is null ? run.Message : at.Prompt == at.Title ? at.Prompt : $"{at.Title}: {at.Prompt}";
        if (run is { State: "Running", Holder: null }) yield return new(1, $"{run.Runbook} stopped{(run.Step is null ? "" : $" at {run.Step}")}: nobody drives it", null, resume);
        if (run.State != "Waiting") yield break;
        if (run.WaitReason != "Timer" && at?.Command == resume) yield return new(1, $"{run.Runbook}: {run.Step} was answered, go on", null, resume);
        else if (run.DueAt <= now) yield return new(2, $"{run.Runbook}: the time {run.Step} waited for has come, go on", run.DueAt, resume);
        else if (run.WaitReason != "Timer") yield return new(run.WaitReason == "InDoubt" ? 0 : 1, $"{Asks(run)}: {what}", run.DueAt, at?.Command ?? $"Get-RunbookStep -Run {run.Run}");
    }

    private static string Asks(RunbookRun run) => run.WaitReason switch
    {
        "InDoubt" => $"In doubt, say what became of it ({run.Step})",
        "Approval" => $"Approve or deny ({run.Step})",
        _ => $"Do or answer ({run.Step})",
    };
}
