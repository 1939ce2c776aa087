namespace IncidentTools.Engine.Execution.Remote;

/// <summary>Another machine and how to get there.</summary>
/// <param name="TimeLimit">Of the step, for each machine; null = none.</param>
public sealed record RemotePlace(RemoteTarget Target, SshSettings Ssh, TimeSpan? TimeLimit)
{
    public string Name => Target.ToString();
}
