using IncidentTools.Engine.Probes.Backups;
using IncidentTools.Engine.Probes.Changes;
using IncidentTools.Engine.Probes.Containers;
using IncidentTools.Engine.Probes.Hosts;
using IncidentTools.Engine.Probes.Integrity;
using IncidentTools.Engine.Probes.Network;
using IncidentTools.Engine.Probes.Security;

namespace IncidentTools.Engine.Probes;

/// <summary>The probes, one line each.</summary>
public static class ProbeTable
{
    public static IReadOnlyDictionary<string, IProbe> All { get; } = new IProbe[]
    {
        new CertificatesProbe(),
        new ChangeWindowProbe(),
        new ClockProbe(),
        new BackupFreshnessProbe(),
        new BackupVerifyProbe(),
        new AccountsProbe(),
        new CommandProbe(),
        new CpuProbe(),
        new ContainerProbe(),
        new DiskProbe(),
        new DiskIoProbe(),
        new DnsProbe(),
        new FileProbe(),
        new HashCompareProbe(),
        new HashManifestProbe(),
        new EvidenceVerifyProbe(),
        new ConnectionsProbe(),
        new IocSweepProbe(),
        new PersistenceProbe(),
        new WebShellProbe(),
        new FailedLogonsProbe(),
        new HttpProbe(),
        new LogProbe(),
        new MemoryProbe(),
        new OffsiteProbe(),
        new PingProbe(),
        new PressureProbe(),
        new ProcessProbe(),
        new RestoreTestProbe(),
        new ServiceProbe(),
        new TcpProbe(),
        new TlsProbe(),
        new TopProbe(),
        new VendorStatusProbe(),
    }.ToDictionary(probe => probe.Name, StringComparer.Ordinal);
}
