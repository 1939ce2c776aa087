using System.Globalization;
using System.IO.Compression;
using System.Text;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Probes.Logs;
using Microsoft.Extensions.Time.Testing;
using NodaTime;

namespace IncidentTools.Engine.Tests.Probes;

/// <summary>Logs that systemd's journal keeps.</summary>
public sealed partial class LogProbeTests
{
    [Theory]
    [InlineData("1793523540.000100 host web[1]: Out of memory: Killed process 7\n-- Boot 1 --\n", "", 0, ProbeStatus.Fail, "PatternFound")]
    [InlineData("-- No entries --\n", "", 0, ProbeStatus.Error, "NotFound")]
    [InlineData("1793523540.000100 host web[1]: request answered\n", "", 0, ProbeStatus.Pass, null)]
    [InlineData("", "Hint: You are currently not seeing messages from other users and the system.", 0, ProbeStatus.Error, "PermissionDenied")]
    [InlineData("", "No journal files were found.", 0, ProbeStatus.Error, "NotFound")]
    [InlineData("", "Failed to add filter", 1, ProbeStatus.Error, "ExitCode")]
    public async Task The_journal_of_a_unit_is_read(string output, string error, int exit, ProbeStatus status, string? word)
    {
        Script.Require();
        Script.Write(_folder, "journalctl", $"printf '%s\\n' \"$@\" >> '{_folder.Path}/asked'\nprintf '%s' '{output}'\nprintf '%s' '{error}' >&2\nexit {exit}\n");
        var result = await Check("unit: web.service\nwindow: 10m\npatterns: [{ name: oom, pattern: Out of memory }]", processes: new RealProcesses(_folder.Path));
        result.Is(status, word);
        var asked = File.ReadAllLines(Path.Combine(_folder.Path, "asked"));
        Assert.Contains("--unit=web.service", asked);
        Assert.Contains("--since=@" + Now.AddMinutes(-10).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), asked);
    }

    [Fact]
    public async Task A_quiet_unit_is_told_from_one_that_is_not_there()
    {
        Script.Require();
        Script.Write(_folder, "journalctl", "case \"$*\" in *--lines=1*) echo '1793420000.0 host web[1]: started';; *) echo '-- No entries --';; esac\n");
        var result = await Check("unit: web.service\nwindow: 10m\npatterns: [{ pattern: x }]", processes: new RealProcesses(_folder.Path));
        result.Is(ProbeStatus.Pass, null);
        Assert.Contains("no line at all in the window", result.Message, StringComparison.Ordinal);
    }
}
