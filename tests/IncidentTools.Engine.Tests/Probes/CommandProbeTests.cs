using IncidentTools.Engine.Probes;

namespace IncidentTools.Engine.Tests.Probes;

public sealed class CommandProbeTests : IDisposable
{
    private readonly TempFolder _folder = new();
    public void Dispose() => _folder.Dispose();

    private Task<ProbeResult> Check(string body, string more = "", CancellationToken cancellation = default)
    {
        Script.Require();
        return ProbeRun.Check("probe.command", $"program: '{Script.Write(_folder, "look", body)}'\n{more}", cancellation: cancellation);
    }

    [Fact]
    public async Task Arguments_arrive_one_by_one_and_the_output_is_kept()
    {
        var result = await Check("printf '[%s]' \"$@\"\n", "args: ['a b', '$(id)', '; rm x']\noutputMatch: '\\[a b\\]'");
        result.Is(ProbeStatus.Pass, null);
        Assert.Equal("[a b][$(id)][; rm x]", result.Get("output"));
        Assert.Equal(((object?)0L, (object?)true), (result.Get("exitCode"), result.Get("matched")));
    }

    [Theory]
    [InlineData("exit 3", "", ProbeStatus.Fail, "ExitCode")]
    [InlineData("exit 3", "expectExit: 3", ProbeStatus.Pass, null)]
    [InlineData("exit 3", "expectExit: [0, 3]", ProbeStatus.Pass, null)]
    [InlineData("exit 0", "expectExit: 3", ProbeStatus.Fail, "ExitCode")]
    [InlineData("echo replica lag 90", "outputMatch: 'lag \\d\\b'", ProbeStatus.Fail, "ContentMissing")]
    [InlineData("echo syntax is ok >&2", "outputMatch: syntax is ok", ProbeStatus.Pass, null)]
    [InlineData("kill -9 $$", "", ProbeStatus.Error, "Killed")]
    [InlineData("kill -15 $$", "expectExit: 143", ProbeStatus.Pass, null)]
    public async Task Exit_code_and_output_decide(string body, string more, ProbeStatus status, string? error) => (await Check(body + "\n", more)).Is(status, error);

    [Theory]
    [InlineData(-1073741819, "", ProbeStatus.Error, "Killed")] // access violation
    [InlineData(-532462766, "", ProbeStatus.Error, "Killed")] // an exception of .NET that nobody caught
    [InlineData(-1073741819, "expectExit: -1073741819", ProbeStatus.Pass, null)]
    [InlineData(-2, "", ProbeStatus.Fail, "ExitCode")]
    public async Task On_Windows_a_program_that_broke_off_tells_nothing(int code, string more, ProbeStatus status, string? error)
    {
        Assert.SkipUnless(OperatingSystem.IsWindows(), "Unix has exit codes of eight bits, and signals");
        var child = TestChild.Request("exit", code.ToString(System.Globalization.CultureInfo.InvariantCulture));
        (await ProbeRun.Check("probe.command", $"program: '{child.Program}'\nargs: ['{string.Join("', '", child.Arguments)}']\n{more}")).Is(status, error);
    }

    [Fact]
    public async Task A_program_that_does_not_end_tells_nothing() => (await Check("exec sleep 300\n", "timeout: 300ms")).Is(ProbeStatus.Error, "Timeout");

    [Fact]
    public async Task A_program_that_is_not_there_or_is_a_shell_file_is_an_error()
    {
        (await ProbeRun.Check("probe.command", "program: no-such-program-here")).Is(ProbeStatus.Error, "NotStarted");
        (await ProbeRun.Check("probe.command", "program: check.BAT")).Is(ProbeStatus.Error, "InvalidArgument");
    }

    [Fact]
    public async Task Output_that_was_cut_off_cannot_prove_that_something_is_not_in_it() =>
        (await Check("i=0\nwhile [ $i -lt 5000 ]; do echo 0123456789012345678901234567890123456789012345678901234567890123456789; i=$((i+1)); done\n", "outputMatch: the end")).Is(ProbeStatus.Error, "Truncated");
}
