using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using static IncidentTools.Engine.Actions.Security.EvidenceItem;

namespace IncidentTools.Engine.Actions.Security;

/// <summary>What belongs to each profile. Programs that only look, each by its argument list; none that changes access times of the files it is about.</summary>
internal static class EvidenceProfiles
{
    public static readonly string[] Names = ["linux-volatile", "windows-volatile", "web", "database"];
    private const string FileFacts = "%T+ %C+ %A+ %m %u:%g %s %i %p -> %l\\n";

    /// <summary>All items in order of volatility, whatever order the profiles and own items were named in.</summary>
    public static IReadOnlyList<EvidenceItem> Items(Arguments with)
    {
        var items = with.Texts("profile").SelectMany(name => name switch
        {
            "linux-volatile" => Linux(),
            "windows-volatile" => Windows(),
            "web" => Web(with),
            _ => Database(with),
        });
        if (with.Has("memory")) items = items.Append(new EvidenceItem("memory", Volatility.Memory, CommandLine.Of(with, "memory"), []));
        var files = CommandLine.Of(with, "files");
        if (files.Count > 0) items = items.Append(Copies("files", Volatility.Disk, files));
        items = items.Concat(with.List("items").OfType<IReadOnlyDictionary<string, object?>>().Select(Own));
        return [.. items.DistinctBy(item => item.Name).Select((item, index) => (item, index)).OrderBy(pair => pair.item.Order).ThenBy(pair => pair.index).Select(pair => pair.item)];
    }

    private static EvidenceItem Own(IReadOnlyDictionary<string, object?> item)
    {
        var own = new Arguments(item);
        return new EvidenceItem(own.Text("name"), Enum.Parse<Volatility>(own.Text("volatility"), ignoreCase: true), CommandLine.Of(own, "command"), []);
    }

    private static IEnumerable<EvidenceItem> Linux() =>
    [
        Of("clock", Volatility.Network, "date", "-u", "+%Y-%m-%dT%H:%M:%S.%NZ"),
        Of("connections", Volatility.Network, "ss", "-tanpu"),
        Of("neighbours", Volatility.Network, "ip", "neigh"),
        Of("routes", Volatility.Network, "ip", "route", "show", "table", "all"),
        Of("addresses", Volatility.Network, "ip", "address"),
        Of("processes", Volatility.Processes, "ps", "-ww", "-eo", "pid,ppid,user,lstart,stat,rss,args"),
        Of("users", Volatility.Processes, "w", "-i"),
        Of("deleted-programs", Volatility.Processes, "find", "/proc", "-maxdepth", "2", "-name", "exe", "-lname", "*(deleted)", "-printf", "%p -> %l\\n"),
        Of("open-deleted-files", Volatility.Processes, "lsof", "-nP", "+L1"),
        Of("containers", Volatility.Processes, "docker", "ps", "-a", "--no-trunc"),
        Of("modules", Volatility.Kernel, "lsmod"),
        Of("mounts", Volatility.Kernel, "mount"),
        Of("packet-filter", Volatility.Kernel, "nft", "list", "ruleset"),
        Of("kernel-messages", Volatility.Kernel, "dmesg"),
        Of("uptime", Volatility.Kernel, "uptime"),
        Of("temporary-files", Volatility.Temporary, "find", "/tmp", "/var/tmp", "/dev/shm", "/run", "-xdev", "-printf", FileFacts),
        Of("logons", Volatility.Disk, "last", "-Faiwx", "-n", "500"),
        Of("failed-logons", Volatility.Disk, "lastb", "-Faiwx", "-n", "500"),
        Of("scheduled-files", Volatility.Disk, "find", "/etc/crontab", "/etc/cron.d", "/etc/cron.hourly", "/etc/cron.daily", "/var/spool/cron", "/etc/systemd/system", "-printf", FileFacts),
        Copies("accounts", Volatility.Disk, ["/etc/passwd", "/etc/group", "/etc/sudoers", "/etc/ld.so.preload", "/etc/crontab"]),
        Of("units", Volatility.Configuration, "systemctl", "list-units", "--type=service", "--all", "--no-pager"),
        Of("timers", Volatility.Configuration, "systemctl", "list-timers", "--all", "--no-pager"),
        Of("system", Volatility.Configuration, "uname", "-a"),
    ];

    private static IEnumerable<EvidenceItem> Windows() =>
    [
        Of("connections", Volatility.Network, "netstat.exe", "-ano"),
        Of("neighbours", Volatility.Network, "arp.exe", "-a"),
        Of("routes", Volatility.Network, "route.exe", "print"),
        Of("names", Volatility.Network, "ipconfig.exe", "/displaydns"),
        Of("sessions", Volatility.Network, "net.exe", "session"),
        Of("processes", Volatility.Processes, "tasklist.exe", "/v", "/fo", "csv"),
        Of("command-lines", Volatility.Processes, "powershell.exe", "-NoProfile", "-NonInteractive", "-Command", "Get-CimInstance Win32_Process | Select-Object ProcessId,ParentProcessId,Name,CommandLine,CreationDate,ExecutablePath | ConvertTo-Json"),
        Of("users", Volatility.Processes, "quser.exe"),
        Of("filters", Volatility.Kernel, "fltmc.exe"),
        Of("drivers", Volatility.Kernel, "driverquery.exe", "/v", "/fo", "csv"),
        Of("tasks", Volatility.Disk, "schtasks.exe", "/query", "/xml", "ONE"),
        Of("services", Volatility.Disk, "reg.exe", "query", @"HKLM\SYSTEM\CurrentControlSet\Services", "/s", "/v", "ImagePath"),
        Of("run-keys", Volatility.Disk, "reg.exe", "query", @"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Run", "/s"),
        Of("wmi-subscriptions", Volatility.Disk, "powershell.exe", "-NoProfile", "-NonInteractive", "-Command", @"Get-CimInstance -Namespace root/subscription -ClassName __EventConsumer | ConvertTo-Json"),
        Of("security-log", Volatility.Disk, "wevtutil.exe", "qe", "Security", "/f:xml", "/c:5000", "/rd:true"),
        Of("system-log", Volatility.Disk, "wevtutil.exe", "qe", "System", "/f:xml", "/c:5000", "/rd:true"),
        Of("system", Volatility.Configuration, "systeminfo.exe"),
    ];

    private static IEnumerable<EvidenceItem> Web(Arguments with) =>
    [
        .. Listings(with),
        Of("nginx-configuration", Volatility.Configuration, "nginx", "-T"),
        Of("apache-configuration", Volatility.Configuration, "apachectl", "-S"),
        Of("php", Volatility.Configuration, "php", "-i"),
    ];

    /// <summary>By <c>psql</c>, which finds the password in its own files, never among its arguments.</summary>
    private static IEnumerable<EvidenceItem> Database(Arguments with)
    {
        EvidenceItem Ask(string name, Volatility order, string query) => Of(name, order, "psql", "-w", "-X", "-A", "-d", with.Text("database"), "-c", query);
        IEnumerable<EvidenceItem> asked = with.Has("database")
            ? [
                Ask("database-sessions", Volatility.Processes, "SELECT * FROM pg_stat_activity"),
                Ask("database-roles", Volatility.Disk, "SELECT rolname, rolsuper, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolvaliduntil FROM pg_roles ORDER BY 1"),
                Ask("database-access", Volatility.Configuration, "SELECT * FROM pg_hba_file_rules"),
                Ask("database-settings", Volatility.Configuration, "SELECT name, setting, source, sourcefile FROM pg_settings WHERE source <> 'default' ORDER BY 1"),
            ]
            : [];
        return asked.Concat(Listings(with));
    }

    private static IEnumerable<EvidenceItem> Listings(Arguments with) =>
        with.Texts("paths").Select((path, index) => Of($"files-of-{index + 1}", Volatility.Disk, "find", path, "-xdev", "-printf", FileFacts));
}
