using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Actions.Backups;

/// <summary>
/// Restores a backup beside what it was made of, after its hashes were verified: never over the source or anything that is there. Only the catalogue's
/// replace target is exchanged, after a safety copy of this run, and what was there stays beside it.
/// </summary>
internal sealed class BackupRestoreAction : IAction
{
    public string Name => "action.backup-restore";
    public string Summary => "Verifies a backup and restores it beside its source";

    public ObjectShape Parameters { get; } = new("action.backup-restore",
        Required("backup", Text, "the backup: a file or a folder, a full path"),
        Required("to", Text, "where it is restored: a new or empty folder, a full path; {target} in the command"),
        Required("source", ListOf(Text, allowSingle: true) with { MinItems = 1 }, "what it was made of: folders and names that must not be touched"),
        Optional("by", OneOf("copy", "tar", "command"), "how: copy of a folder, tar archive, or a command", "copy"),
        Optional("command", CommandLine.Shape, "program and arguments that restore it; {backup}, {target} and {name} stand for the backup, the folder and the database"),
        Optional("name", Text, "the new database that the command restores into: {name}"),
        Optional("verify", CommandLine.Shape, "with command: program and arguments that say whether it is restored: exit code 0 = yes"),
        Optional("undo", CommandLine.Shape, "with command: program and arguments that take it away again"),
        Optional("manifest", Text, "its SHA-256 manifest; else the one beside it. Without one nothing is restored"),
        Optional("sha256", Text with { Pattern = "^[0-9a-fA-F]{64}$", Expected = "a SHA-256 in hex" }, "or what the file must hash to"),
        Optional("production", ListOf(Text, allowSingle: true), "names that mean production here; prod, production, live, primary and master always do"),
        Optional("replace", Bool, "whether to is the live data and is exchanged as a whole", false),
        Optional("replaceTarget", Text, "with replace: the only folder that may be exchanged, the backup's replaceTarget in the catalogue"),
        Optional("safetyCopy", Text, "with replace: the copy of what is there that this run made (action.safety-copy)"),
        Optional("safetySince", Shapes.DateTime, "with replace: when this run began; an older copy does not count"),
        Optional("timeout", Shapes.Duration, "how long it may take", TimeSpan.FromHours(4)));

    public StepImpact Impact(Arguments with) => with.Flag("replace") ? StepImpact.High : StepImpact.Medium;
    public IReadOnlyList<string> ImpactReasons(Arguments with) => with.Flag("replace") ? [$"what is in {with.Text("to")} now is exchanged: everything written since the backup is in the copy only"] : [];

    public ActionPlan Plan(Arguments with)
    {
        var work = new RestoreWork(with);
        return new ActionPlan(with.TextOrNull("name") ?? with.Text("to"), work.Summary, work.Lines, work.UndoText);
    }

    public Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Task.Run(() => new RestoreWork(with).WhyNot(context, cancellation), cancellation);
    public Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation) => new RestoreWork(with).RunAsync(context, cancellation);
    public Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation) => new RestoreWork(with).CheckAsync(context, cancellation);
    public bool CanUndo(Arguments with) => new RestoreWork(with).UndoText is not null;
    public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation) => new RestoreWork(with).UndoAsync(context, cancellation);
}
