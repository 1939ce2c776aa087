using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.OnCall;

/// <summary>Who is called for a service at a severity, level by level. Pure.</summary>
public static class EscalationLadder
{
    /// <summary>The policy that applies: the service's own, else the first one that fits level and class.</summary>
    public static EscalationPolicyDefinition? PolicyFor(LoadedWorkspace workspace, string? service, string severity, string? @class)
    {
        var policies = workspace.Contacts.EscalationPolicies;
        if (service is not null && workspace.Services.TryGetValue(service, out var known) && known.EscalationPolicy is { } named) return policies.GetValueOrDefault(named);
        return policies.Values.FirstOrDefault(policy =>
            (policy.Severities.Count == 0 || policy.Severities.Contains(severity, StringComparer.Ordinal))
            && (policy.Classes.Count == 0 || @class is null || policy.Classes.Contains(@class, StringComparer.OrdinalIgnoreCase)));
    }

    /// <summary>Contacts in calling order; a person stands on the first level that names them.</summary>
    public static IReadOnlyList<EscalationContact> Contacts(LoadedWorkspace workspace, EscalationPolicyDefinition policy, int? level)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var contacts = new List<EscalationContact>();
        var after = TimeSpan.Zero;
        foreach (var rule in policy.Rules)
        {
            foreach (var (id, through) in rule.Targets.SelectMany(target => People(workspace, target)))
            {
                if (!seen.Add(id) || (level is not null && rule.Level != level)) continue;
                var person = workspace.Contacts.People[id];
                contacts.Add(new EscalationContact(id, person.Name, rule.Level, after, rule.Timeout, policy.Id, through, [.. person.Methods.Select(method => $"{method.Type}: {method.Address}")], person.Methods.Any(method => method.Channel is not null), person.Backup));
            }
            after += rule.Timeout;
        }
        return contacts;
    }

    private static IEnumerable<(string Id, string Through)> People(LoadedWorkspace workspace, string target)
    {
        var name = target[(target.IndexOf(':', StringComparison.Ordinal) + 1)..];
        return target.StartsWith("team:", StringComparison.Ordinal) ? workspace.Contacts.Teams[name].Members.Select(member => (member, target)) : [(name, target)];
    }
}
