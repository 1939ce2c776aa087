using IncidentTools.Engine.Probes.Hosts;

namespace IncidentTools.Engine.Probes;

/// <summary>The probes, one line each.</summary>
public static class ProbeTable
{
    public static IReadOnlyDictionary<string, IProbe> All { get; } = new IProbe[]
    {
        new CommandProbe(),
        new CpuProbe(),
        new DiskProbe(),
        new DiskIoProbe(),
        new DnsProbe(),
        new HttpProbe(),
        new LogProbe(),
        new MemoryProbe(),
        new PingProbe(),
        new PressureProbe(),
        new ProcessProbe(),
        new ServiceProbe(),
        new TcpProbe(),
        new TlsProbe(),
        new TopProbe(),
    }.ToDictionary(probe => probe.Name, StringComparer.Ordinal);
}
