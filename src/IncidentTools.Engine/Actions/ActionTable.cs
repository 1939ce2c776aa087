using IncidentTools.Engine.Actions.Databases;

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
    }.ToDictionary(action => action.Name, StringComparer.Ordinal);
}
