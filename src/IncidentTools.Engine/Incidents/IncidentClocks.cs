using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Incidents;

/// <summary>The clocks of an incident at a moment. Pure: row, policy and time in, clocks out.</summary>
public static class IncidentClocks
{
    public static IReadOnlyList<IncidentClock> Of(IncidentRow row, Policy policy, DateTimeOffset now)
    {
        var targets = policy.Targets[row.Severity.Level];
        var business = new BusinessTime(policy.Calendar);
        var clocks = new List<IncidentClock>();
        void Add(string name, Target? target, DateTimeOffset start, DateTimeOffset? met, DateTimeOffset? stopped)
        {
            if (target is null) return;
            var due = business.Due(start, target);
            var state = met is { } at ? at <= due ? "Met" : "MetLate" : stopped is not null ? "Stopped" : now <= due ? "Running" : "Missed";
            clocks.Add(new IncidentClock { Incident = row.Id, Name = name, State = state, StartedAt = start, DueAt = due, MetAt = met, Left = state is "Running" or "Missed" ? due - now : null });
        }

        var ended = row.ResolvedAt;
        Add("Acknowledge", targets.Acknowledge, row.DeclaredAt, row.AcknowledgedAt ?? (ended is not null ? ended : null), null);
        if (ended is null) Add("Update", targets.Update, row.LastUpdateAt ?? row.DeclaredAt, null, null); // rolls from update to update while it is open
        Add("ClientNotice", targets.ClientNotice, row.DeclaredAt, row.ClientNoticeAt, ended);
        Add("Resolve", targets.Resolve, row.DeclaredAt, ended, null);
        // the review follows the worst level there ever was
        var highest = policy.Targets[row.Highest];
        if (ended is { } resolved && row.Resolution == "Fixed" && highest.ReviewDuty != "optional") Add("Review", highest.Review, resolved, row.ReviewedAt, row.ClosedAt);
        foreach (var own in row.Clocks)
        {
            var state = own.MetAt is { } at ? at <= own.Due ? "Met" : "MetLate" : now <= own.Due ? "Running" : "Missed";
            clocks.Add(new IncidentClock { Incident = row.Id, Name = own.Name, Title = own.Title, State = state, StartedAt = own.From, DueAt = own.Due, MetAt = own.MetAt, Left = own.MetAt is null ? own.Due - now : null, Urgent = own.MetAt is null && own.Warn.Any(before => now >= own.Due - before) });
        }
        return clocks;
    }
}
