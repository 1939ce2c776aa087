using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Foundation;
using static IncidentTools.Engine.Tests.Actions.ActionBench;

namespace IncidentTools.Engine.Tests.Actions.Delivery;

public sealed class MaintenanceModeTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ActionBench _bench = new();
    private string Flag => Path.Combine(_folder.Path, "maintenance");
    private static IAction Mode => Action("action.maintenance-mode");

    public void Dispose() => _folder.Dispose();

    private Arguments With(string operation, string? file = null) => Arguments(Mode.Parameters, ("operation", operation), ("file", file ?? Flag), ("expires", TimeSpan.FromMinutes(30)));

    [Fact]
    public async Task The_flag_is_set_with_its_end_and_taken_back()
    {
        Assert.Null(await Mode.PreconditionAsync(With("on"), _bench.Context, default));
        var result = await Mode.ExecuteAsync(With("on"), _bench.Context, default);
        Assert.Equal((ActionOutcome.Succeeded, true), (result.Outcome, File.Exists(Flag)));
        Assert.Contains("expected to be over at", await File.ReadAllTextAsync(Flag), StringComparison.Ordinal);
        Assert.Equal(CheckState.Done, (await Mode.CheckAsync(With("on"), _bench.Context, default)).State);
        Assert.Equal(CheckState.NotDone, (await Mode.CheckAsync(With("off"), _bench.Context, default)).State);
        Assert.Equal(ActionOutcome.Succeeded, (await Mode.UndoAsync(With("on"), result.UndoData, _bench.Context, default)!).Outcome);
        Assert.False(File.Exists(Flag));
    }

    [Fact]
    public async Task What_was_so_before_is_not_taken_back()
    {
        await File.WriteAllTextAsync(Flag, "");
        var result = await Mode.ExecuteAsync(With("on"), _bench.Context, default);
        Assert.Equal(ActionOutcome.Succeeded, (await Mode.UndoAsync(With("on"), result.UndoData, _bench.Context, default)!).Outcome);
        Assert.True(File.Exists(Flag));
    }

    [Fact]
    public async Task A_wrong_path_costs_nobody_a_file()
    {
        var precious = Path.Combine(_folder.Path, "nginx.conf");
        await File.WriteAllTextAsync(precious, "server { }");
        Assert.Contains("left alone", await Mode.PreconditionAsync(With("off", precious), _bench.Context, default), StringComparison.Ordinal);
        var result = await Mode.ExecuteAsync(With("off", precious), _bench.Context, default);
        Assert.Equal((ActionOutcome.Failed, "Refused", "server { }"), (result.Outcome, result.Error, await File.ReadAllTextAsync(precious)));
        foreach (var bad in new[] { "relative", _folder.Path, Path.Combine(_folder.Path, "no", "folder") }) Assert.NotNull(await Mode.PreconditionAsync(With("on", bad), _bench.Context, default));
    }
}
