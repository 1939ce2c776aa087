using IncidentTools.Engine.Actions.Backups;
using IncidentTools.Engine.Actions.Databases;
using IncidentTools.Engine.Actions.Delivery;
using IncidentTools.Engine.Actions.Security;

namespace IncidentTools.Engine.Actions;

/// <summary>What changes something, one line each.</summary>
public static class ActionTable
{
    public static IReadOnlyDictionary<string, IAction> All { get; } = new IAction[]
    {
        new ServiceControlAction(),
        new ConfigTestAndReloadAction(),
        new DrainAction(drain: true),
        new DrainAction(drain: false),
        new RollbackAction(),
        new LogPreserveAction(),
        new SqlCancelAction(),
        new SqlExecuteApprovedAction(),
        new DbFenceAction(),
        new DbPromoteAction(),
        new DbSwitchAction(),
        new ReplicaControlAction(),
        new SlotDropAction(),
        new EvidenceCollectAction(),
        new EvidenceSealAction(),
        new FirewallIsolateAction(),
        new FirewallRestoreAction(),
        new AccountDisableAction(),
        new BaselineRecordAction(),
        new ProcessStopAction(),
        new ProcessDumpAction(),
        new FileQuarantineAction(),
        new BackupNowAction(),
        new BackupRestoreAction(),
        new DataMergeAction(),
        new DiskCleanupAction(),
        new FileRestoreAction(),
        new OffsiteFetchAction(),
        new PitrPlanAction(),
        new RetentionHoldAction(),
        new SafetyCopyAction(),
        new RollingRestartAction(),
        new MaintenanceModeAction(),
        new CachePurgeAction(),
        new ScaleAction(),
        new JobSuspendAction(),
    }.ToDictionary(action => action.Name, StringComparer.Ordinal);
}
