using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Probes.Security;

/// <summary>Something that makes a program run again after a logon, a restart, or by the clock.</summary>
/// <param name="Name">Path or key, which names it.</param>
/// <param name="What">What it is now: a hash and who owns it, or a command.</param>
/// <param name="ChangedAt">When it was last changed in any way; null = not told.</param>
internal sealed record PersistenceEntry(string Name, string What, DateTimeOffset? ChangedAt, IReadOnlyList<string> Suspicions);

/// <param name="Hidden">What could not be read.</param>
internal sealed record PersistenceInventory(IReadOnlyList<PersistenceEntry> Entries, IReadOnlyList<string> Hidden)
{
    public IReadOnlyDictionary<string, string> Items => new SortedDictionary<string, string>(Entries.GroupBy(entry => entry.Name).ToDictionary(group => group.Key, group => string.Join("; ", group.Select(entry => entry.What)), StringComparer.Ordinal), StringComparer.Ordinal);
}

/// <summary>The places of Linux, on this machine or in a tree that stands for one.</summary>
internal static class LinuxPersistence
{
    private const int MaxFiles = 50_000, MaxText = 256 * 1024;
    private const long MaxHashed = 64L * 1024 * 1024;

    /// <summary>Folders are taken with all below them.</summary>
    private static readonly string[] Places =
    [
        "etc/crontab", "etc/anacrontab", "etc/cron.d", "etc/cron.hourly", "etc/cron.daily", "etc/cron.weekly", "etc/cron.monthly", "var/spool/cron", "var/spool/at", "etc/systemd/system", "etc/systemd/user", "run/systemd/system",
        "usr/lib/systemd/system", "usr/lib/systemd/system-generators", "usr/local/lib/systemd", "etc/init.d", "etc/rc.local", "etc/inittab", "etc/profile", "etc/profile.d", "etc/bash.bashrc", "etc/bashrc", "etc/zsh", "etc/environment",
        "etc/ld.so.preload", "etc/ld.so.conf", "etc/ld.so.conf.d", "etc/pam.d", "etc/udev/rules.d", "etc/update-motd.d", "etc/modules-load.d", "etc/xdg/autostart", "etc/NetworkManager/dispatcher.d", "etc/ssh/sshd_config", "etc/ssh/sshd_config.d",
    ];
    private static readonly string[] OfEveryHome = [".bashrc", ".bash_profile", ".bash_login", ".bash_logout", ".profile", ".zshrc", ".zprofile", ".ssh/authorized_keys", ".ssh/authorized_keys2", ".ssh/rc", ".config/systemd/user", ".config/autostart"];
    /// <summary>Where a suspicious word is a command and not a comment of a package.</summary>
    private static readonly string[] Commands = ["etc/cron", "var/spool/", "etc/systemd/", "run/systemd/", "etc/init.d", "etc/rc.local", "etc/profile", "etc/bash", "etc/environment", "etc/udev/", "etc/update-motd.d", "usr/local/"];

    public static PersistenceInventory Read(string root, CancellationToken cancellation)
    {
        var (entries, hidden) = (new List<PersistenceEntry>(), new List<string>());
        var homes = Homes(root).Distinct(StringComparer.Ordinal).SelectMany(home => OfEveryHome.Select(file => home + "/" + file));
        foreach (var place in Places.Concat(homes))
            foreach (var file in Files(Path.Combine(root, place), hidden))
            {
                cancellation.ThrowIfCancellationRequested();
                if (entries.Count >= MaxFiles) throw new CannotCheckException(ProbeErrors.Truncated, $"more than {MaxFiles} files that start programs");
                if (One(file, "/" + Path.GetRelativePath(root, file).Replace('\\', '/'), hidden) is { } entry) entries.Add(entry);
            }
        return new PersistenceInventory(entries, hidden);
    }

    private static IEnumerable<string> Homes(string root)
    {
        try { return [.. File.ReadLines(Path.Combine(root, "etc/passwd")).Select(line => line.Split(':')).Where(parts => parts.Length >= 7 && parts[5].Length > 1 && parts[5][0] == '/').Select(parts => parts[5][1..])]; }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { throw new CannotCheckException(ProbeErrors.NotFound, $"the accounts of {root} cannot be read, so their homes are not known: {error.Message}"); }
    }

    private static IEnumerable<string> Files(string place, List<string> hidden)
    {
        if (File.Exists(place) || new FileInfo(place).LinkTarget is not null) return [place];
        try { return Directory.Exists(place) ? [.. Directory.EnumerateFiles(place, "*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = false, AttributesToSkip = 0, MaxRecursionDepth = 8 })] : []; }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            hidden.Add(place);
            return [];
        }
    }

    private static PersistenceEntry? One(string file, string name, List<string> hidden)
    {
        var stat = StatFacts.Of(file);
        var changed = stat is { } known ? (known.Changed > known.Modified ? known.Changed : known.Modified) : new DateTimeOffset(File.GetLastWriteTimeUtc(file));
        if (new FileInfo(file).LinkTarget is { } target) return new(name, $"link to {target}", changed, []);
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0);
            if (stream.Length > MaxHashed) return new(name, $"{stream.Length} bytes", changed, []);
            var head = new byte[Math.Min(stream.Length, MaxText)];
            stream.ReadExactly(head);
            stream.Position = 0;
            var owner = stat is { } of ? $", owner {of.Uid}:{of.Gid}, mode 0{Convert.ToString(of.Permissions, 8)}" : "";
            var what = $"sha256 {Sha256File.Hex(System.Security.Cryptography.SHA256.HashData(stream))}{owner}";
            return new(name, what, changed, Suspicions(name[1..], System.Text.Encoding.UTF8.GetString(head)));
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException) { return null; } // gone while we looked
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            hidden.Add(name);
            return null;
        }
    }

    private static IReadOnlyList<string> Suspicions(string name, string text)
    {
        var active = string.Join('\n', text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#'));
        if (name == "etc/ld.so.preload") return active.Length > 0 ? ["preload"] : [];
        return Array.Exists(Commands, place => name.StartsWith(place, StringComparison.Ordinal)) || name.Contains("/.", StringComparison.Ordinal) ? SuspiciousText.InCommands(active) : [];
    }
}
