using System.Globalization;
using IncidentTools.Module.Tests.Outage;

namespace IncidentTools.Module.Tests.Breach;

/// <summary>A scratch machine that is well, with a baseline and a manifest of it, and a workspace that names it as the service <c>web</c>. What an intruder does is planted by the test.</summary>
internal sealed class BreachScene
{
    private const string Clean = "<?php echo 'the shop is open';\n";

    /// <param name="netns">The namespace that is isolated; null = nothing can be.</param>
    /// <param name="responder">Who still reaches it.</param>
    /// <param name="quick">With a copy of the runbook that takes little evidence; same steps.</param>
    public BreachScene(string folder, string? netns = null, string? responder = null, bool quick = false)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root" && NginxOutage.Find("usermod") is not null, "needs root and usermod on Linux");
        Folder = Directory.CreateDirectory(folder).FullName;
        Write("root/etc/passwd", "root:x:0:0::/root:/bin/bash\nana:x:1000:1000::/home/ana:/bin/bash\n");
        Write("root/etc/group", "root:x:0:\nsudo:x:27:ana\nana:x:1000:\n");
        Write("root/etc/shadow", "root:$y$j9T$root:19000:0:99999:7:::\nana:$y$j9T$abc:19000:0:99999:7:::\n");
        Write("root/etc/crontab", "17 * * * * root run-parts /etc/cron.hourly\n");
        Write("www/index.php", Clean);
        Write("www/images/logo.png", "a picture");
        Write("auth.log", Line(600, "sshd[1]: Accepted publickey for ana from 192.0.2.5 port 1 ssh2"));
        Write("access.log", "192.0.2.5 - - GET /\n");
        Write("ioc.csv", "type,value,note\nip,203.0.113.9,command and control\n");
        OutageScripts.WritePeople(Workspace);
        Services(netns, responder);
        if (quick) File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(Workspace, "runbooks")).FullName, "security-breach.yaml"),
            File.ReadAllText(Path.Combine(Path.GetDirectoryName(ModuleHost.ModulePath)!, "runbooks", "runbooks", "security-breach.yaml")).Replace("profile: [\"${{ ($service.security.platform ?? 'linux') + '-volatile' }}\", web]", "profile: [web]", StringComparison.Ordinal));
    }

    public string Folder { get; }
    public string Workspace => Path.Combine(Folder, "ops");
    public string Shell => PathOf("www", "images", "cache.php");
    public string[] Quarantined => Directory.Exists(PathOf("quarantine")) ? Directory.GetFiles(PathOf("quarantine"), "*.quarantined", SearchOption.AllDirectories) : [];

    public string PathOf(params string[] parts) => Path.Combine([Folder, .. parts]);

    public string Write(string name, string text)
    {
        var file = PathOf(name.Split('/'));
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
        return file;
    }

    /// <summary>What is normal, written down by the module itself.</summary>
    public void Record(ModuleHost host)
    {
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(Workspace, "runbooks")).FullName, "record.yaml"), $$"""
            schema: incidenttools/runbook/v1
            id: record
            version: 1.0.0
            title: Write down what is normal
            steps:
              - { id: accounts, phase: review, uses: action.baseline-record, with: { of: accounts, to: '{{PathOf("known", "accounts.json")}}', root: '{{PathOf("root")}}' } }
              - { id: persistence, phase: review, uses: action.baseline-record, with: { of: persistence, to: '{{PathOf("known", "persistence.json")}}', root: '{{PathOf("root")}}' } }
              - { id: files, phase: review, uses: probe.hash-manifest, with: { roots: '{{PathOf("www")}}', out: '{{PathOf("known", "www.manifest")}}' } }

            """);
        Assert.Equal("Succeeded", host.Run<RunbookRun>("Invoke-Runbook record").State);
    }

    public void PlantShell()
    {
        Write("www/images/cache.php", "<?php @eval($_POST['x']); ?>");
        File.SetLastWriteTimeUtc(Shell, new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Shell, UnixFileMode.UserRead | UnixFileMode.OtherRead);
    }

    public void PlantAccount()
    {
        File.AppendAllText(PathOf("root", "etc", "passwd"), "support:x:1001:1001::/home/support:/bin/bash\n");
        File.AppendAllText(PathOf("root", "etc", "shadow"), "support:$y$j9T$evil:19000:0:99999:7:::\n");
        File.AppendAllText(PathOf("root", "etc", "group"), "support:x:1001:\n");
    }

    public void PlantJob() => Write("root/etc/cron.d/update", "*/5 * * * * root /usr/local/bin/update\n");
    public void ChangeFile() => Write("www/index.php", "<?php echo 'hacked';\n");
    public void Release() => Write("www/index.php", Clean);

    public void PlantGuesses(int count, bool success) => File.AppendAllText(PathOf("auth.log"),
        string.Concat(Enumerable.Range(0, count).Select(n => Line(300 - n, $"sshd[{n + 9}]: Failed password for ana from 203.0.113.7 port 2 ssh2"))) + (success ? Line(10, "sshd[8]: Accepted password for ana from 203.0.113.7 port 3 ssh2") : ""));

    public void PlantAccess() => File.AppendAllText(PathOf("access.log"), "203.0.113.9 - - POST /images/cache.php\n");

    private static string Line(int ago, string text) => $"{TimeProvider.System.GetUtcNow().AddSeconds(-ago).ToString("yyyy-MM-dd'T'HH:mm:ss'+00:00'", CultureInfo.InvariantCulture)} web {text}\n";

    private void Services(string? netns, string? responder) => File.WriteAllText(Path.Combine(Workspace, "services.yaml"), $$"""
        schema: incidenttools/services/v1
        services:
          web:
            name: Web shop
            owner: platform
            runbooks: [security-breach]
            security:
              {{(netns is null ? "" : $"netns: {netns}\n      responders: [{responder}]")}}
              root: '{{PathOf("root")}}'
              webRoots: ['{{PathOf("www")}}']
              authLogs: ['{{PathOf("auth.log")}}']
              accessLogs: ['{{PathOf("access.log")}}']
              manifest: '{{PathOf("known", "www.manifest")}}'
              baselines: { accounts: '{{PathOf("known", "accounts.json")}}', persistence: '{{PathOf("known", "persistence.json")}}' }
              indicators: '{{PathOf("ioc.csv")}}'
              quarantine: '{{PathOf("quarantine")}}'
              evidenceCopy: '{{PathOf("copy")}}'

        """);
}
