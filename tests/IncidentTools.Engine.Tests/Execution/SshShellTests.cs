using System.Text;
using FsCheck;
using FsCheck.Fluent;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Execution.Remote;

namespace IncidentTools.Engine.Tests.Execution;

/// <summary>Text that wants to be a command: nothing of it is run at the other end, and all of it arrives.</summary>
public sealed class SshShellTests
{
    private static readonly string[] Corpus =
    [
        "", " ", "'", "''", "\"", "`", "\\", "\\\\", "\\'", "a'b\\", "'\\''", "!", "!!", "a!b", "$(touch CANARY)", "`touch CANARY`", "${IFS}touch${IFS}CANARY", "; touch CANARY", "| touch CANARY", "|| touch CANARY", "&& touch CANARY", "& touch CANARY",
        "\ntouch CANARY\n", "\r\ntouch CANARY\r\n", "'\ntouch CANARY\n'", "'; touch CANARY; '", "\\'; touch CANARY; \\'", "' || touch CANARY || '", "%0atouch CANARY", "> CANARY", "< CANARY", "$(>CANARY)", "<(touch CANARY)", "{touch,CANARY}",
        "--", "-oProxyCommand=touch CANARY", "--%", "-c", "~", "*", "?", "[a-z]", "#", "$HOME", "$0", "$'\\ntouch CANARY'", "\t", "\a\u001b[31m", "\u2028touch CANARY", "\u202etxt.exe", "’; touch CANARY; ‘", "＇; touch CANARY", "ʼ; touch CANARY",
        "ü😀", "\u00a0", "\ufeff", "%s%n", "\\0101", "incidenttools", "A=b", "exit 0", "}", "done", "esac", "fi", ")", "\u007f", "$((1+1))", "$[1+1]", "@(x)",
    ];

    [Fact]
    public async Task Every_argument_arrives_unchanged_and_nothing_is_run()
    {
        using var server = new SshServer();
        var canary = server.Of("canary");
        string[] given = [.. Corpus.Select(text => text.Replace("CANARY", canary, StringComparison.Ordinal))];
        var result = await server.Runner.RunAsync(new ProcessRequest("printf", ["%s\\0", .. given]), TestContext.Current.CancellationToken);
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(given, result.Output.Split('\0')[..^1]);
        // as variable, input, folder and program
        foreach (var text in given)
        {
            var other = await server.Runner.RunAsync(new ProcessRequest("sh", ["-c", "printf '%s|' \"$V\"; cat"]) { Environment = new Dictionary<string, string?> { ["V"] = text }, StandardInput = text }, TestContext.Current.CancellationToken);
            Assert.Equal($"{text}|{text}", other.Output);
        }
        foreach (var text in given.Where(text => text.Contains("canary", StringComparison.Ordinal)))
        {
            Assert.NotNull((await server.Runner.RunAsync(new ProcessRequest(text, []), TestContext.Current.CancellationToken)).NotStarted);
            Assert.NotNull((await server.Runner.RunAsync(new ProcessRequest("true", []) { WorkingDirectory = "/" + text }, TestContext.Current.CancellationToken)).NotStarted);
        }
        Assert.False(File.Exists(canary));
    }

    [Theory]
    [InlineData("/bin/dash")]
    [InlineData("/bin/bash")]
    [InlineData("/usr/bin/zsh")]
    [InlineData("/usr/bin/fish")]
    [InlineData("/bin/tcsh")]
    public async Task A_line_is_read_as_the_words_it_was_made_of_by_every_shell_that_is_here(string shell)
    {
        Assert.SkipUnless(!OperatingSystem.IsWindows() && File.Exists(shell), $"needs {shell}");
        // csh cannot be given a line break at all
        string[] words = [.. Corpus.Where(text => !shell.EndsWith("csh", StringComparison.Ordinal) || !text.Contains('\n', StringComparison.Ordinal))];
        var result = await Programs.RunAsync(new ProcessRequest(shell, ["-c", $"exec {PosixQuote.Line(["/usr/bin/printf", "%s\\0", .. words])}"]), TestContext.Current.CancellationToken);
        Assert.Equal(words, result.Output.Split('\0')[..^1]);
    }

    [Fact]
    public void Any_words_survive_the_shell()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a Unix shell");
        var letters = Gen.OneOf(Gen.Elements("'\\!\"`$;&|<>(){}[]*?~#\n\t -=%^".ToCharArray()), Gen.Choose(1, 0xD7FF).Select(code => (char)code));
        var words = Gen.NonEmptyListOf(Gen.ListOf(letters).Select(list => new string([.. list]))).ToArbitrary();
        Prop.ForAll(words, list =>
        {
            var line = PosixQuote.Line(["/usr/bin/printf", "%s\\0", .. list]);
            var result = Programs.RunAsync(new ProcessRequest("/bin/sh", ["-c", line]) { MaxBytes = 1 << 20, MaxLines = 1 << 20 }).GetAwaiter().GetResult();
            return result.Output == string.Concat(list.Select(word => word + '\0'));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    [Theory]
    [InlineData("web1", "ssh://web1")]
    [InlineData("ssh://ops@web1.example.net:2222/", "ssh://ops@web1.example.net:2222")]
    [InlineData("ssh://[::1]:22", "ssh://[::1]:22")]
    [InlineData("winrm://db1", "winrm://db1")]
    [InlineData("winrms://db1:5986", "winrms://db1:5986")]
    public void Targets(string text, string canonical) => Assert.Equal(canonical, RemoteTarget.Parse(text, out _)!.ToString());

    [Theory]
    [InlineData("")]
    [InlineData("-oProxyCommand=touch")]
    [InlineData("ssh://-oProxyCommand=touch/")]
    [InlineData("ssh://-l@host")]
    [InlineData("ssh://user;x@host")]
    [InlineData("ssh://$(touch x)")]
    [InlineData("ssh://host name")]
    [InlineData("ssh://host\n")]
    [InlineData("ssh://host:0")]
    [InlineData("ssh://host:65536")]
    [InlineData("ssh://host/path")]
    [InlineData("ssh://hоst")] // a Cyrillic letter
    [InlineData("winrm://me@host")]
    [InlineData("http://host")]
    public void What_is_no_machine_is_refused(string text)
    {
        Assert.Null(RemoteTarget.Parse(text, out var why));
        Assert.NotEqual("", why);
    }

    [Fact]
    public void A_password_in_a_target_is_refused_by_name()
    {
        Assert.Null(RemoteTarget.Parse("ssh://me:pw@host", out var why));
        Assert.Contains("password", why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_known_hosts_that_is_not_there_is_not_an_empty_one()
    {
        Assert.Contains("not there", new SshSettings(Path.GetFullPath("no-such-file"), null).WhyNot(), StringComparison.Ordinal);
        Assert.Contains("full path", new SshSettings(null, "relative").WhyNot(), StringComparison.Ordinal);
        Assert.Null(new SshSettings(null, null).WhyNot());
    }

    [Fact]
    public async Task A_login_shell_that_runs_nothing_is_said_to_be_unsuitable_and_one_that_greets_does_not_disturb()
    {
        using (var server = new SshServer("ForceCommand echo you may not")) Assert.Equal("RemoteShellUnsuitable", (await server.Runner.RunAsync(new ProcessRequest("true", []), TestContext.Current.CancellationToken)).Error);
        using (var server = new SshServer("Banner none\nForceCommand echo Welcome; echo motd >&2; /bin/sh -c \"$SSH_ORIGINAL_COMMAND\""))
        {
            var result = await server.Runner.RunAsync(new ProcessRequest("echo", ["hi"]), TestContext.Current.CancellationToken);
            Assert.Equal((0, "hi\n", ""), (result.ExitCode, result.Output, result.ErrorOutput));
        }
    }
}
