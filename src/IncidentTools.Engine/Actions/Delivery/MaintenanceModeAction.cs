using System.Text;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Actions.Delivery;

/// <summary>Tells users that a service is under repair, or ends that: by a command, or by a file whose presence the web server looks at.</summary>
internal sealed class MaintenanceModeAction : IAction
{
    private const string First = "Maintenance, switched on by IncidentTools";

    public string Name => "action.maintenance-mode";
    public string Summary => "Shows or ends the maintenance page of a service";

    public ObjectShape Parameters { get; } = new("action.maintenance-mode",
        Required("operation", OneOf("on", "off"), "what to do"),
        Optional("file", Text, "full path of the file whose presence shows the page"),
        Optional("command", CommandLine.Shape, "or program and arguments that do it"),
        Optional("undo", CommandLine.Shape, "program and arguments of the opposite"),
        Optional("verify", CommandLine.Shape, "program and arguments that say whether it is done: exit code 0 = yes"),
        Optional("name", Text, "what it is done to, for people"),
        Optional("expires", Shapes.Duration, "when it should be over: noted in the file and the result, and for people to see to"),
        Optional("timeout", Shapes.Duration, "how long the command may take", TimeSpan.FromMinutes(1)),
        Optional("waitFor", Shapes.Duration, "how long until verify must say yes", TimeSpan.FromSeconds(30)));

    /// <summary>All users see it.</summary>
    public StepImpact Impact(Arguments with) => IsOn(with) ? StepImpact.Medium : StepImpact.Low;

    public ActionPlan Plan(Arguments with)
    {
        var what = IsOn(with) ? $"Shows the maintenance page{(with.Duration("expires") is { } time ? $" for {Duration.Format(time)} (a note: somebody must end it)" : "")}" : "Ends the maintenance page";
        return with.TextOrNull("file") is { } file
            ? new ActionPlan(with.TextOrNull("name") ?? file, $"{what} by {(IsOn(with) ? "writing" : "removing")} the file {CommandText.Quote(file)}", [], $"{(IsOn(with) ? "removes" : "writes")} that file, unless it was so before")
            : new ActionPlan(with.TextOrNull("name") ?? Hook(with).Command.FirstOrDefault() ?? "", what + (with.Has("verify") ? ", then verifies it" : ", without verifying it"), Hook(with).Lines, Hook(with).UndoText);
    }

    public Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation) =>
        Task.FromResult(with.Has("file") == with.Has("command") ? "give file or command" : with.TextOrNull("file") is { } file ? WhyNot(file) : Hook(with).WhyNot(context));

    public Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        if (with.TextOrNull("file") is not { } file) return Hook(with).RunAsync(context, cancellation);
        return Task.FromResult(cancellation.IsCancellationRequested ? new ActionResult(ActionOutcome.Failed, "cancelled before anything was done") { Error = "Cancelled" } : Change(file, IsOn(with), with.Duration("expires"), context));
    }

    public Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation) => with.TextOrNull("file") is not { } file ? Hook(with).CheckAsync(context, cancellation)
        : Task.FromResult(File.Exists(file) == IsOn(with) ? new CheckResult(CheckState.Done, $"{file} is {(IsOn(with) ? "there" : "not there")}") : new CheckResult(CheckState.NotDone, $"{file} is {(IsOn(with) ? "not there" : "there")}"));

    public bool CanUndo(Arguments with) => with.Has("file") || with.Has("undo");

    public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation)
    {
        if (with.TextOrNull("file") is not { } file) return Hook(with).UndoAsync(context, cancellation);
        return Task.FromResult(undoData.GetValueOrDefault("changed") is false ? new ActionResult(ActionOutcome.Succeeded, "nothing to take back: it was so before") : Change(file, !IsOn(with), null, context));
    }

    private static ActionResult Change(string file, bool on, TimeSpan? expires, ActionContext context)
    {
        try
        {
            if (WhyNot(file) is { } why) return new ActionResult(ActionOutcome.Failed, why) { Error = "Refused" };
            var until = context.Time.GetUtcNow() + expires;
            var changed = File.Exists(file) != on;
            if (changed && !on) File.Delete(file);
            else if (changed) File.WriteAllText(file, $"{First} at {UtcStamp.Format(context.Time.GetUtcNow())}{(until is { } end ? $", expected to be over at {UtcStamp.Format(end)}" : "")}\n", new UTF8Encoding(false));
            return new ActionResult(ActionOutcome.Succeeded, $"{(changed ? "" : "as before, ")}the maintenance page is {(on ? "shown" : "not shown")}: {file}{(until is { } at && on ? $"; it should be over at {UtcStamp.Format(at)}" : "")}")
            {
                Value = new Dictionary<string, object?> { ["on"] = on, ["changed"] = changed, ["until"] = until }, UndoData = new Dictionary<string, object?> { ["changed"] = changed },
            };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return new ActionResult(ActionOutcome.Failed, error.Message) { Error = "NotChanged" }; }
    }

    /// <summary>A wrong path must not cost anybody a file: only one that we wrote, or an empty one, is ever removed.</summary>
    private static string? WhyNot(string file)
    {
        try
        {
            if (!Path.IsPathFullyQualified(file)) return $"'{file}' is not a full path";
            if (!Directory.Exists(Path.GetDirectoryName(file))) return $"there is no folder for {file}";
            var there = new FileInfo(file);
            if (Directory.Exists(file) || there.LinkTarget is not null) return $"{file} is not a plain file";
            if (there.Exists && there.Length > 0 && File.ReadLines(file).FirstOrDefault()?.StartsWith(First, StringComparison.Ordinal) != true) return $"{file} holds something else than a note of ours, so it is left alone";
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException) { return error.Message; }
    }

    private static bool IsOn(Arguments with) => with.Text("operation") == "on";
    private static HookAction Hook(Arguments with) => HookAction.Of(with, CommandLine.Of(with, "command"), CommandLine.Of(with, "undo"));
}
