using System.Globalization;
using System.Text.RegularExpressions;
using IncidentTools.Engine.Execution;

namespace IncidentTools.Engine.Actions.Security;

/// <summary>
/// Isolation by Windows Defender Firewall through <c>netsh</c>. Allow rules that are there would still hold, so all are switched off; the whole
/// policy is exported before, and importing it again is the way back, by hand or by a scheduled task when the time is up.
/// </summary>
internal sealed partial class WindowsIsolation : IsolationFirewall
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private const string Saved = "firewall.wfw";

    public override IReadOnlyList<string> Lines(IsolationOrder order) => [.. Commands(order, "<folder>").Select(CommandText.Quote)];
    public override string UndoText(IsolationOrder order) => CommandText.Quote(["netsh.exe", "advfirewall", "import", $"<folder>\\{Saved}"]);

    public override string? WhyNot(IsolationOrder order, ActionContext context) => order.Namespace is not null ? "Windows has no network namespaces"
        : order.Expires > TimeSpan.FromDays(30) ? "a scheduled task ends it, at most 30 days from now"
        : new[] { "netsh.exe", "schtasks.exe" }.Where(program => context.Processes.Find(program) is null).Select(program => $"there is no program '{program}'").FirstOrDefault();

    public override async Task<(string?, string?)> SaveAsync(IsolationOrder order, string folder, ActionContext context, CancellationToken cancellation)
    {
        var answer = await AskAsync(["netsh.exe", "advfirewall", "export", Path.Combine(folder, Saved)], context, cancellation).ConfigureAwait(false);
        if (CommandRun.NoAnswer(answer) is { } why) return (null, $"the policy could not be exported: {why}");
        if (answer.ExitCode != 0 || !File.Exists(Path.Combine(folder, Saved))) return (null, $"the policy could not be exported: exit code {answer.ExitCode}{CommandRun.Said(answer)}");
        var rules = await AskAsync(["netsh.exe", "advfirewall", "firewall", "show", "rule", "name=all", "verbose"], context, cancellation).ConfigureAwait(false);
        return (rules.Output, null);
    }

    public override async Task<ActionResult> ApplyAsync(IsolationOrder order, string folder, ActionContext context, CancellationToken cancellation)
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "expiry.xml"), Task(order, folder, context.Time.GetUtcNow()), System.Text.Encoding.Unicode, cancellation).ConfigureAwait(false);
        ActionResult? done = null;
        foreach (var command in Commands(order, folder))
        {
            done = await CommandRun.RunAsync(command, Limit, context, cancellation).ConfigureAwait(false);
            // half an isolation is neither; what was saved says how to go back
            if (done.Outcome != ActionOutcome.Succeeded) return done with { Outcome = ActionOutcome.InDoubt, Error = done.Error ?? "HalfDone" };
        }
        return done!;
    }

    public override async Task<IsolationState> StateAsync(IsolationOrder order, ActionContext context, CancellationToken cancellation)
    {
        var rule = await AskAsync(["netsh.exe", "advfirewall", "firewall", "show", "rule", $"name={Rule(order)}"], context, cancellation).ConfigureAwait(false);
        if (CommandRun.NoAnswer(rule) is { } why) return new(IsolationPhase.Unknown, why);
        var profiles = await AskAsync(["netsh.exe", "advfirewall", "show", "allprofiles", "firewallpolicy"], context, cancellation).ConfigureAwait(false);
        if (CommandRun.NoAnswer(profiles) is { } later) return new(IsolationPhase.Unknown, later);
        return profiles.ExitCode != 0 ? new(IsolationPhase.Unknown, $"netsh: exit code {profiles.ExitCode}{CommandRun.Said(profiles)}") : Read(rule.ExitCode == 0, profiles.Output);
    }

    public override async Task<ActionResult> RemoveAsync(IsolationOrder order, string folder, ActionContext context, CancellationToken cancellation)
    {
        if (!File.Exists(Path.Combine(folder, Saved))) return new ActionResult(ActionOutcome.Failed, $"the saved policy {Path.Combine(folder, Saved)} is not there") { Error = "NotSaved" };
        var done = await CommandRun.RunAsync(["netsh.exe", "advfirewall", "import", Path.Combine(folder, Saved)], Limit, context, cancellation).ConfigureAwait(false);
        if (done.Outcome == ActionOutcome.Succeeded) await AskAsync(["schtasks.exe", "/delete", "/tn", Rule(order), "/f"], context, cancellation).ConfigureAwait(false);
        return done;
    }

    /// <param name="ours">Whether the rule that lets responders in is there.</param>
    /// <param name="profiles">What netsh says of the three profiles: the labels are translated, the policy's words are not.</param>
    internal static IsolationState Read(bool ours, string profiles)
    {
        var policies = Policy().Matches(profiles).Select(match => match.Value).ToList();
        if (policies.Count == 0) return new(IsolationPhase.Unknown, "netsh names no policy");
        var blocked = policies.TrueForAll(policy => policy.Equals("BlockInbound,BlockOutbound", StringComparison.OrdinalIgnoreCase));
        return (ours, blocked) switch
        {
            (true, true) => new(IsolationPhase.Active, "all profiles block both ways, and our rules are there"),
            (false, false) => new(IsolationPhase.Absent, "our rules are not there"),
            (true, false) => new(IsolationPhase.Unknown, $"our rules are there, but the policy is {string.Join(" and ", policies.Distinct())}"),
            _ => new(IsolationPhase.Foreign, "everything is blocked, but not by us"),
        };
    }

    private static IReadOnlyList<string[]> Commands(IsolationOrder order, string folder)
    {
        var addresses = string.Join(',', order.Responders.All);
        return
        [
            ["schtasks.exe", "/create", "/tn", Rule(order), "/xml", folder + @"\expiry.xml", "/f"],
            ["netsh.exe", "advfirewall", "firewall", "set", "rule", "name=all", "new", "enable=no"],
            ["netsh.exe", "advfirewall", "firewall", "add", "rule", $"name={Rule(order)}", "dir=in", "action=allow", $"remoteip={addresses}"],
            ["netsh.exe", "advfirewall", "firewall", "add", "rule", $"name={Rule(order)}", "dir=out", "action=allow", $"remoteip={addresses}"],
            ["netsh.exe", "advfirewall", "set", "allprofiles", "firewallpolicy", "blockinbound,blockoutbound"],
            ["netsh.exe", "advfirewall", "set", "allprofiles", "state", "on"],
        ];
    }

    /// <summary>By XML: the dates of the command line are read in the machine's language.</summary>
    private static string Task(IsolationOrder order, string folder, DateTimeOffset now) => string.Create(CultureInfo.InvariantCulture, $"""
        <?xml version="1.0" encoding="UTF-16"?>
        <Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
          <Triggers><TimeTrigger><StartBoundary>{(now + order.Expires).UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}</StartBoundary><Enabled>true</Enabled></TimeTrigger></Triggers>
          <Principals><Principal id="Author"><UserId>S-1-5-18</UserId><RunLevel>HighestAvailable</RunLevel></Principal></Principals>
          <Settings><StartWhenAvailable>true</StartWhenAvailable><DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries></Settings>
          <Actions Context="Author"><Exec><Command>netsh.exe</Command><Arguments>advfirewall import "{System.Security.SecurityElement.Escape(Path.Combine(folder, Saved))}"</Arguments></Exec></Actions>
        </Task>

        """);

    private static string Rule(IsolationOrder order) => $"IncidentTools-{order.Id}";

    private static Task<ProcessResult> AskAsync(IReadOnlyList<string> command, ActionContext context, CancellationToken cancellation) =>
        context.Processes.RunAsync(new ProcessRequest(command[0], [.. command.Skip(1)]) { Timeout = Limit, MaxBytes = 16 * 1024 * 1024, MaxLines = int.MaxValue }, cancellation);

    [GeneratedRegex("(Block|Allow)Inbound(Always)?,(Block|Allow)Outbound", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)] private static partial Regex Policy();
}
