namespace IncidentTools.Module.Tests.DataLoss;

/// <summary>A table that was really emptied, recovered beside from a base backup and the archived log up to just before it, and merged back.</summary>
public sealed class PointInTimeTests : IDisposable
{
    private readonly LossRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void A_truncated_table_comes_back_as_it_was_just_before_and_what_was_written_since_stays()
    {
        using var shop = new TruncatedShop();
        var ops = Path.Combine(_run.Host.Folder, "ops");
        Outage.OutageScripts.WritePeople(ops);
        File.WriteAllText(Path.Combine(ops, "services.yaml"), shop.Catalogue);
        _run.Open(ops);
        _run.Declare();
        var run = _run.Report($"; event = '{shop.Before:yyyy-MM-ddTHH:mm:ss.ffffffZ}'");
        _run.At(run, "hold_by_hand"); // the catalogue has no command for it
        Assert.Equal(("Failed", "Missing"), (_run.Step("look_data").State, _run.Step("look_data").Error));
        run = _run.Answer("hold_by_hand");
        _run.At(run, "strategy");
        Assert.Equal(("statement", "good", "none"), (_run.Value("name_it", "cause"), _run.Value("name_it", "local"), _run.Value("name_it", "offsite")));
        Assert.True(File.Exists(shop.At("damaged", "shop.dump")));

        run = _run.Answer("strategy", "-Outcome pitr");
        Assert.Equal(("restore", "Approval"), (run.Step, run.WaitReason));
        run = _run.Approve("restore");
        _run.At(run, "start_pitr");
        var scratch = (string)_run.Value("pitr", "dataFolder")!;
        Assert.StartsWith(shop.At("restore"), scratch, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(scratch, "postmaster.pid"))); // nothing was started
        shop.Server("start", scratch);
        Assert.Equal("t|paused", TruncatedShop.Paused(shop.ScratchPort));
        // the TRUNCATE that stands at the target holds its lock while replay pauses: its table can be read when it goes on
        TruncatedShop.Sql(shop.ScratchPort, "postgres", "SELECT pg_wal_replay_resume()");
        Assert.Equal("f|", TruncatedShop.Paused(shop.ScratchPort, until: "f"));
        Assert.Equal("150", TruncatedShop.Sql(shop.ScratchPort, "shop", "SELECT count(*) FROM orders").Trim());
        Assert.Equal("1", TruncatedShop.Sql(shop.Port, "shop", "SELECT count(*) FROM orders").Trim()); // production is untouched

        run = _run.Answer("start_pitr");
        _run.At(run, "sample");
        run = _run.Answer("sample");
        Assert.Equal(("merge", "Approval"), (run.Step, run.WaitReason));
        _run.At(_run.Approve("merge"), "reconcile");
        Assert.Equal("151|written after the event", TruncatedShop.Sql(shop.Port, "shop", "SELECT count(*), max(what) FILTER (WHERE id = 151) FROM orders").Trim());
        _run.Answer("reconcile");
        run = _run.Answer("recover");
        Assert.True(run.State == "Succeeded", _run.Where(run));
        Assert.Equal("Succeeded", _run.Step("verify_data").State);
    }
}
