using IncidentTools.Engine.Actions.Services;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Actions.Delivery;

/// <summary>Who starts a job by the clock, and how it is kept from doing so.</summary>
internal abstract class ScheduledJob
{
    public static readonly string[] Names = ["auto", "systemd", "cron", "schtasks", "command"];
    protected static readonly TimeSpan AskTime = TimeSpan.FromSeconds(15);

    public abstract string Title { get; }
    /// <summary>Programs and arguments, in order; none where a file is moved. Pure.</summary>
    public virtual IReadOnlyList<string> Suspend => [];
    public virtual IReadOnlyList<string> Resume => [];
    public abstract string? WhyNot(ActionContext context);
    /// <summary>Null where it cannot be told, with the reason.</summary>
    public abstract Task<(bool? Suspended, string Detail)> StateAsync(ActionContext context, CancellationToken cancellation);

    public virtual Task<ActionResult> ChangeAsync(bool suspend, TimeSpan timeout, ActionContext context, CancellationToken cancellation) => CommandRun.RunAsync(suspend ? Suspend : Resume, timeout, context, cancellation);

    public static ScheduledJob Of(Arguments with) => (with.TextOrNull("manager") ?? "auto") switch
    {
        "systemd" => new SystemdTimer(with.TextOrNull("unit") ?? ""),
        "cron" => new CronFile(with.TextOrNull("file") ?? ""),
        "schtasks" => new ScheduledTask(with.TextOrNull("unit") ?? ""),
        "command" => new CommandJob(with),
        _ when with.Has("command") => new CommandJob(with),
        _ when with.Has("file") => new CronFile(with.Text("file")),
        _ when OperatingSystem.IsWindows() => new ScheduledTask(with.TextOrNull("unit") ?? ""),
        _ => new SystemdTimer(with.TextOrNull("unit") ?? ""),
    };
}

/// <summary>Stopping the timer lets a job that runs now come to its end, and after a boot the timer is there again.</summary>
internal sealed class SystemdTimer(string unit) : ScheduledJob
{
    public override string Title => "systemd";
    public override IReadOnlyList<string> Suspend => ["systemctl", "stop", unit];
    public override IReadOnlyList<string> Resume => ["systemctl", "start", unit];
    public override string? WhyNot(ActionContext context) => !unit.EndsWith(".timer", StringComparison.Ordinal) || new Systemd(unit).WhyNot("stop") is not null ? $"'{unit}' is not the name of a timer (name.timer)" : CommandLine.WhyNot(Suspend, context.Processes);

    public override async Task<(bool?, string)> StateAsync(ActionContext context, CancellationToken cancellation)
    {
        var answer = await CommandRun.AskAsync(["systemctl", "show", "--property=LoadState,ActiveState", unit], AskTime, context, cancellation).ConfigureAwait(false);
        return CommandRun.NoAnswer(answer) is { } why ? (null, why) : Read(answer.Output);
    }

    internal static (bool? Suspended, string Detail) Read(string output)
    {
        string? Value(string name) => output.Split('\n').FirstOrDefault(line => line.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..].Trim();
        return (Value("LoadState"), Value("ActiveState")) switch
        {
            ("loaded", "active") => (false, "the timer is active"),
            ("loaded", "inactive" or "failed") => (true, "the timer is not active"),
            (var load, var active) => (null, $"systemd says {load ?? "nothing"}, {active ?? "nothing"}"),
        };
    }
}

/// <summary>A file of a folder that cron reads; under a name that begins with a dot it is left out.</summary>
internal sealed class CronFile(string file) : ScheduledJob
{
    private string Hidden => Path.Combine(Path.GetDirectoryName(file) ?? "", $".{Path.GetFileName(file)}.suspended");
    public override string Title => $"the file {CommandText.Quote(file)}, which is renamed to {CommandText.Quote(Path.GetFileName(Hidden))} and so not read by cron";

    public override string? WhyNot(ActionContext context)
    {
        if (!Path.IsPathFullyQualified(file)) return $"'{file}' is not a full path";
        if (Path.GetFileName(file) is "crontab" or "") return "a table that holds other jobs too is not moved away: comment the line out by hand";
        if (!File.Exists(file) && !File.Exists(Hidden)) return $"there is no {file}";
        return File.Exists(file) && File.Exists(Hidden) ? $"{Hidden} is there already" : null;
    }

    public override Task<(bool?, string)> StateAsync(ActionContext context, CancellationToken cancellation) => Task.FromResult<(bool?, string)>((File.Exists(file), File.Exists(Hidden)) switch
    {
        (true, false) => (false, $"{file} is there"),
        (false, true) => (true, $"{file} is put aside as {Path.GetFileName(Hidden)}"),
        (true, true) => (null, $"both {file} and {Hidden} are there"),
        _ => (null, $"neither {file} nor {Hidden} is there"),
    });

    public override Task<ActionResult> ChangeAsync(bool suspend, TimeSpan timeout, ActionContext context, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested) return Task.FromResult(new ActionResult(ActionOutcome.Failed, "cancelled before anything was done") { Error = "Cancelled" });
        var (from, to) = suspend ? (file, Hidden) : (Hidden, file);
        try { File.Move(from, to, overwrite: false); }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return Task.FromResult(new ActionResult(ActionOutcome.Failed, error.Message) { Error = "NotChanged" }); }
        return Task.FromResult(new ActionResult(ActionOutcome.Succeeded, $"{from} is now {to}"));
    }
}

/// <summary>A task of Windows' scheduler.</summary>
internal sealed class ScheduledTask(string name) : ScheduledJob
{
    public override string Title => "the Windows task scheduler";
    public override IReadOnlyList<string> Suspend => ["schtasks", "/Change", "/TN", name, "/DISABLE"];
    public override IReadOnlyList<string> Resume => ["schtasks", "/Change", "/TN", name, "/ENABLE"];
    public override string? WhyNot(ActionContext context) => name.Length == 0 || name[0] is '/' or '-' || name.Any(char.IsControl) ? $"'{name}' is not the name of a task" : CommandLine.WhyNot(Suspend, context.Processes);

    public override async Task<(bool?, string)> StateAsync(ActionContext context, CancellationToken cancellation)
    {
        // as XML, because everything else is in the system's language
        var answer = await CommandRun.AskAsync(["schtasks", "/Query", "/TN", name, "/XML"], AskTime, context, cancellation).ConfigureAwait(false);
        if (CommandRun.NoAnswer(answer) is { } why) return (null, why);
        return answer.ExitCode == 0 ? Read(answer.Output) : (null, $"it cannot be asked for{CommandRun.Said(answer)}");
    }

    /// <summary>Enabled unless its settings say otherwise; triggers have switches of their own.</summary>
    internal static (bool? Suspended, string Detail) Read(string xml)
    {
        var from = xml.IndexOf("<Settings", StringComparison.Ordinal);
        if (from < 0) return (null, "its definition has no settings");
        var to = xml.IndexOf("</Settings>", from, StringComparison.Ordinal);
        var disabled = to > from && xml[from..to].Contains("<Enabled>false</Enabled>", StringComparison.OrdinalIgnoreCase);
        return (disabled, disabled ? "the task is disabled" : "the task is enabled");
    }
}

/// <summary>Commands of the catalogue.</summary>
internal sealed class CommandJob(Arguments with) : ScheduledJob
{
    public override string Title => "its own commands";
    public override IReadOnlyList<string> Suspend => CommandLine.Of(with, "command");
    public override IReadOnlyList<string> Resume => CommandLine.Of(with, "undo");
    private IReadOnlyList<string> Verify => CommandLine.Of(with, "verify");

    public override string? WhyNot(ActionContext context) => with.TextOrNull("operation") == "resume" && Resume.Count == 0 ? "no command is given that lets it go on: give undo" : new[] { Suspend, Resume, Verify }.Where((line, index) => index == 0 || line.Count > 0).Select(line => CommandLine.WhyNot(line, context.Processes)).FirstOrDefault(why => why is not null);

    public override async Task<(bool?, string)> StateAsync(ActionContext context, CancellationToken cancellation)
    {
        if (Verify.Count == 0) return (null, "no verify command is given, so nobody can tell");
        var answer = await CommandRun.AskAsync(Verify, AskTime, context, cancellation).ConfigureAwait(false);
        return CommandRun.NoAnswer(answer) is { } why ? (null, why) : (answer.ExitCode == 0, $"{CommandText.Quote(Verify)}: exit code {answer.ExitCode}");
    }
}
