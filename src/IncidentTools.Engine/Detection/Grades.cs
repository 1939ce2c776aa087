using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Detection;

/// <summary>Impact and urgency of what was found, and why. The policy makes a level of them. Pure.</summary>
internal readonly record struct Grades(int Impact, int Urgency, IReadOnlyList<string> Reasons)
{
    /// <summary>Of a service's own failing checks: the worst that one of them says, else what the catalogue says of the service.</summary>
    public static Grades Of(ServiceDefinition service, IReadOnlyList<ServiceCheck> checks)
    {
        var graded = checks.Select(check =>
        {
            var down = check.Fault == ServiceCheck.Availability;
            var impact = check.Impact is { } given ? (given, $"Impact {given}: {check.Id} says so.")
                : down ? (service.Critical ? 1 : 2, service.Critical ? $"Impact 1: {service.Id} is critical." : $"Impact 2: {service.Id} is not marked critical.")
                : (service.Critical ? 2 : 3, $"Impact {(service.Critical ? 2 : 3)}: {service.Id} {(service.Critical ? "is critical and still" : "still")} answers as far as {check.Id} goes.");
            var urgency = check.Urgency is { } hurry ? (hurry, $"Urgency {hurry}: {check.Id} says so.")
                : down ? (1, "Urgency 1: it does not answer as it should.") : (2, "Urgency 2: it gets worse if nothing is done.");
            return (impact, urgency);
        }).ToArray();
        var (worstImpact, worstUrgency) = (graded.MinBy(item => item.impact.Item1).impact, graded.MinBy(item => item.urgency.Item1).urgency);
        return new Grades(worstImpact.Item1, worstUrgency.Item1, [worstImpact.Item2, worstUrgency.Item2]);
    }

    /// <summary>Of something that services need: as bad as what it does to them.</summary>
    /// <param name="victims">Those that fail because of it.</param>
    public static Grades OfNeeded(IReadOnlyList<ServiceDefinition> victims) => victims.Count == 0
        ? new Grades(2, 2, ["Impact 2, urgency 2: nothing that needs it fails yet."])
        : victims.FirstOrDefault(service => service.Critical) is { } critical
            ? new Grades(1, 1, [$"Impact 1: {critical.Id}, which is critical, fails because of it.", "Urgency 1: users are affected."])
            : new Grades(2, 1, [$"Impact 2: {victims[0].Id} fails because of it.", "Urgency 1: users are affected."]);
}
