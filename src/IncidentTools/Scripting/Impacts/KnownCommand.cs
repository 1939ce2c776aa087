using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Scripting.Impacts;

/// <summary>What a session knows of a command: its full name, and the impact its author declared; null when it does not ask before it acts.</summary>
internal sealed record KnownCommand(string Name, StepImpact? Declared);
