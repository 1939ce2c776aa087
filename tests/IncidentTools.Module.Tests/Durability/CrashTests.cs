namespace IncidentTools.Module.Tests.Durability;

/// <summary>What was acknowledged is there, whatever happens to the process or the disk.</summary>
public sealed class CrashTests : IDisposable
{
    private readonly ModuleHost _host = new();
    public void Dispose() => _host.Dispose();

    private const string Writer = "for ($n = 1; $n -le 100000; $n++) { $line = \"note $n\" | Add-IncidentNote -Incident 1 -PassThru; [Console]::Out.WriteLine($line.Seq); [Console]::Out.Flush() }";

    [Fact]
    public void Killed_writers_lose_nothing_they_acknowledged()
    {
        _host.Run("Start-Incident 'Shop is down' -NoPage; Disconnect-IncidentStore");
        var random = new Random(7);
        for (var round = 0; round < 5; round++)
        {
            using var writer = ShellProcess.Start(_host.Store, "-Command", Writer);
            var wanted = random.Next(1, 40);
            long last = 0;
            for (var seen = 0; seen < wanted; seen++)
            {
                var line = writer.StandardOutput.ReadLine();
                if (line is null) Assert.Fail(writer.StandardError.ReadToEnd());
                last = long.Parse(line!, System.Globalization.CultureInfo.InvariantCulture);
            }
            ShellProcess.Kill(writer); // SIGKILL: no handler runs
            last = Math.Max(last, writer.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => long.TryParse(line, out var seq) ? seq : 0).DefaultIfEmpty(0).Max());
            writer.WaitForExit();
            var entries = _host.Run("Get-IncidentJournal INC-1").Select(item => ((JournalEntry)item.BaseObject).Seq).ToArray();
            Assert.True(entries[^1] >= last, $"entry {last} was acknowledged, the last one there is {entries[^1]}");
            Assert.Equal(Enumerable.Range(1, entries.Length).Select(seq => (long)seq), entries);
            Assert.True(_host.Run<bool>("Test-IncidentJournal -Deep -Quiet"));
            _host.Run("Disconnect-IncidentStore");
        }
    }

    [Fact]
    public void Two_processes_write_one_incident_and_no_entry_is_lost()
    {
        _host.Run("Start-Incident 'Shop is down' -NoPage; Disconnect-IncidentStore");
        var script = "for ($n = 1; $n -le 30; $n++) { \"$PID-$n\" | Add-IncidentNote -Incident 1 }";
        using var first = ShellProcess.Start(_host.Store, "-Command", script);
        using var second = ShellProcess.Start(_host.Store, "-Command", script);
        first.WaitForExit();
        second.WaitForExit();
        Assert.Equal((0, 0), (first.ExitCode, second.ExitCode));
        var notes = _host.Run("(Get-IncidentTimeline 1 -Type note.*).Text").Select(item => item.ToString()).ToArray();
        Assert.Equal(60, notes.Distinct().Count());
        Assert.True(_host.Run<bool>("Test-IncidentJournal -Deep -Quiet"));
    }

    [Fact]
    public void Two_processes_may_make_the_store_at_once()
    {
        var script = "'a', 'b', 'c' | ForEach-Object { $null = Start-Incident $_ -NoPage }";
        var processes = Enumerable.Range(0, 4).Select(_ => ShellProcess.Start(_host.Store, "-Command", script)).ToArray();
        foreach (var process in processes) process.WaitForExit();
        Assert.All(processes, process => Assert.True(process.ExitCode == 0, process.StandardError.ReadToEnd()));
        Assert.Equal(Enumerable.Range(1, 12), _host.Run("(Get-Incident).Number").Select(item => (int)item.BaseObject).Order());
        Assert.True(_host.Run<bool>("Test-IncidentJournal -Deep -Quiet"));
    }

    [Fact]
    public void A_full_disk_refuses_and_keeps_what_was_there()
    {
        using var disk = new SmallDisk(_host.Folder, "1500k");
        var store = Path.Combine(disk.Path, "incidents.db");
        _host.Run($"Start-Incident 'Shop is down' -NoPage -Store '{store}'");
        var result = _host.Try($"$text = 'x' * 20000; for ($n = 0; $n -lt 200; $n++) {{ $text | Add-IncidentNote -Incident 1 -Store '{store}' -ErrorAction Stop }}");
        Assert.Equal("StoreFull", Assert.Single(result.Errors).FullyQualifiedErrorId.Split(',')[0]);
        var before = _host.Run($"Get-IncidentTimeline 1 -Store '{store}'").Count;
        disk.Remount("size=8m");
        _host.Run($"'room again' | Add-IncidentNote -Incident 1 -Store '{store}'");
        Assert.Equal(before + 1, _host.Run($"Get-IncidentTimeline 1 -Store '{store}'").Count);
        Assert.True(_host.Run<bool>($"Test-IncidentJournal -Deep -Quiet -Store '{store}'"));
        _host.Run("Disconnect-IncidentStore");
    }

    [Fact]
    public void A_read_only_disk_can_be_read_and_refuses_to_record()
    {
        using var disk = new SmallDisk(_host.Folder, "8m");
        var store = Path.Combine(disk.Path, "incidents.db");
        _host.Run($"Start-Incident 'Shop is down' -NoPage -Store '{store}'; Disconnect-IncidentStore");
        disk.Remount("ro");
        Assert.Equal("Shop is down", _host.Text($"(Get-Incident 1 -Store '{store}').Title"));
        Assert.True(_host.Run<IncidentStore>($"Get-IncidentStore -Store '{store}'").ReadOnly);
        Assert.Equal("StoreReadOnly", _host.ErrorId($"Confirm-Incident 1 -Store '{store}'"));
        _host.Run("Disconnect-IncidentStore");
    }
}
