using System.Text;
using IncidentTools.Engine.Execution;
using static IncidentTools.Engine.Tests.Execution.Programs;

namespace IncidentTools.Engine.Tests.Execution;

public sealed class ProcessRunnerTests
{
    [Theory, InlineData(0), InlineData(1), InlineData(3), InlineData(77), InlineData(255)]
    public async Task An_exit_code_comes_back_as_it_is(int code)
    {
        var result = await RunAsync(TestChild.Request("exit", $"{code}"));
        Assert.Equal((code, false, false, (string?)null), (result.ExitCode, result.TimedOut, result.Cancelled, result.NotStarted));
    }

    [Theory]
    [InlineData("no-such-program-at-all", "PATH")]
    [InlineData("no such program", "list")]
    [InlineData("script.bat", "batch")]
    [InlineData("SCRIPT.CMD", "batch")]
    [InlineData("script.cmd. .", "batch")]
    [InlineData("./local", "full path")]
    [InlineData("", "no program")]
    [InlineData("a\0b", "no program")]
    public async Task A_program_that_may_not_or_cannot_be_started_says_why(string program, string why)
    {
        var result = await RunAsync(new ProcessRequest(program, []));
        Assert.Contains(why, result.NotStarted, StringComparison.Ordinal);
        Assert.Null(result.ExitCode);
        Assert.Null(Runner.Find(program));
    }

    [Fact]
    public async Task A_file_that_may_not_be_executed_and_a_folder_that_is_not_there_are_named()
    {
        using var folder = new TempFolder();
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no execute bit");
        Assert.Contains("may not be executed", (await RunAsync(new ProcessRequest(folder.Write("plain", "x"), []))).NotStarted, StringComparison.Ordinal);
        Assert.Contains("no working directory", (await RunAsync(TestChild.Request("folder") with { WorkingDirectory = Path.Combine(folder.Path, "gone") })).NotStarted, StringComparison.Ordinal);
        Assert.Contains("not a full path", (await RunAsync(TestChild.Request("folder") with { WorkingDirectory = "here" })).NotStarted, StringComparison.Ordinal);
        var broken = folder.Write("broken", "no program at all");
        MakeExecutable(broken);
        Assert.Contains("could not be started", (await RunAsync(new ProcessRequest(broken, []))).NotStarted, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_in_the_current_or_our_own_folder_is_not_picked_up()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a Unix shell script");
        var name = "canary-" + Path.GetRandomFileName();
        foreach (var folder in new[] { Environment.CurrentDirectory, AppContext.BaseDirectory })
        {
            var file = Path.Combine(folder, name);
            try
            {
                await File.WriteAllTextAsync(file, "#!/bin/sh\nexit 0\n");
                MakeExecutable(file);
                Assert.Contains("PATH", (await RunAsync(new ProcessRequest(name, []))).NotStarted, StringComparison.Ordinal);
            }
            finally { File.Delete(file); }
        }
    }

    [Fact]
    public async Task A_path_below_the_working_folder_is_found_there()
    {
        using var folder = new TempFolder();
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a Unix shell script");
        var file = folder.Write("bin/say", "#!/bin/sh\necho hello\n");
        MakeExecutable(file);
        for (var tries = 0; ; tries++)
        {
            var result = await RunAsync(new ProcessRequest("bin/say", []) { WorkingDirectory = folder.Path });
            // another test's fork may still hold the file open for writing for a moment
            if (result.NotStarted is not null && tries < 20) { await Task.Delay(50); continue; }
            Assert.Equal("hello\n", result.Output);
            break;
        }
    }

    [Fact]
    public void A_name_is_found_on_PATH_as_a_full_path() =>
        Assert.True(Path.IsPathFullyQualified(Runner.Find(OperatingSystem.IsWindows() ? "sc.exe" : "sh")!));

    [Fact]
    public async Task Input_arrives_whole_and_is_closed()
    {
        var text = "äöü 漢字 🚒\n" + new string('y', 300_000);
        var result = await RunAsync(TestChild.Request("copy") with { StandardInput = text, MaxBytes = 4 << 20 });
        Assert.Equal(text, result.Output);
        Assert.Equal("", (await RunAsync(TestChild.Request("copy"))).Output);
    }

    [Fact]
    public async Task A_program_that_does_not_read_its_input_ends_in_its_own_time()
    {
        var result = await RunAsync(TestChild.Request("exit", "5") with { StandardInput = new string('y', 4 << 20) });
        Assert.Equal(5, result.ExitCode);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_replaced()
    {
        var result = await RunAsync(Shell("printf 'a\\377\\303b\\000c'"));
        Assert.Equal("a\uFFFD\uFFFDb\0c", result.Output);
    }

    [Fact]
    public async Task Our_own_variables_are_not_handed_on_and_given_ones_are()
    {
        Environment.SetEnvironmentVariable("INCIDENTTOOLS_SECRET_TEST", "hidden-value");
        Environment.SetEnvironmentVariable("incidenttools_lower", "hidden-value");
        Environment.SetEnvironmentVariable("RUNNER_TEST_KEPT", "kept");
        Environment.SetEnvironmentVariable("RUNNER_TEST_DROPPED", "dropped");
        try
        {
            var result = await RunAsync(TestChild.Request("environment") with
            {
                MaxBytes = 4 << 20, MaxLines = 100_000, Environment = new Dictionary<string, string?> { ["RUNNER_TEST_GIVEN"] = "a b'\"$(c)", ["RUNNER_TEST_DROPPED"] = null },
            });
            var lines = result.Output.Split('\n');
            Assert.DoesNotContain("hidden-value", result.Output, StringComparison.Ordinal);
            Assert.DoesNotContain(lines, line => line.StartsWith("INCIDENTTOOLS_", StringComparison.OrdinalIgnoreCase));
            Assert.Contains("RUNNER_TEST_KEPT=kept", lines);
            Assert.Contains("RUNNER_TEST_GIVEN=a b'\"$(c)", lines);
            Assert.DoesNotContain(lines, line => line.StartsWith("RUNNER_TEST_DROPPED", StringComparison.Ordinal));
        }
        finally { foreach (var name in new[] { "INCIDENTTOOLS_SECRET_TEST", "incidenttools_lower", "RUNNER_TEST_KEPT", "RUNNER_TEST_DROPPED" }) Environment.SetEnvironmentVariable(name, null); }
    }

    [Fact]
    public async Task A_hundred_megabytes_on_each_stream_are_drained_in_bounded_memory()
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var result = await RunAsync(TestChild.Request("flood", "100000000"));
        Assert.Equal(0, result.ExitCode);
        Assert.True(result.Truncated);
        Assert.StartsWith("first line\n", result.Output, StringComparison.Ordinal);
        Assert.EndsWith("last line\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("bytes left out", result.Output, StringComparison.Ordinal);
        foreach (var text in new[] { result.Output, result.ErrorOutput })
        {
            Assert.InRange(Encoding.UTF8.GetByteCount(text), 1000, (256 * 1024) + 100);
            Assert.InRange(text.Count(c => c == '\n'), 1, 2001);
        }
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 64 << 20);
    }

    [Fact]
    public async Task The_start_is_told_once_and_at_once()
    {
        var told = new List<(int Pid, DateTimeOffset At)>();
        var before = TimeProvider.System.GetUtcNow();
        await RunAsync(TestChild.Request("exit", "0") with { OnStarted = (pid, at) => told.Add((pid, at)) });
        var (_, at) = Assert.Single(told);
        Assert.InRange(at, before.AddSeconds(-2), TimeProvider.System.GetUtcNow().AddSeconds(2));
        Assert.Equal(TimeSpan.Zero, at.Offset);
    }

    [Fact]
    public async Task A_start_that_nobody_could_take_note_of_is_ended()
    {
        var pid = 0;
        await Assert.ThrowsAsync<InvalidDataException>(() => RunAsync(TestChild.Request("sleep", "300") with { OnStarted = (id, _) => { pid = id; throw new InvalidDataException("full disk"); } }));
        await GoneAsync(pid);
    }

    [Fact]
    public async Task Cancelled_before_the_start_nothing_is_started()
    {
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();
        var result = await RunAsync(TestChild.Request("exit", "0") with { OnStarted = (_, _) => Assert.Fail("started") }, cancel.Token);
        Assert.True(result is { Cancelled: true, ExitCode: null, NotStarted: not null });
    }
}
