using System.Diagnostics;
using IncidentTools.Engine.Journal;
using IncidentTools.Engine.Journal.Sqlite;

namespace IncidentTools.Engine.Tests.Journal;

public sealed class WriterQueueTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private string Lock => Path.Combine(_folder.Path, "s.db-lock");

    [Fact]
    public async Task Whoever_comes_second_waits_for_the_first()
    {
        using var first = new WriterQueue(Lock);
        using var second = new WriterQueue(Lock);
        Assert.True(first.Enter());
        var waiting = Task.Run(second.Enter, TestContext.Current.CancellationToken);
        await Task.WhenAny(waiting, Task.Delay(300, TestContext.Current.CancellationToken));
        Assert.False(waiting.IsCompleted);
        first.Leave();
        Assert.True(await waiting);
    }

    [Fact]
    public void A_program_started_in_its_turn_does_not_keep_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "handles are not inherited on Windows unless asked for");
        var first = new WriterQueue(Lock);
        Assert.True(first.Enter());
        using var child = Process.Start("sleep", "60");
        first.Dispose();
        using var second = new WriterQueue(Lock);
        try { Assert.True(second.Enter()); }
        finally { child.Kill(); }
    }

    [Fact]
    public void A_killed_holder_lets_go()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/flock"), "needs the flock command of Linux");
        using (var queue = new WriterQueue(Lock)) Assert.True(queue.Enter());
        var start = new ProcessStartInfo("/usr/bin/flock") { RedirectStandardOutput = true };
        foreach (var argument in new[] { Lock, "sh", "-c", "echo held; exec sleep 60" }) start.ArgumentList.Add(argument);
        using var holder = Process.Start(start)!;
        Assert.Equal("held", holder.StandardOutput.ReadLine());
        holder.Kill(entireProcessTree: true);
        using var next = new WriterQueue(Lock);
        Assert.True(next.Enter());
    }

    [Fact]
    public void Without_a_lock_file_writing_goes_on_under_the_stores_own_lock()
    {
        Directory.CreateDirectory(Lock);
        using var store = new SqliteStore(new SqliteStoreOptions(Path.Combine(_folder.Path, "s.db"), Samples.Catalog, [], Samples.Actor, "host", TimeProvider.System));
        Assert.IsType<AppendReceipt>(store.Append(new AppendRequest("INC-1", [new EntryDraft(new Sample(1))])));
    }

    public void Dispose() => _folder.Dispose();
}
