using IncidentTools.Engine.Actions.Services;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Actions;

/// <summary>Reloads a service only after its own test has found its configuration good.</summary>
internal sealed class ConfigTestAndReloadAction : IAction
{
    public string Name => "action.config-test-and-reload";
    public string Summary => "Tests a service's configuration and, if it is good, reloads it";

    public ObjectShape Parameters { get; } = new("action.config-test-and-reload",
        Required("test", CommandLine.Shape, "program and arguments that check the configuration and change nothing: exit code 0 = good"),
        Optional("reload", CommandLine.Shape, "program and arguments that make the service read it; without it the manager does"),
        Optional("name", Text, "the unit (systemd) or container (docker) to reload; with reload only a label"),
        Optional("manager", OneOf(ServiceManager.Names), "who reloads it; auto = reload when that is given, else systemd", "auto"),
        Optional("status", CommandLine.Shape, "program and arguments that say whether it runs: exit code 0 = yes"),
        Optional("pidFile", Text, "file with its process id"),
        Optional("config", Text, "the configuration file in use; with previous"),
        Optional("previous", Text, "the last good configuration: the undo puts it in config's place, tests and reloads"),
        Optional("timeout", Shapes.Duration, "how long each command may take", TimeSpan.FromSeconds(60)),
        Optional("waitFor", Shapes.Duration, "how long until the service must be seen running", TimeSpan.FromSeconds(30)));

    public StepImpact Impact(Arguments with) => StepImpact.Low;

    public ActionPlan Plan(Arguments with)
    {
        var manager = ServiceManager.Of(Reload(with));
        var name = with.TextOrNull("name") ?? CommandLine.Of(with, "test").FirstOrDefault() ?? "";
        var wrong = manager.WhyNot("reload") is { } why ? $"; will be refused: {why}" : "";
        IReadOnlyList<string> lines = [CommandText.Quote(CommandLine.Of(with, "test")), .. manager.Commands("reload").Select(command => CommandText.Quote(command.Line))];
        var undo = CanUndo(with) ? $"keeps a copy of {CommandText.Quote(with.Text("config"))}, puts {CommandText.Quote(with.Text("previous"))} in its place, then {string.Join("; ", lines)}" : null;
        return new ActionPlan(name, $"Tests the configuration of {name} and, only if it is good, reloads it by {manager.Title}{wrong}", lines, undo);
    }

    public async Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        if (with.Has("previous") != with.Has("config")) return "previous and config belong together: give both or neither";
        if (new[] { "previous", "config" }.Select(with.TextOrNull).FirstOrDefault(file => file is not null && !File.Exists(file)) is { } missing) return $"there is no file '{missing}'";
        if (CommandLine.WhyNot(CommandLine.Of(with, "test"), context.Processes) is { } why) return why;
        return await Operation(with).WhyNotAsync(context, cancellation).ConfigureAwait(false) ?? Refusal(await TestAsync(with, context, cancellation).ConfigureAwait(false));
    }

    public async Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        // once more: the file may have changed while the approval was waited for
        var test = await TestAsync(with, context, cancellation).ConfigureAwait(false);
        if (test.Outcome != ActionOutcome.Succeeded) return Bad(test);
        var done = await Operation(with).RunAsync(context, cancellation).ConfigureAwait(false);
        return done with { Output = test.Output + done.Output };
    }

    public async Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation) =>
        ServiceRules.Check("reload", await ServiceManager.Of(Reload(with)).StateAsync(context, cancellation).ConfigureAwait(false), context.IntendedAt);

    public bool CanUndo(Arguments with) => with.Has("previous") && with.Has("config");

    public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation) =>
        CanUndo(with) ? PutBackAsync(with, context, cancellation) : null;

    private async Task<ActionResult> PutBackAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        var (config, copy) = (with.Text("config"), $"{with.Text("config")}.undone-{context.IntendedAt.UtcDateTime:yyyyMMdd'T'HHmmssffffff'Z'}");
        try
        {
            if (cancellation.IsCancellationRequested) return new ActionResult(ActionOutcome.Failed, "cancelled before anything was done") { Error = "Cancelled" };
            // an undo tried again finds the copy of its first time: that one is the configuration to keep
            if (!File.Exists(copy)) File.Copy(config, copy);
            await OverwriteAsync(with.Text("previous"), config).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new ActionResult(ActionOutcome.Failed, $"the previous configuration could not be put back: {error.Message}") { Error = "NotPutBack" };
        }
        var done = await ExecuteAsync(with, context, cancellation).ConfigureAwait(false);
        return done with { Message = $"{config} holds {with.Text("previous")} again, what it held is {copy}; {done.Message}" };
    }

    /// <summary>Into the file that is there, so that its owner, mode, links and security label stay.</summary>
    private static async Task OverwriteAsync(string from, string to)
    {
        using var source = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.Read);
        using var target = new FileStream(to, FileMode.Open, FileAccess.Write, FileShare.Read);
        await source.CopyToAsync(target).ConfigureAwait(false);
        target.SetLength(target.Position);
        target.Flush(flushToDisk: true);
    }

    private static async Task<ActionResult> TestAsync(Arguments with, ActionContext context, CancellationToken cancellation) =>
        await CommandRun.RunAsync(CommandLine.Of(with, "test"), Timeout(with), context with { OnProcessStarted = null }, cancellation).ConfigureAwait(false);

    private static string? Refusal(ActionResult test) => test.Outcome switch
    {
        ActionOutcome.Succeeded => null,
        ActionOutcome.InDoubt => $"the configuration could not be tested: {test.Message}",
        _ => $"the configuration is not good: {test.Message}\n{test.Output.TrimEnd()}",
    };

    /// <summary>A test changes nothing, so one that was ended leaves nothing in doubt.</summary>
    private static ActionResult Bad(ActionResult test) => test with { Outcome = ActionOutcome.Failed, Message = Refusal(test)!.Split('\n')[0], Error = test.Error == "ExitCode" ? "ConfigInvalid" : test.Error };

    private static ServiceOperation Operation(Arguments with) => new(ServiceManager.Of(Reload(with)), "reload", Timeout(with), with.Duration("waitFor") ?? TimeSpan.FromSeconds(30));
    private static TimeSpan Timeout(Arguments with) => with.Duration("timeout") ?? TimeSpan.FromSeconds(60);

    private static Arguments Reload(Arguments with) => new(new Dictionary<string, object?>(with.Values) { ["operation"] = "reload", ["command"] = with["reload"] });
}
