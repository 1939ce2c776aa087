using IncidentTools.Engine.Execution;
using static IncidentTools.Engine.Tests.Execution.Programs;

namespace IncidentTools.Engine.Tests.Execution;

/// <summary>A program begins when its process is on record, not before; otherwise nothing is different.</summary>
public sealed class StartGateTests
{
    private static ProcessRequest Noted(ProcessRequest request) => request with { OnStarted = (_, _) => { } };

    [Fact]
    public async Task A_program_whose_start_could_not_be_noted_has_done_nothing()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "on Windows it runs at once, and the job ends it");
        using var folder = new TempFolder();
        var canary = Path.Combine(folder.Path, "canary");
        await Assert.ThrowsAsync<InvalidDataException>(() => RunAsync(new ProcessRequest("touch", [canary]) with { OnStarted = (_, _) =>
        {
            Thread.Sleep(500); // long enough for a program that does not wait
            throw new InvalidDataException("full disk");
        } }));
        Assert.False(File.Exists(canary));
        await RunAsync(Noted(new ProcessRequest("touch", [canary])));
        Assert.True(File.Exists(canary));
    }

    [Fact]
    public async Task Arguments_input_environment_and_folder_arrive_as_without_a_gate()
    {
        using var folder = new TempFolder();
        string[] words = ["", " ", "-n", "--", "a\nb", "$HOME", "`id`", "'\"", "*", "ü€𝄞", "\\"];
        Assert.Equal((await RunAsync(TestChild.Request(["arguments", .. words]))).Output, (await RunAsync(Noted(TestChild.Request(["arguments", .. words])))).Output);
        var input = "\nfirst\n\nü " + new string('x', 200_000);
        Assert.Equal(input, (await RunAsync(Noted(TestChild.Request("copy") with { StandardInput = input, MaxBytes = 1 << 20, MaxLines = 100 }))).Output);
        Assert.Equal("", (await RunAsync(Noted(TestChild.Request("copy")))).Output);
        var variables = TestChild.Request("environment") with { Environment = new Dictionary<string, string?> { ["GATE_TEST"] = "a b\nc" }, MaxBytes = 1 << 20 };
        Assert.Equal(Sorted((await RunAsync(variables)).Output), Sorted((await RunAsync(Noted(variables))).Output));
        Assert.Contains("a-b=c\n", (await RunAsync(Noted(variables with { Environment = new Dictionary<string, string?> { ["a-b"] = "c" } }))).Output, StringComparison.Ordinal); // no name for a shell
        Assert.Equal((await RunAsync(TestChild.Request("folder") with { WorkingDirectory = folder.Path })).Output, (await RunAsync(Noted(TestChild.Request("folder") with { WorkingDirectory = folder.Path }))).Output);
        Assert.Equal(77, (await RunAsync(Noted(TestChild.Request("exit", "77")))).ExitCode);
    }

    [Theory, InlineData("no program at all"), InlineData("#!/no/such/interpreter\n"), InlineData("")]
    public async Task What_cannot_be_started_is_still_not_started_and_says_why(string text)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no execute bit");
        using var folder = new TempFolder();
        var file = folder.Write("broken", text);
        MakeExecutable(file);
        Assert.Contains("could not be started", (await RunAsync(Noted(new ProcessRequest(file, [])))).NotStarted, StringComparison.Ordinal);
    }

    // a shell sets PWD to where it is, also where an inherited one said otherwise
    private static IEnumerable<string> Sorted(string lines) => lines.Split('\n').Where(line => line.Split('=')[0] is not ("_" or "PWD" or "OLDPWD" or "SHLVL")).Order(StringComparer.Ordinal);
}
