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
        new EvidenceCollectAction(),
        new EvidenceSealAction(),
        new FirewallIsolateAction(),
        new FirewallRestoreAction(),
        new AccountDisableAction(),
        new BaselineRecordAction(),
        new ProcessStopAction(),
        new ProcessDumpAction(),
        new FileQuarantineAction(),
    }.ToDictionary(action => action.Name, StringComparer.Ordinal);
}
