using System.Diagnostics;
using IncidentTools.Engine.Execution;
using static IncidentTools.Engine.Tests.Execution.Programs;

namespace IncidentTools.Engine.Tests.Execution;

public sealed class ProcessIdentityTests
{
    private static Process Start(params string[] mode)
    {
        var request = TestChild.Request(mode);
        return Process.Start(new ProcessStartInfo(request.Program, request.Arguments) { RedirectStandardOutput = true })!;
    }

    private static ProcessIdentity Of(Process process) => ProcessIdentity.Here(process.Id, new DateTimeOffset(process.StartTime.ToUniversalTime()));

    [Fact]
    public async Task A_process_lives_until_it_has_ended()
    {
        using var process = Start("sleep", "300");
        var identity = Of(process);
        Assert.Equal(ProcessLife.Lives, identity.Life());
        Assert.Equal(ProcessLife.Lives, await identity.WaitAsync(TimeSpan.FromMilliseconds(200), TimeProvider.System, default));
        process.Kill();
        Assert.Equal(ProcessLife.Gone, await identity.WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System, default));
    }

    [Fact]
    public void Another_process_with_the_same_id_is_not_that_one()
    {
        using var own = Process.GetCurrentProcess();
        Assert.Equal(ProcessLife.Lives, Of(own).Life());
        Assert.Equal(ProcessLife.Gone, (Of(own) with { StartedAt = Of(own).StartedAt.AddMinutes(-1) }).Life());
    }

    [Fact]
    public void On_another_machine_nobody_can_tell()
    {
        using var own = Process.GetCurrentProcess();
        Assert.Equal(ProcessLife.Unknown, (Of(own) with { Host = "another-machine" }).Life());
    }

    [Fact]
    public async Task Ending_it_ends_what_is_below_it_and_touches_nothing_else()
    {
        using var folder = new TempFolder();
        using var process = Start("tree", "1", folder.Path);
        var identity = Of(process);
        var below = await PidAsync(Path.Combine(folder.Path, "0"));
        Assert.Equal(ProcessLife.Gone, await (identity with { StartedAt = identity.StartedAt.AddMinutes(-1) }).EndAsync(TimeSpan.Zero, TimeProvider.System, default));
        Assert.True(Lives(below));
        Assert.Equal(ProcessLife.Gone, await identity.EndAsync(TimeSpan.FromSeconds(1), TimeProvider.System, default));
        await GoneAsync(below);
    }
}
