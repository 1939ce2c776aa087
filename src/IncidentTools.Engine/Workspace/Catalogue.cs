namespace IncidentTools.Engine.Workspace;

/// <summary>services.yaml: one entry of the service catalogue. Its record, as plain data, is what runbooks see as <c>$service</c>.</summary>
public sealed record ServiceDefinition
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public bool Critical { get; init; }
    public string? Owner { get; init; }
    public string? EscalationPolicy { get; init; }
    public string? Url { get; init; }
    public string? Unit { get; init; }
    public IReadOnlyList<string> Runbooks { get; init; } = [];
    /// <summary>The whole record as plain data, known and x- keys alike; what the run stores and expressions read.</summary>
    public required IReadOnlyDictionary<string, object?> Record { get; init; }
}

/// <summary>contacts.yaml.</summary>
public sealed record ContactList(
    IReadOnlyDictionary<string, Person> People,
    IReadOnlyDictionary<string, Team> Teams,
    IReadOnlyDictionary<string, EscalationPolicyDefinition> EscalationPolicies,
    string Hash);

public sealed record Person
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    /// <summary>IANA zone; null = the policy's.</summary>
    public string? TimeZone { get; init; }
    public IReadOnlyList<string> Roles { get; init; } = [];
    public IReadOnlyList<ContactMethod> Methods { get; init; } = [];
    public string? Backup { get; init; }
    /// <summary>Login names that are this person: how an OS user is recognised as a contact.</summary>
    public IReadOnlyList<string> Logins { get; init; } = [];
}

/// <param name="Channel">Name of a channel of policy.yaml that delivers to this address; null = a person must dial it.</param>
public sealed record ContactMethod(string Type, string Address, int Priority, DateOnly? Verified, string? Channel);

public sealed record Team(string Id, string Name, IReadOnlyList<string> Members, string? Mailbox, string? Manager);

/// <summary>Who is called, in which order, how long each level has.</summary>
public sealed record EscalationPolicyDefinition(
    string Id, string Name, IReadOnlyList<string> Severities, IReadOnlyList<string> Classes, IReadOnlyList<EscalationRule> Rules, int Repeat, IReadOnlyList<string> FinalAction);

/// <param name="Targets"><c>person:ana</c>, <c>team:platform</c> (schedules follow with on-call).</param>
public sealed record EscalationRule(int Level, IReadOnlyList<string> Targets, TimeSpan Timeout);
