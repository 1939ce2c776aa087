namespace IncidentTools.Engine.Probes;

/// <summary>The probes, one line each.</summary>
public static class ProbeTable
{
    public static IReadOnlyDictionary<string, IProbe> All { get; } = new IProbe[]
    {
        new CommandProbe(),
        new DiskProbe(),
        new DnsProbe(),
        new HttpProbe(),
        new LogProbe(),
        new PingProbe(),
        new ProcessProbe(),
        new ServiceProbe(),
        new TcpProbe(),
        new TlsProbe(),
    }.ToDictionary(probe => probe.Name, StringComparer.Ordinal);
}
