using System.Security.Cryptography;
using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Tests.Execution;
using static IncidentTools.Engine.Tests.Actions.ActionBench;

namespace IncidentTools.Engine.Tests.Actions.Backups;

/// <summary>With a remote of rclone's configuration over a folder, which stands for Google Drive.</summary>
public sealed class OffsiteFetchTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ActionBench _bench = new();
    private readonly IAction _action = Action("action.offsite-fetch");

    public OffsiteFetchTests()
    {
        _folder.Write("rclone.conf", $"[gdrive]\ntype = alias\nremote = {At("drive")}\n");
        _folder.Write("drive/b/shop[1].dump", "dump");
        _folder.Write("drive/b/other.dump", "other");
        Sum("dump");
    }

    public void Dispose() => _folder.Dispose();
    private string At(string name) => Path.Combine(_folder.Path, name);
    private void Sum(string text) => _folder.Write("drive/b/shop[1].dump.sha256", $"{Convert.ToHexString(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text))).ToLowerInvariant()}  shop[1].dump\n");

    private Arguments With(params (string, object?)[] more)
    {
        Assert.SkipUnless(Programs.Runner.Find("rclone") is not null, "needs rclone");
        return Arguments(_action.Parameters, [("remote", "gdrive:b"), ("to", At("fetched/x")), ("set", "shop[1].dump"), ("config", At("rclone.conf")), .. more]);
    }

    [Fact]
    public async Task A_set_is_fetched_alone_and_verified()
    {
        var with = With();
        Assert.Null(await _action.PreconditionAsync(with, _bench.Context, default));
        var result = await _action.ExecuteAsync(with, _bench.Context, default);
        Assert.True(result.Outcome == ActionOutcome.Succeeded, result.Message);
        Assert.Equal(["shop[1].dump", "shop[1].dump.sha256"], Directory.GetFiles(At("fetched/x")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(At("fetched/x/shop[1].dump"), ((IReadOnlyDictionary<string, object?>)result.Value!)["backup"]);
        Assert.Equal(CheckState.Done, (await _action.CheckAsync(with, _bench.Context, default)).State);
        // broken off and gone on with: what is there is not fetched twice, what is missing is
        File.Delete(At("fetched/x/shop[1].dump"));
        Assert.Equal(CheckState.NotDone, (await _action.CheckAsync(with, _bench.Context, default)).State);
        Assert.Null(await _action.PreconditionAsync(with, _bench.Context, default));
        Assert.Equal(ActionOutcome.Succeeded, (await _action.ExecuteAsync(with, _bench.Context, default)).Outcome);
    }

    [Fact]
    public async Task What_is_not_what_the_manifest_says_fails_and_so_does_what_has_none()
    {
        Sum("something else");
        Assert.Equal("HashMismatch", (await _action.ExecuteAsync(With(), _bench.Context, default)).Error);
        File.Delete(At("drive/b/shop[1].dump.sha256"));
        Assert.Equal("ManifestMissing", (await _action.ExecuteAsync(With(("to", At("y"))), _bench.Context, default)).Error);
        Assert.Equal("NotFound", (await _action.ExecuteAsync(With(("to", At("z")), ("set", "none.dump")), _bench.Context, default)).Error);
    }

    [Fact]
    public async Task Nothing_that_is_here_is_touched()
    {
        _folder.Write("site/a", "live");
        Assert.Contains("is not empty", await _action.PreconditionAsync(With(("to", At("site"))), _bench.Context, default), StringComparison.Ordinal);
        Assert.Contains("in one another", await _action.PreconditionAsync(With(("to", At("site/below")), ("source", new List<object?> { At("site") })), _bench.Context, default), StringComparison.Ordinal);
        // other content under a name that is here is not overwritten
        var with = With();
        await _action.ExecuteAsync(with, _bench.Context, default);
        _folder.Write("fetched/x/shop[1].dump", "mine");
        Assert.Equal(ActionOutcome.Failed, (await _action.ExecuteAsync(with, _bench.Context, default)).Outcome);
        Assert.Equal("mine", await File.ReadAllTextAsync(At("fetched/x/shop[1].dump")));
        Assert.Contains("another remote", await _action.PreconditionAsync(With(("remote", "gdrive:c")), _bench.Context, default), StringComparison.Ordinal);
    }
}
