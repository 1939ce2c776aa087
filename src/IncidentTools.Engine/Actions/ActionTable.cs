using IncidentTools.Engine.Actions.Backups;

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
        new BackupNowAction(),
        new BackupRestoreAction(),
        new DataMergeAction(),
        new DiskCleanupAction(),
        new FileRestoreAction(),
        new OffsiteFetchAction(),
        new PitrPlanAction(),
        new RetentionHoldAction(),
        new SafetyCopyAction(),
    }.ToDictionary(action => action.Name, StringComparer.Ordinal);
}
