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
            clocks.Add(new IncidentClock { Incident = row.Id, Name = name, State = state, StartedAt = start, DueAt = due, MetAt = met, Left = state is "Running" or "Missed" ? due - now : null, Used = state is "Running" or "Missed" ? Share(start, due, now) : null });
        }

        var ended = row.ResolvedAt;
        Add("Acknowledge", targets.Acknowledge, row.DeclaredAt, row.AcknowledgedAt ?? (ended is not null ? ended : null), null);
        if (ended is null) Add("Update", targets.Update, row.LastUpdateAt ?? row.DeclaredAt, null, null); // rolls from update to update while it is open
        Add("ClientNotice", targets.ClientNotice, row.DeclaredAt, row.ClientNoticeAt, ended);
        Add("Resolve", targets.Resolve, row.DeclaredAt, ended, null);
        // the review follows the worst level there ever was
        var highest = policy.Targets[row.Highest];
        if (ended is { } resolved && row.Resolution == "Fixed" && highest.ReviewDuty != "optional") Add("Review", highest.Review, resolved, row.ReviewedAt, row.ClosedAt);
        clocks.AddRange(row.Clocks.Select(own => Own(row, own, now)));
        return clocks;
    }

    private static IncidentClock Own(IncidentRow row, OwnClock own, DateTimeOffset now)
    {
        var state = own.WaivedAt is not null ? "NotRequired" : own.MetAt is { } at ? at <= own.Due ? "Met" : "MetLate" : own.From is null ? "Watch" : now <= own.Due ? "Running" : "Missed";
        return new IncidentClock
        {
            Incident = row.Id, Name = own.Name, Title = own.Title, Law = own.Law, Recipient = own.Recipient, State = state, StartedAt = own.From, DueAt = own.Due, MetAt = own.MetAt, Left = own.Runs ? own.Due - now : null,
            Used = own.Runs ? Share(own.From!.Value, own.Due!.Value, now) : null, Urgent = own.Runs && own.Warn.Any(before => now >= own.Due - before),
        };
    }

    private static int Share(DateTimeOffset start, DateTimeOffset due, DateTimeOffset now) => due <= start ? 100 : (int)Math.Clamp((now - start) / (due - start) * 100, 0, 100_000);
}
