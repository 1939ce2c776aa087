namespace IncidentTools.Engine.Probes.Containers;

/// <summary>One container, whoever runs it.</summary>
/// <param name="Waiting">Why it does not run: CrashLoopBackOff, ImagePullBackOff, exited …; null = it runs.</param>
/// <param name="OutOfMemoryAt">When it was last ended for want of memory.</param>
internal sealed record ContainerState(string Name, bool Ready, long Restarts, string? Waiting, long? ExitCode, DateTimeOffset? EndedAt, DateTimeOffset? OutOfMemoryAt, string? Image, string? Detail);

/// <summary>What should run and what does; a container on its own is a workload of one.</summary>
internal sealed record Workload(string Name, long Desired, long Ready);

internal sealed record ContainerReport(string Manager, IReadOnlyList<Workload> Workloads, IReadOnlyList<ContainerState> Containers);
