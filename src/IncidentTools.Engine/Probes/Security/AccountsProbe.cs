using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes.Security;

/// <summary>Who can log in and who is as good as root, against what a baseline says; without one only what is wrong anywhere is found.</summary>
internal sealed class AccountsProbe() : Probe("probe.accounts", "Whether accounts, administrators, sudo rules and login keys are those of the baseline, and none is without a password.", Shape,
    "accounts", "administrators", "newAccounts", "newAdministrators", "newKeys", "noPassword", "changed", "removed", "compared")
{
    public const string Kind = "accounts";

    private static readonly ObjectShape Shape = new("probe.accounts",
        Optional("baseline", Text, "file that action.baseline-record wrote when the machine was well"),
        Optional("root", Text, "folder that stands for / of a Linux machine: a mounted image, a copy; default this machine"),
        Optional("allow", ListOf(Text, allowSingle: true), "accounts that are known and right, whatever else is said"),
        Optional("timeout", Shapes.Duration, "for programs that are asked (Windows)", TimeSpan.FromMinutes(1)));

    protected override async Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        var inventory = await ReadAsync(with.TextOrNull("root"), context, with.Duration("timeout") ?? TimeSpan.FromMinutes(1), cancellation).ConfigureAwait(false);
        var allowed = with.Texts("allow").ToHashSet(StringComparer.Ordinal);
        (found["accounts"], found["administrators"]) = (inventory.Accounts.Count, inventory.Administrators.Keys.ToList());
        found.Observe("administrators", inventory.Administrators.ToDictionary(item => item.Key, item => (object?)item.Value));
        foreach (var file in inventory.Hidden) found.Unknown(ProbeErrors.PermissionDenied, $"{file} may not be read");
        Compare(with.TextOrNull("baseline"), inventory, allowed, found);
        Everywhere(inventory, allowed, found);
        found.Pass($"{inventory.Accounts.Count} accounts, {inventory.Administrators.Count} of them administrators, as in the baseline");
    }

    /// <summary>This machine's, or a tree's.</summary>
    public static async Task<AccountInventory> ReadAsync(string? root, ProbeContext context, TimeSpan timeout, CancellationToken cancellation)
    {
        if (root is null && OperatingSystem.IsWindows()) return await WindowsAccounts.ReadAsync(context, timeout, cancellation).ConfigureAwait(false);
        if (root is not null && !Path.IsPathFullyQualified(root)) throw new CannotCheckException(ProbeErrors.InvalidArgument, $"'{root}' is not a full path");
        return await Task.Run(() => LinuxAccounts.Read(root ?? "/"), cancellation).ConfigureAwait(false);
    }

    private static void Compare(string? baseline, AccountInventory inventory, HashSet<string> allowed, Findings found)
    {
        found["compared"] = baseline is not null;
        if (baseline is null)
        {
            found.Warn(ProbeErrors.NoBaseline, "there is no baseline to compare with, so new accounts cannot be told from old ones");
            return;
        }
        var difference = BaselineDifference.Of(Baseline.Read(baseline, Kind), inventory.Items);
        List<string> New(string prefix, string word, string what)
        {
            var list = difference.Added.Where(item => item.Key.StartsWith(prefix, StringComparison.Ordinal) && !allowed.Contains(item.Key[prefix.Length..].Split('/')[0])).ToList();
            foreach (var (key, value) in list) found.Fail(word, $"{what} {key[prefix.Length..]}: {value}");
            return [.. list.Select(item => item.Key[prefix.Length..])];
        }
        found["newAdministrators"] = New("administrator/", ProbeErrors.NewAdministrator, "a new administrator,");
        New("sudo/", ProbeErrors.NewAdministrator, "a new rule in");
        found["newAccounts"] = New("user/", ProbeErrors.NewAccount, "a new account,");
        found["newKeys"] = New("key/", ProbeErrors.NewKey, "a new key of");
        New("group/", ProbeErrors.BaselineDiffers, "a new group,");
        foreach (var (key, value) in difference.Changed) found.Fail(ProbeErrors.BaselineDiffers, $"{key} {value}");
        foreach (var key in difference.Removed) found.Warn(ProbeErrors.BaselineDiffers, $"{key} is gone");
        (found["changed"], found["removed"]) = (difference.Changed.Keys.Order(StringComparer.Ordinal).ToList(), difference.Removed);
    }

    private static void Everywhere(AccountInventory inventory, HashSet<string> allowed, Findings found)
    {
        foreach (var account in inventory.Accounts.Where(account => account is { Id: "0", Name: not "root" } && !allowed.Contains(account.Name))) found.Fail(ProbeErrors.NewAdministrator, $"{account.Name} has the number 0: it is root under another name");
        var open = inventory.Accounts.Where(account => account.Password == PasswordState.None && (account.CanLogIn || account.Shell.Length == 0) && !allowed.Contains(account.Name)).ToList();
        found["noPassword"] = open.Select(account => account.Name).ToList();
        foreach (var account in open) found.Fail(ProbeErrors.NoPassword, $"{account.Name} needs no password");
    }
}
