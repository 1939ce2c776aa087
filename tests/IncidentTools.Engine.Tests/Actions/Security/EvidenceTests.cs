using System.Text.Json;
using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Actions.Security;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Tests.Probes;
using static IncidentTools.Engine.Tests.Actions.ActionBench;

namespace IncidentTools.Engine.Tests.Actions.Security;

public sealed class EvidenceTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ActionBench _bench = new();
    private readonly IAction _collect = Action("action.evidence-collect"), _seal = Action("action.evidence-seal");
    private string Evidence => Path.Combine(_folder.Path, "evidence");

    public void Dispose()
    {
        foreach (var sealedFolder in Directory.EnumerateDirectories(_folder.Path, "*", SearchOption.AllDirectories).Prepend(_folder.Path)) Modes.Set(sealedFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var file in Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories)) File.SetAttributes(file, FileAttributes.Normal);
        _folder.Dispose();
    }

    private Arguments With(string more, string profile = "database") => Read(_collect.Parameters, $"{{ profile: {profile}, to: '{Evidence}', {more} }}");

    [Theory, InlineData("[web, database, linux-volatile]"), InlineData("[linux-volatile, windows-volatile, web]"), InlineData("[database]")]
    public void Whatever_is_named_first_what_is_gone_soonest_is_taken_first(string profiles)
    {
        var with = With("paths: [/srv/www], files: [/var/log/x.log], database: 'dbname=shop', memory: [avml], items: [{ name: late, volatility: configuration, command: [a] }, { name: early, volatility: network, command: [b] }]", profiles);
        var items = EvidenceProfiles.Items(with);
        Assert.Equal(items.OrderBy(item => item.Order), items);
        Assert.Equal(items.Count, items.Select(item => item.Name).Distinct().Count());
        Assert.True(items.Single(item => item.Name == "memory").Order < items.Single(item => item.Name == "files").Order);
        Assert.Contains("early", items.Take(8).Select(item => item.Name));
    }

    [Fact]
    public async Task A_collector_that_fails_is_missing_or_hangs_is_recorded_and_the_rest_is_taken()
    {
        Script.Require();
        _bench.Programs.Files["good"] = Script.Write(_folder, "good", "echo first; echo careful >&2\n");
        _bench.Programs.Files["bad"] = Script.Write(_folder, "bad", "echo half; exit 3\n");
        _bench.Programs.Files["slow"] = Script.Write(_folder, "slow", "echo begun; exec sleep 300\n");
        var with = With("timeout: 2s, items: [{ name: z-last, volatility: disk, command: [good] }, { name: bad, volatility: network, command: [bad] }, { name: slow, volatility: processes, command: [slow] }, { name: gone, volatility: kernel, command: [no-such-program-here] }]");
        var context = _bench.Context;
        Assert.Null(await _collect.PreconditionAsync(with, context, default));
        Assert.Equal(CheckState.NotDone, (await _collect.CheckAsync(with, context, default)).State);
        var result = await _collect.ExecuteAsync(with, context, default);
        Assert.Equal(ActionOutcome.Succeeded, result.Outcome);
        Assert.Equal(CheckState.Done, (await _collect.CheckAsync(with, context, default)).State);
        Assert.Contains("bad (exit code 3), slow (ended after 2s)", result.Message, StringComparison.Ordinal);
        var folder = Assert.Single(Directory.GetDirectories(Evidence));
        using var manifest = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "manifest.json")));
        var items = manifest.RootElement.GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(["bad Failed", "slow TimedOut", "gone Absent", "z-last Collected"], items.Select(item => $"{item.GetProperty("name")} {item.GetProperty("state")}"));
        Assert.Equal(3, items[0].GetProperty("exitCode").GetInt32());
        Assert.Equal(["half\n", "begun\n", "first\n", "careful\n"], new[] { "01-bad.txt", "02-slow.txt", "04-z-last.txt", "04-z-last.err" }.Select(name => File.ReadAllText(Path.Combine(folder, name))));
        Assert.Equal(Environment.MachineName, manifest.RootElement.GetProperty("host").GetString());
        foreach (var line in await File.ReadAllLinesAsync(Path.Combine(folder, "SHA256SUMS"))) Assert.Equal(line[..64], (await Sha256File.OfAsync(Path.Combine(folder, line[66..]), default)).Sha256);
        Assert.Equal((ActionOutcome.Failed, "Exists"), await _collect.ExecuteAsync(with, context, default) is var again ? (again.Outcome, again.Error) : default);
    }

    /// <summary>Far more than the runner would keep: it went to the disk as it came.</summary>
    [Fact]
    public async Task Large_outputs_are_whole_on_disk_and_one_beyond_the_limit_is_cut_and_said()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs head and /dev/zero");
        var result = await _collect.ExecuteAsync(With("items: [{ name: big, volatility: memory, command: [head, -c, 40000000, /dev/zero] }]"), _bench.Context, default);
        Assert.Equal(ActionOutcome.Succeeded, result.Outcome);
        Assert.Equal(40_000_000, new FileInfo(Path.Combine(Directory.GetDirectories(Evidence)[0], "01-big.txt")).Length);
        result = await _collect.ExecuteAsync(With("maxMegabytes: 1, items: [{ name: big, volatility: memory, command: [head, -c, 3000000, /dev/zero] }, { name: small, volatility: disk, command: [echo, x] }]"), _bench.Context, default);
        Assert.Contains("big (cut after 1048576 bytes)", result.Message, StringComparison.Ordinal);
        Assert.Equal(1 << 20, new FileInfo(Path.Combine(Directory.GetDirectories(Evidence).Order().Last(), "01-big.txt")).Length);
    }

    [Fact]
    public async Task This_machine_gives_its_volatile_evidence()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the profile of Linux");
        var result = await _collect.ExecuteAsync(With($"files: ['{_folder.Write("log/a.log", "line")}']", "linux-volatile"), _bench.Context, default);
        Assert.Equal(ActionOutcome.Succeeded, result.Outcome);
        var folder = Assert.Single(Directory.GetDirectories(Evidence));
        Assert.Contains("/etc/passwd", string.Join('\n', Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)), StringComparison.Ordinal);
        Assert.NotEmpty(Directory.GetFiles(folder, "*-processes.txt"));
        Assert.Equal((UnixFileMode?)(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute), Modes.Of(folder));
    }

    [Fact]
    public async Task Cancelled_in_the_middle_it_is_in_doubt_and_known_not_to_be_whole()
    {
        Script.Require();
        using var cancel = new CancellationTokenSource();
        _bench.Programs.Files["slow"] = Script.Write(_folder, "slow", "exec sleep 300\n");
        var (with, context) = (With("timeout: 1h, items: [{ name: slow, volatility: disk, command: [slow] }]"), _bench.Context);
        cancel.CancelAfter(TimeSpan.FromSeconds(1));
        Assert.Equal(ActionOutcome.InDoubt, (await _collect.ExecuteAsync(with, context, cancel.Token)).Outcome);
        Assert.Equal(CheckState.NotDone, (await _collect.CheckAsync(with, context, default)).State);
    }

    [Fact]
    public void A_password_in_a_connection_string_is_refused_where_it_is_written()
    {
        Assert.ThrowsAny<Exception>(() => With("database: 'host=db password=x'"));
        Assert.ThrowsAny<Exception>(() => With("database: 'postgres://me:secret@db/shop'"));
        With("database: 'postgres://me@db/shop'");
    }

    [Fact]
    public async Task One_byte_changed_added_or_taken_away_breaks_the_seal_and_nothing_else_does()
    {
        _folder.Write("run/a/one.txt", "one");
        _folder.Write("run/two.txt", new string('x', 300_000));
        var (folder, second) = (Path.Combine(_folder.Path, "run"), Path.Combine(_folder.Path, "second"));
        var with = Read(_seal.Parameters, $"{{ folder: '{folder}', copyTo: '{second}', custodian: Ana }}");
        Assert.Null(await _seal.PreconditionAsync(with, _bench.Context, default));
        Assert.Equal(CheckState.NotDone, (await _seal.CheckAsync(with, _bench.Context, default)).State);
        var result = await _seal.ExecuteAsync(with, _bench.Context, default);
        Assert.Equal(ActionOutcome.Succeeded, result.Outcome);
        Assert.Equal(CheckState.Done, (await _seal.CheckAsync(with, _bench.Context, default)).State);
        var seal = (string)((IReadOnlyDictionary<string, object?>)result.Value!)["sealSha256"]!;
        // again: the same seal, nothing new
        Assert.Equal(seal, ((IReadOnlyDictionary<string, object?>)(await _seal.ExecuteAsync(with, _bench.Context, default)).Value!)["sealSha256"]);
        foreach (var place in new[] { folder, Path.Combine(second, "run") })
        {
            (await Verify(place, seal)).Is(ProbeStatus.Pass, null);
            if (!OperatingSystem.IsWindows()) Assert.Equal((UnixFileMode?)UnixFileMode.UserRead, Modes.Of(Path.Combine(place, "two.txt")));
            var file = Path.Combine(place, "two.txt");
            Unlock(place);
            File.SetAttributes(file, FileAttributes.Normal);
            Poke(file, 150_000, (byte)'y');
            var broken = await Verify(place, seal);
            broken.Is(ProbeStatus.Fail, "EvidenceChanged");
            Assert.Equal("two.txt was changed", Assert.Single((IEnumerable<object?>)broken.Get("problems")!));
            Poke(file, 150_000, (byte)'x');
            (await Verify(place, seal)).Is(ProbeStatus.Pass, null);
        }
        await File.WriteAllTextAsync(Path.Combine(folder, "planted.txt"), "x");
        Assert.Equal("planted.txt was added", (await Verify(folder, seal)).Message);
        File.Delete(Path.Combine(folder, "planted.txt"));
        (await Verify(folder, new string('0', 64))).Is(ProbeStatus.Fail, "EvidenceChanged");
        // an actor that writes a new manifest is found by the hash in the journal
        File.SetAttributes(Path.Combine(folder, "SEAL.sha256"), FileAttributes.Normal);
        Poke(Path.Combine(folder, "SEAL.sha256"), 0, (byte)'!');
        Assert.NotEqual(ProbeStatus.Pass, (await Verify(folder, seal)).Status);
    }

    [Fact]
    public async Task A_copy_within_itself_and_an_empty_folder_are_refused()
    {
        _folder.Write("run/a.txt", "a");
        Directory.CreateDirectory(Path.Combine(_folder.Path, "empty"));
        Assert.Contains("within the first", await _seal.PreconditionAsync(Read(_seal.Parameters, $"{{ folder: '{_folder.Path}/run', copyTo: '{_folder.Path}/run/copy' }}"), _bench.Context, default), StringComparison.Ordinal);
        Assert.Contains("nothing in", await _seal.PreconditionAsync(Read(_seal.Parameters, $"{{ folder: '{_folder.Path}/empty' }}"), _bench.Context, default), StringComparison.Ordinal);
    }

    private static Task<ProbeResult> Verify(string folder, string seal) => ProbeRun.Check("probe.evidence-verify", $"folder: '{folder}'\nexpect: '{seal}'");

    private static void Unlock(string folder)
    {
        Modes.Set(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static void Poke(string file, long place, byte value)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Write);
        stream.Position = place;
        stream.WriteByte(value);
    }
}
