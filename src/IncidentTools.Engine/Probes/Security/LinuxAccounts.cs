using System.Security.Cryptography;

namespace IncidentTools.Engine.Probes.Security;

/// <summary>The accounts of a Linux machine from its files, or of a tree that stands for one: a mounted image, a copy.</summary>
internal static class LinuxAccounts
{
    private const int MaxLines = 200_000;
    private static readonly string[] KeyFiles = [".ssh/authorized_keys", ".ssh/authorized_keys2"];

    /// <exception cref="CannotCheckException">Without passwd and group nothing is known.</exception>
    public static AccountInventory Read(string root)
    {
        var hidden = new List<string>();
        var states = Shadow(Below(root, "etc/shadow"), hidden);
        var accounts = Required(Below(root, "etc/passwd")).Select(line => line.Split(':')).Where(parts => parts.Length >= 7 && parts[0].Length > 0 && parts[0][0] is not ('+' or '-' or '#'))
            .Select(parts => new Account(parts[0], parts[2], parts[3], parts[5], parts[6], State(parts[1], states, parts[0]))).ToList();
        return new AccountInventory(accounts, Groups(root, accounts), [.. Rules(root, hidden)], Keys(root, accounts, hidden), hidden);
    }

    private static Dictionary<string, IReadOnlyList<string>> Groups(string root, List<Account> accounts)
    {
        var groups = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var parts in Required(Below(root, "etc/group")).Select(line => line.Split(':')).Where(parts => parts.Length >= 4 && parts[0].Length > 0))
            groups[parts[0]] = [.. parts[3].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Concat(accounts.Where(account => account.Group == parts[2]).Select(account => account.Name)).Distinct().Order(StringComparer.Ordinal)];
        return groups;
    }

    private static PasswordState State(string inPasswd, Dictionary<string, PasswordState>? shadow, string name) =>
        inPasswd.Length == 0 ? PasswordState.None : inPasswd != "x" ? Of(inPasswd) : shadow?.GetValueOrDefault(name, PasswordState.Locked) ?? PasswordState.Unknown;

    private static PasswordState Of(string hash) => hash.Length == 0 ? PasswordState.None : hash[0] is '!' or '*' ? PasswordState.Locked : PasswordState.Set;

    private static Dictionary<string, PasswordState>? Shadow(string path, List<string> hidden) =>
        Optional(path, hidden)?.Select(line => line.Split(':')).Where(parts => parts.Length >= 2).GroupBy(parts => parts[0]).ToDictionary(group => group.Key, group => Of(group.First()[1]), StringComparer.Ordinal);

    private static IEnumerable<(string, string)> Rules(string root, List<string> hidden)
    {
        var files = new List<string> { "etc/sudoers" };
        // files with a dot or a tilde at the end are not read by sudo
        try { if (Directory.Exists(Below(root, "etc/sudoers.d"))) files.AddRange(Directory.EnumerateFiles(Below(root, "etc/sudoers.d")).Select(file => "etc/sudoers.d/" + Path.GetFileName(file)).Where(file => !file.EndsWith('~') && !Path.GetFileName(file).Contains('.', StringComparison.Ordinal)).Order(StringComparer.Ordinal)); }
        catch (UnauthorizedAccessException) { hidden.Add("/etc/sudoers.d"); }
        foreach (var file in files)
            foreach (var line in Optional(Below(root, file), hidden) ?? [])
                if (string.Join(' ', line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)) is { Length: > 0 } rule && (rule[0] != '#' || rule.StartsWith("#include", StringComparison.Ordinal))) yield return ("/" + file, rule);
    }

    private static Dictionary<string, string> Keys(string root, List<Account> accounts, List<string> hidden)
    {
        var keys = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var account in accounts.Where(account => account.Home.StartsWith('/')))
            foreach (var file in KeyFiles)
                foreach (var line in Optional(Below(root, account.Home[1..] + "/" + file), hidden) ?? [])
                    if (Fingerprint(line) is var (print, options, comment)) keys[$"{account.Name}/{print}"] = $"{comment} in {account.Home}/{file}{(options.Length > 0 ? $" with {options}" : "")}";
                    else if (line.Trim() is { Length: > 0 } odd && odd[0] != '#') keys[$"{account.Name}/line {Say.Cut(odd, 80)}"] = $"a line in {account.Home}/{file} that is no key known here";
        return keys;
    }

    /// <summary>As <c>ssh-keygen -l</c> shows it; null for a line without a key.</summary>
    internal static (string Print, string Options, string Comment)? Fingerprint(string line)
    {
        if (line.TrimStart() is not { Length: > 0 } text || text[0] == '#') return null;
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        for (var at = 0; at + 1 < words.Length; at++)
        {
            if (!(words[at].StartsWith("ssh-", StringComparison.Ordinal) || words[at].StartsWith("ecdsa-", StringComparison.Ordinal) || words[at].StartsWith("sk-", StringComparison.Ordinal))) continue;
            var blob = new byte[words[at + 1].Length];
            if (!Convert.TryFromBase64String(words[at + 1], blob, out var length) || length < 8) continue;
            return ("SHA256:" + Convert.ToBase64String(SHA256.HashData(blob.AsSpan(0, length))).TrimEnd('='), string.Join(' ', words[..at]), at + 2 < words.Length ? string.Join(' ', words[(at + 2)..]) : words[at]);
        }
        return null;
    }

    private static string Below(string root, string path) => Path.Combine(root, path);

    private static IReadOnlyList<string> Required(string path)
    {
        try { return [.. File.ReadLines(path).Take(MaxLines)]; }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException) { throw new CannotCheckException(ProbeErrors.NotFound, $"there is no {path}"); }
        catch (UnauthorizedAccessException) { throw new CannotCheckException(ProbeErrors.PermissionDenied, $"{path} may not be read"); }
        catch (IOException error) { throw new CannotCheckException(ProbeErrors.Unreadable, error.Message); }
    }

    /// <summary>Null when it is not there; what may not be read is hidden, which is something else.</summary>
    private static IReadOnlyList<string>? Optional(string path, List<string> hidden)
    {
        try { return [.. File.ReadLines(path).Take(MaxLines)]; }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException) { return null; }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            hidden.Add(path);
            return null;
        }
    }
}
