using IncidentTools.Engine.Actions.Delivery;

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
        new RollingRestartAction(),
        new MaintenanceModeAction(),
        new CachePurgeAction(),
        new ScaleAction(),
        new JobSuspendAction(),
    }.ToDictionary(action => action.Name, StringComparer.Ordinal);
}
