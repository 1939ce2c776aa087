namespace IncidentTools.Engine.Probes.Security;

/// <summary>Unknown where the file that says so could not be read or is not there.</summary>
internal enum PasswordState { Unknown, Set, None, Locked }

internal sealed record Account(string Name, string Id, string Group, string Home, string Shell, PasswordState Password)
{
    /// <summary>The root account's number, or the built-in administrator of Windows.</summary>
    public bool IsRoot => Id == "0" || Id.EndsWith("-500", StringComparison.Ordinal);
    public bool CanLogIn => Shell.Length > 0 && !Shell.EndsWith("/nologin", StringComparison.Ordinal) && !Shell.EndsWith("/false", StringComparison.Ordinal);
}

/// <param name="Groups">Members by group.</param>
/// <param name="Rules">Lines of the sudoers files: file and rule.</param>
/// <param name="Keys">Keys that let somebody in: user and fingerprint, with file and comment.</param>
/// <param name="Hidden">What could not be read, so that what it holds is not known.</param>
internal sealed record AccountInventory(
    IReadOnlyList<Account> Accounts, IReadOnlyDictionary<string, IReadOnlyList<string>> Groups, IReadOnlyList<(string File, string Rule)> Rules, IReadOnlyDictionary<string, string> Keys, IReadOnlyList<string> Hidden)
{
    /// <summary>Groups whose members are as good as root.</summary>
    public static readonly IReadOnlySet<string> AdministratorGroups = new HashSet<string>(["sudo", "wheel", "admin", "root", "docker", "lxd", "Administrators"], StringComparer.Ordinal);

    /// <summary>By name, with why.</summary>
    public IReadOnlyDictionary<string, string> Administrators
    {
        get
        {
            var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (var account in Accounts.Where(account => account.IsRoot)) found[account.Name] = $"has the number {account.Id}";
            foreach (var (group, members) in Groups.Where(group => AdministratorGroups.Contains(group.Key)))
                foreach (var member in members) found.TryAdd(member, $"is in the group {group}");
            foreach (var (file, rule) in Rules)
                if (rule.Split([' ', '\t'], 2) is [var who, var what] && what.Contains('=', StringComparison.Ordinal) && who is not ("Defaults" or "User_Alias" or "Runas_Alias" or "Host_Alias" or "Cmnd_Alias") && !who.StartsWith('%') && !who.StartsWith("Defaults", StringComparison.Ordinal)) found.TryAdd(who, $"has a rule in {file}");
            return found;
        }
    }

    /// <summary>As a baseline keeps it.</summary>
    public IReadOnlyDictionary<string, string> Items
    {
        get
        {
            var items = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (var account in Accounts) items[$"user/{account.Name}"] = $"id {account.Id}, group {account.Group}, home {account.Home}, shell {account.Shell}, password {account.Password.ToString().ToLowerInvariant()}";
            foreach (var (group, members) in Groups) items[$"group/{group}"] = string.Join(',', members);
            foreach (var (file, rule) in Rules) items[$"sudo/{file}/{rule}"] = "rule";
            foreach (var (key, what) in Keys) items[$"key/{key}"] = what;
            foreach (var (name, why) in Administrators) items[$"administrator/{name}"] = why;
            return items;
        }
    }
}
