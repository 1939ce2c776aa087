using System.Security.Cryptography;
using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Foundation;
using static IncidentTools.Engine.Tests.Actions.ActionBench;

namespace IncidentTools.Engine.Tests.Actions;

public sealed class LogPreserveTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ActionBench _bench = new();
    private readonly IAction _action = Action("action.log-preserve");
    private string Logs => Path.Combine(_folder.Path, "logs");
    private string Evidence => Path.Combine(_folder.Path, "evidence");

    public void Dispose() => _folder.Dispose();

    private Arguments With(params string[] patterns) => Arguments(_action.Parameters, ("files", patterns.Select(pattern => (object?)Path.Combine(Logs, pattern)).ToList()), ("to", Evidence));

    private string Kept(string name)
    {
        var own = Path.Combine(Logs, name);
        return Path.Combine(Assert.Single(Directory.GetDirectories(Evidence)), OperatingSystem.IsWindows() ? own.Replace(":", "", StringComparison.Ordinal) : own[1..]);
    }

    [Fact]
    public async Task Logs_are_kept_whole_with_a_manifest_that_sha256sum_reads()
    {
        _folder.Write("logs/web/error.log", "one\ntwo\n");
        _folder.Write("logs/web/access.log", new string('x', 300_000));
        _folder.Write("logs/db/error.log", "three\n");
        _folder.Write("logs/web/note.txt", "no log");
        var with = With("*/*.log");
        Assert.Null(await _action.PreconditionAsync(with, _bench.Context, default));
        var result = await _action.ExecuteAsync(with, _bench.Context, default);
        Assert.Equal(ActionOutcome.Succeeded, result.Outcome);
        Assert.Equal("one\ntwo\n", await File.ReadAllTextAsync(Kept("web/error.log")));
        var folder = Assert.Single(Directory.GetDirectories(Evidence));
        var lines = await File.ReadAllLinesAsync(Path.Combine(folder, "SHA256SUMS"));
        Assert.Equal(3, lines.Length);
        Assert.All(lines, line => Assert.Equal(line[..64], Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, line[66..])))).ToLowerInvariant()));
        if (_bench.Programs.Find("sha256sum") is { } program)
            Assert.Equal(0, (await Execution.Programs.RunAsync(new(program, ["-c", "--quiet", "SHA256SUMS"]) { WorkingDirectory = folder })).ExitCode);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        Assert.Equal(File.GetLastWriteTimeUtc(Path.Combine(Logs, "web/error.log")), File.GetLastWriteTimeUtc(Kept("web/error.log")), TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_link_that_leads_out_is_not_followed_and_one_that_stays_is()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need rights on Windows");
        _folder.Write("secret", "root:x:0:0");
        _folder.Write("other/inner.log", "outside");
        _folder.Write("logs/app-1.log", "inside");
        File.CreateSymbolicLink(Path.Combine(Logs, "evil.log"), Path.Combine(_folder.Path, "secret"));
        File.CreateSymbolicLink(Path.Combine(Logs, "current.log"), "app-1.log");
        File.CreateSymbolicLink(Path.Combine(Logs, "nowhere.log"), "gone");
        Directory.CreateSymbolicLink(Path.Combine(Logs, "sub"), Path.Combine(_folder.Path, "other"));
        var with = With("*.log", "*/*.log");
        Assert.Null(await _action.PreconditionAsync(with, _bench.Context, default));
        var result = await _action.ExecuteAsync(with, _bench.Context, default);
        Assert.Contains("evil.log: a link that leads out", result.Message, StringComparison.Ordinal);
        Assert.Equal("inside", await File.ReadAllTextAsync(Kept("current.log")));
        Assert.False(File.Exists(Kept("evil.log")) || File.Exists(Kept("sub/inner.log")));
        Assert.Equal("Incomplete", result.Error); // the link to nowhere could not be read
    }

    [Fact]
    public async Task A_named_pipe_among_the_logs_does_not_hang_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && _bench.Programs.Find("mkfifo") is not null, "needs mkfifo on Linux");
        _folder.Write("logs/a.log", "a");
        await Execution.Programs.RunAsync(new("mkfifo", [Path.Combine(Logs, "pipe.log")]));
        var result = await _action.ExecuteAsync(With("*.log"), _bench.Context, default).WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Contains("pipe.log: not a file", result.Message, StringComparison.Ordinal);
        Assert.Equal("a", await File.ReadAllTextAsync(Kept("a.log")));
    }

    [Fact]
    public async Task Nothing_is_overwritten_and_the_check_knows_a_whole_copy_from_a_broken_one()
    {
        _folder.Write("logs/a.log", "a");
        var (with, context) = (With("*.log"), _bench.Context);
        Assert.Equal(CheckState.NotDone, (await _action.CheckAsync(with, context, default)).State);
        await _action.ExecuteAsync(with, context, default);
        Assert.Equal(CheckState.Done, (await _action.CheckAsync(with, context, default)).State);
        Assert.Equal((ActionOutcome.Failed, "Exists"), await _action.ExecuteAsync(with, context, default) is var again ? (again.Outcome, again.Error) : default);
        File.Delete(Path.Combine(Assert.Single(Directory.GetDirectories(Evidence)), "SHA256SUMS"));
        Assert.Equal(CheckState.NotDone, (await _action.CheckAsync(with, context, default)).State);
    }

    [Theory, InlineData("relative/*.log", "full path"), InlineData("/var/../etc/*", "'..'"), InlineData("/no/such/folder/*.log", "no file matches")]
    public async Task What_cannot_be_kept_is_refused(string pattern, string why)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix paths");
        Assert.Contains(why, await _action.PreconditionAsync(Arguments(_action.Parameters, ("files", new List<object?> { pattern }), ("to", Evidence)), _bench.Context, default), StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_than_allowed_and_a_relative_target_are_refused()
    {
        await using (var stream = new FileStream(_folder.Write("logs/large.log", ""), FileMode.Open)) stream.SetLength(3 << 20);
        var with = new Arguments(new Dictionary<string, object?>(With("large.log").Values) { ["maxMegabytes"] = 2L });
        Assert.Contains("more than the 2 MiB", await _action.PreconditionAsync(with, _bench.Context, default), StringComparison.Ordinal);
        Assert.Contains("full path", await _action.PreconditionAsync(new Arguments(new Dictionary<string, object?>(With("large.log").Values) { ["to"] = "here" }), _bench.Context, default), StringComparison.Ordinal);
    }
}
