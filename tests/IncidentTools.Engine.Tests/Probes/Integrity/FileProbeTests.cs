using IncidentTools.Engine.Probes;

namespace IncidentTools.Engine.Tests.Probes.Integrity;

public sealed class FileProbeTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private Task<ProbeResult> Look(string name, string more = "") => ProbeRun.Check("probe.file", $"path: '{Path.Combine(_folder.Path, name)}'\n{more}");

    [Theory]
    [InlineData("", null)]
    [InlineData("minBytes: 12", "TooSmall")]
    [InlineData("maxBytes: 3", "LimitExceeded")]
    [InlineData("match: 'h.llo'", null)]
    [InlineData("match: 'bye'", "ContentMissing")]
    [InlineData("notMatch: 'hello'", "ContentUnwanted")]
    [InlineData("expect: absent", "Exists")]
    [InlineData("kind: folder", "InvalidTarget")]
    [InlineData("maxAge: 1h", "TooOld")]
    [InlineData("changedAfter: 2100-01-01T00:00:00Z", "TooOld")]
    [InlineData("sha256: 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", null)]
    [InlineData("sha256: 0000000000000000000000000000000000000000000000000000000000000000", "HashMismatch")]
    public async Task A_file_is_judged_by_what_is_asked(string more, string? word)
    {
        File.SetLastWriteTimeUtc(_folder.Write("a.txt", "hello"), DateTime.UtcNow.AddHours(-2));
        (await Look("a.txt", more)).Is(word is null ? ProbeStatus.Pass : ProbeStatus.Fail, word);
    }

    [Fact]
    public async Task What_is_not_there_fails_unless_it_should_not_be()
    {
        (await Look("none")).Is(ProbeStatus.Fail, "NotFound");
        (await Look("none/deeper", "expect: absent")).Is(ProbeStatus.Pass, null);
    }

    [Fact]
    public async Task A_pattern_that_is_not_in_what_was_read_is_not_known_to_be_missing()
    {
        _folder.Write("long.txt", new string('x', 5000) + "needle");
        (await Look("long.txt", "match: needle\nmostRead: 4000")).Is(ProbeStatus.Error, "Truncated");
        (await Look("long.txt", "notMatch: needle\nmostRead: 4000")).Is(ProbeStatus.Error, "Truncated");
        (await Look("long.txt", "match: needle")).Is(ProbeStatus.Pass, null);
    }

    [Fact]
    public async Task A_link_is_a_link_unless_it_is_followed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need rights on Windows");
        _folder.Write("a.txt", "hello");
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "l"), "a.txt");
        Assert.Equal("link", (await Look("l")).Get("kind"));
        Assert.Equal("file", (await Look("l", "followLinks: true\nmatch: hello")).Get("kind"));
        (await Look("l", "match: hello")).Is(ProbeStatus.Error, "InvalidTarget");
    }

    [Fact]
    public async Task A_pipe_that_nobody_writes_to_does_not_hang_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux");
        System.Diagnostics.Process.Start("mkfifo", [Path.Combine(_folder.Path, "pipe")]).WaitForExit();
        Assert.Equal("other", (await Look("pipe")).Get("kind"));
        (await Look("pipe", "match: x")).Is(ProbeStatus.Error, "InvalidTarget");
    }
}
