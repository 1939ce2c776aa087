namespace IncidentTools;

/// <summary>Somebody to call.</summary>
/// <param name="Contact">Id of the person.</param>
/// <param name="Name">Display name.</param>
/// <param name="Level">Level of the escalation policy, from 1.</param>
/// <param name="After">How long after the start their level is reached.</param>
/// <param name="Timeout">How long the level has before the next is called.</param>
/// <param name="Policy">Id of the escalation policy.</param>
/// <param name="Through">The target that names them: person:ana or team:platform.</param>
/// <param name="Method">Ways to reach them, best first.</param>
/// <param name="CanPage">Whether at least one way is delivered by a channel; otherwise somebody must dial.</param>
/// <param name="Backup">Who is asked when they are away.</param>
public sealed record EscalationContact(
    string Contact, string Name, int Level, TimeSpan After, TimeSpan Timeout, string Policy, string Through, IReadOnlyList<string> Method, bool CanPage, string? Backup);
