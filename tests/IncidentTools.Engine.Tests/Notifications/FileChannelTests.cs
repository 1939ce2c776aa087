using System.Text.Json;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Notifications;

namespace IncidentTools.Engine.Tests.Notifications;

/// <summary>A line for each message: once, and whole.</summary>
public sealed class FileChannelTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private string File => Path.Combine(_folder.Path, "out.jsonl");
    public void Dispose() => _folder.Dispose();

    private async Task<SendOutcome> SendAsync(string id, bool again = false) => (await new FileChannel().SendAsync(
        new OutgoingMessage(id, "INC-1", "P1", "internal", null, "It \"works\" again", "Line\nand line", "origin 1 root", new DateTimeOffset(2026, 11, 24, 3, 0, 0, TimeSpan.Zero)) { Again = again },
        new Arguments(new Dictionary<string, object?> { ["path"] = File }), new ChannelContext(TimeProvider.System, new EnvironmentSecrets(), new SecretMask(), null), TestContext.Current.CancellationToken)).Outcome;

    private string[] Ids() => [.. System.IO.File.ReadAllLines(File).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("id").GetString()!)];

    [Fact]
    public async Task A_message_that_was_written_before_a_crash_is_not_written_again()
    {
        Assert.Equal(SendOutcome.Sent, await SendAsync("a", again: true)); // it was not
        await SendAsync("b");
        Assert.Equal(SendOutcome.Sent, await SendAsync("b", again: true));
        Assert.Equal(SendOutcome.Sent, await SendAsync("a", again: true));
        Assert.Equal(["a", "b"], Ids());
    }

    [Fact]
    public async Task A_line_that_a_crash_broke_off_stays_by_itself_and_the_message_is_written_whole()
    {
        await SendAsync("a");
        await SendAsync("b");
        var lines = System.IO.File.ReadAllText(File);
        System.IO.File.WriteAllText(File, lines[..^9]); // within the line of b
        Assert.Equal(SendOutcome.Sent, await SendAsync("b", again: true));
        var read = System.IO.File.ReadAllLines(File);
        Assert.Equal(3, read.Length);
        Assert.Equal(lines.Split('\n')[0], read[0]);
        Assert.Equal(lines.Split('\n')[1], read[2]);
    }
}
