using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Probes.Security;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Actions.Security;

/// <summary>Takes an account's access without deleting it: it is evidence, and what it owns keeps its owner. Never root, never our own, never the last administrator.</summary>
internal sealed class AccountDisableAction : IAction
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    public string Name => "action.account-disable";
    public string Summary => "Locks an account and ends its sessions, without deleting it";

    public ObjectShape Parameters { get; } = new("action.account-disable",
        Required("account", Text with { Pattern = @"^[A-Za-z0-9_][A-Za-z0-9_.@\\-]{0,127}\$?$", Expected = "the name of an account" }, "its name"),
        Optional("disable", CommandLine.Shape, "program and arguments that disable it elsewhere (an identity provider, a CMS); without it the account of this machine is meant"),
        Optional("enable", CommandLine.Shape, "program and arguments that enable it again: the undo of disable"),
        Optional("verify", CommandLine.Shape, "program and arguments that say whether it is disabled: exit code 0 = yes"),
        Optional("sessions", Bool, "whether its running sessions are ended (this machine)", true),
        Optional("root", Text, "folder that stands for / of a Linux machine: a mounted image"),
        Optional("timeout", Shapes.Duration, "how long each command may take", TimeSpan.FromMinutes(1)));

    /// <summary>What runs under the account stops; services may.</summary>
    public StepImpact Impact(Arguments with) => StepImpact.Medium;

    public ActionPlan Plan(Arguments with)
    {
        var account = with.Text("account");
        if (with.Has("disable")) return new ActionPlan(account, $"Disables {account}{(with.Has("verify") ? ", then verifies it" : ", without verifying it")}", Hook(with).Lines, Hook(with).UndoText);
        return new ActionPlan(account, $"Locks the account {account}{(EndsSessions(with) ? " and ends its sessions" : "")}; it stays with all that it owns", [.. Lock(with), .. EndsSessions(with) ? new[] { CommandText.Quote(Sessions(with)) } : []],
            OperatingSystem.IsWindows() ? $"net.exe user {account} /active:yes" : $"restores lock and expiry of {account} as they were");
    }

    public async Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        var account = with.Text("account");
        if (account == "root" || account.Equals(Environment.UserName, StringComparison.OrdinalIgnoreCase) || account == Environment.GetEnvironmentVariable("SUDO_USER") || account == Environment.GetEnvironmentVariable("LOGNAME")) return $"{account} is {(account == "root" ? "the machine's own" : "the account this runs under")}: you would lock yourself out";
        if (with.Has("disable")) return Hook(with).WhyNot(context);
        if (CommandLine.WhyNot(LockLine(with), context.Processes) is { } why) return why;
        try
        {
            var inventory = await AccountsProbe.ReadAsync(with.TextOrNull("root"), context.ForProbe(), Timeout(with), cancellation).ConfigureAwait(false);
            if (inventory.Accounts.FirstOrDefault(item => item.Name == account) is not { } found) return $"there is no account {account}";
            if (found.IsRoot) return $"{account} has the number of root: it shares everything with root, so change its line by hand";
            var others = inventory.Administrators.Keys.Where(name => name != account && inventory.Accounts.FirstOrDefault(item => item.Name == name) is { } other && (other.IsRoot ? other.Password == PasswordState.Set || HasKey(inventory, name) : other.Password != PasswordState.Locked || HasKey(inventory, name)));
            return inventory.Administrators.ContainsKey(account) && !others.Any() ? $"{account} is the last administrator who can log in: make another one first" : null;
        }
        catch (CannotCheckException error) { return $"whether it may be locked cannot be told: {error.Message}"; }
    }

    public async Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested) return new ActionResult(ActionOutcome.Failed, "cancelled before anything was done") { Error = "Cancelled" };
        if (with.Has("disable")) return await Hook(with).RunAsync(context, cancellation).ConfigureAwait(false);
        ShadowEntry? before = null;
        if (!OperatingSystem.IsWindows() && (before = ShadowEntry.Find(Root(with), with.Text("account"), out var why)) is null) return new ActionResult(ActionOutcome.Failed, $"nothing was changed, because how it is could not be read: {why}") { Error = "NotSaved" };
        var done = await CommandRun.RunAsync(LockLine(with), Timeout(with), context, cancellation).ConfigureAwait(false);
        if (done.Outcome != ActionOutcome.Succeeded) return done;
        var undo = new Dictionary<string, object?> { ["locked"] = before?.IsLocked, ["expires"] = before?.Expires };
        var check = await CheckAsync(with, context, cancellation).ConfigureAwait(false);
        if (check.State != CheckState.Done) return done with { Outcome = check.State == CheckState.NotDone ? ActionOutcome.Failed : ActionOutcome.InDoubt, Error = "NotVerified", Message = $"{done.Message}, but {check.Message}", UndoData = undo };
        var message = $"{with.Text("account")} is locked";
        if (EndsSessions(with) && context.Processes.Find(Sessions(with)[0]) is not null)
        {
            // none to end is 1 to pkill
            var sessions = await CommandRun.RunAsync(Sessions(with), Timeout(with), context, cancellation, 0, 1).ConfigureAwait(false);
            message += sessions.Outcome == ActionOutcome.Succeeded ? ", its sessions were ended" : $"; its sessions: {sessions.Message}";
        }
        return done with { Message = message, UndoData = undo };
    }

    public async Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        if (with.Has("disable")) return await Hook(with).CheckAsync(context, cancellation).ConfigureAwait(false);
        try
        {
            var inventory = await AccountsProbe.ReadAsync(with.TextOrNull("root"), context.ForProbe(), Timeout(with), cancellation).ConfigureAwait(false);
            if (inventory.Accounts.FirstOrDefault(item => item.Name == with.Text("account")) is not { } account) return new(CheckState.Unknown, $"there is no account {with.Text("account")}");
            if (account.Password == PasswordState.Unknown) return new(CheckState.Unknown, "whether it is locked may not be read");
            // a lock alone lets keys in: on Linux the account must have expired, too
            var expired = OperatingSystem.IsWindows() || ShadowEntry.Find(Root(with), account.Name, out _)?.Expires == "1";
            return account.Password == PasswordState.Locked && expired ? new(CheckState.Done, $"{account.Name} is locked and expired") : new(CheckState.NotDone, $"{account.Name} is not locked");
        }
        catch (CannotCheckException error) { return new(CheckState.Unknown, error.Message); }
    }

    public bool CanUndo(Arguments with) => !with.Has("disable") || with.Has("enable");

    public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation)
    {
        if (with.Has("disable")) return Hook(with).UndoAsync(context, cancellation);
        if (OperatingSystem.IsWindows()) return CommandRun.RunAsync(["net.exe", "user", with.Text("account"), "/active:yes"], Timeout(with), context, cancellation);
        // one that was locked before stays locked
        string[] unlock = undoData.GetValueOrDefault("locked") is true ? [] : ["--unlock"];
        return CommandRun.RunAsync(["usermod", .. Prefix(with), .. unlock, "--expiredate", undoData.GetValueOrDefault("expires") as string ?? "", with.Text("account")], Timeout(with), context, cancellation);
    }

    private static bool HasKey(AccountInventory inventory, string name) => inventory.Keys.Keys.Any(key => key.StartsWith(name + "/", StringComparison.Ordinal));
    private static bool EndsSessions(Arguments with) => !with.Has("root") && (with["sessions"] as bool? ?? true) && !OperatingSystem.IsWindows();
    private static IEnumerable<string> Lock(Arguments with) => [CommandText.Quote(LockLine(with))];
    private static string[] LockLine(Arguments with) => OperatingSystem.IsWindows() ? ["net.exe", "user", with.Text("account"), "/active:no"] : ["usermod", .. Prefix(with), "--lock", "--expiredate", "1", with.Text("account")];
    private static string[] Sessions(Arguments with) => ["pkill", "-KILL", "-u", with.Text("account")];
    private static string[] Prefix(Arguments with) => with.TextOrNull("root") is { } root ? ["--prefix", root] : [];
    private static string Root(Arguments with) => with.TextOrNull("root") ?? "/";
    private static TimeSpan Timeout(Arguments with) => with.Duration("timeout") ?? Limit;
    private static HookAction Hook(Arguments with) => HookAction.Of(with, CommandLine.Of(with, "disable"), CommandLine.Of(with, "enable"));
}

/// <summary>Lock and expiry of an account as /etc/shadow has them.</summary>
/// <param name="Expires">Days since 1970, as written; empty = never.</param>
internal sealed record ShadowEntry(bool IsLocked, string Expires)
{
    public static ShadowEntry? Find(string root, string account, out string whyNot)
    {
        whyNot = $"there is no entry of {account} in shadow";
        try
        {
            var fields = File.ReadLines(Path.Combine(root, "etc/shadow")).Select(line => line.Split(':')).FirstOrDefault(parts => parts[0] == account);
            return fields is { Length: >= 8 } ? new(fields[1].StartsWith('!'), fields[7]) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            whyNot = error.Message;
            return null;
        }
    }
}
