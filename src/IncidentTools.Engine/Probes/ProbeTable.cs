using IncidentTools.Engine.Probes.Backups;
using IncidentTools.Engine.Probes.Changes;
using IncidentTools.Engine.Probes.Containers;
using IncidentTools.Engine.Probes.Databases;
using IncidentTools.Engine.Probes.Hosts;
using IncidentTools.Engine.Probes.Integrity;
using IncidentTools.Engine.Probes.Logs;
using IncidentTools.Engine.Probes.Network;
using IncidentTools.Engine.Probes.Security;

namespace IncidentTools.Engine.Probes;

/// <summary>The probes, one line each.</summary>
public static class ProbeTable
{
    public static IReadOnlyDictionary<string, IProbe> All { get; } = new IProbe[]
    {
        new AccessLogProbe(),
        new AccountsProbe(),
        new BackupFreshnessProbe(),
        new BackupVerifyProbe(),
        new CertificatesProbe(),
        new ChangeWindowProbe(),
        new CleanupCandidatesProbe(),
        new ClockProbe(),
        new CommandProbe(),
        new ConnectionsProbe(),
        new ContainerProbe(),
        new CpuProbe(),
        new DataCheckProbe(),
        new DbHealthProbe(),
        new DiskIoProbe(),
        new DiskProbe(),
        new DnsProbe(),
        new EndpointsProbe(),
        new EvidenceVerifyProbe(),
        new FailedLogonsProbe(),
        new FileProbe(),
        new HashCompareProbe(),
        new HashManifestProbe(),
        new HttpProbe(),
        new IocSweepProbe(),
        new LogProbe(),
        new MemoryProbe(),
        new OffsiteProbe(),
        new PersistenceProbe(),
        new PingProbe(),
        new PressureProbe(),
        new ProcessProbe(),
        new RedisProbe(),
        new ReplicationProbe(),
        new RestoreTestProbe(),
        new ServiceProbe(),
        new SqlProbe(),
        new TcpProbe(),
        new TlsProbe(),
        new TopProbe(),
        new VendorStatusProbe(),
        new WebShellProbe(),
    }.ToDictionary(probe => probe.Name, StringComparer.Ordinal);
}
