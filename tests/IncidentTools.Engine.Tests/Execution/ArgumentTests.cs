using System.Text;
using IncidentTools.Engine.Execution;
using static IncidentTools.Engine.Tests.Execution.Programs;

namespace IncidentTools.Engine.Tests.Execution;

public sealed class ArgumentTests
{
    /// <summary>What a shell, PowerShell, cmd, a URL decoder or a terminal would do something with.</summary>
    private static string[] Corpus(string canary) =>
    [
        "", " ", "  two  blanks ", "\t", "\n", "\r\n", "a\nb", "trailing\\", "\\\\server\\share\\", "\\\"", "\"", "\"\"", "'", "''", "`", "``", "“quoted”", "‘x’", "„x“", "‚x’", "«x»", "‹x›", "「x」", "＂x＂", "＇",
        $"; touch {canary}", $"$(touch {canary})", $"`touch {canary}`", $"| touch {canary}", $"|| touch {canary}", $"&& touch {canary}", $"& touch {canary} &", $"\n touch {canary}\n", $"> {canary}", $">> {canary}",
        $"' ; touch {canary}; '", $"\" ; touch {canary}; \"", $"$(New-Item {canary})", $"\"; New-Item {canary} #", "--%", $"--% & copy nul {canary}", $"%COMSPEC% /c copy nul {canary}", $"^& copy nul {canary}",
        "%0a", "%0A%0d", "%PATH%", "!PATH!", "$PATH", "${PATH}", "$env:PATH", "~", "~root", "*", "?", "[a-z]*", "{a,b}", "#comment", "--", "-", "-x", "--option=value", "/?", "@response-file", "=",
        "\u202Etxt.exe", "\u200B", "\uFEFF", "\u00A0", "\u2028", "e\u0301", "é", "İı", "漢字", "🚒", "\u0007\u001b[2J", "NUL", "con", "$IFS", "a=b", "<(id)", "\\n", "\\x00", "%s%n",
    ];

    [Fact]
    public async Task Arguments_arrive_unchanged_and_nothing_else_is_run()
    {
        using var folder = new TempFolder();
        var canary = Path.Combine(folder.Path, "canary");
        var given = Corpus(canary);
        var result = await RunAsync(TestChild.Request(["arguments", .. given]) with { WorkingDirectory = folder.Path });
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(given, result.Output.Split('\n')[..^1].Select(line => Encoding.Unicode.GetString(Convert.FromBase64String(line.Trim()))));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task What_could_not_arrive_unchanged_is_refused()
    {
        foreach (var (argument, why) in new[] { ("a\0b", "NUL"), ("\0", "NUL"), ("x\ud83d", "half a character"), ("\ude92x", "half a character") })
        {
            Assert.Contains(why, (await RunAsync(TestChild.Request("arguments", argument))).NotStarted, StringComparison.Ordinal);
            var variable = TestChild.Request("environment") with { Environment = new Dictionary<string, string?> { ["X"] = argument } };
            Assert.Contains(why, (await RunAsync(variable)).NotStarted, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_shell_that_reads_the_shown_command_line_gets_the_same_arguments()
    {
        Assert.SkipUnless(!OperatingSystem.IsWindows() && File.Exists("/bin/bash"), "needs bash, whose $'…' the text uses");
        // bash itself drops NUL only; what it prints is compared byte by byte
        foreach (var argument in Corpus("/tmp/canary-of-the-quoting-test"))
        {
            var line = "printf '%s' " + CommandText.Quote(argument);
            var result = await RunAsync(new ProcessRequest("/bin/bash", ["-c", line]) { Environment = new Dictionary<string, string?> { ["LC_ALL"] = "C.UTF-8" } });
            Assert.Equal(argument, result.Output);
        }
        Assert.False(File.Exists("/tmp/canary-of-the-quoting-test"));
    }

    [Theory]
    [InlineData("nginx", "nginx"), InlineData("/usr/sbin/nginx", "/usr/sbin/nginx"), InlineData("", "''"), InlineData("a b", "'a b'"), InlineData("it's", "$'it\\'s'"), InlineData("a\nb", "$'a\\nb'"),
     InlineData("x\u202Ey", "$'x\\u202ey'"), InlineData("a;b", "'a;b'"), InlineData("$(x)", "'$(x)'")]
    public void Quoting_shows_what_cannot_be_seen(string item, string shown) => Assert.Equal(shown, CommandText.Quote(item));

    [Theory]
    [InlineData("-rf", true, false, true), InlineData("--output=/etc/passwd", true, false, true), InlineData("-", true, false, true), InlineData("–EncodedCommand", true, false, true), InlineData("−x", true, false, true),
     InlineData("-rf", false, false, false), InlineData("-rf", true, true, false), InlineData("web-1", true, false, false), InlineData("", true, false, false)]
    public void A_value_does_not_become_an_option(string text, bool fromExpression, bool option, bool refused) =>
        Assert.Equal(refused, ArgumentGuard.WhyNot([new("restart", false, false), new(text, fromExpression, option)]) is { } why && why.Contains("argument 2", StringComparison.Ordinal));

    [Fact]
    public void After_a_literal_double_dash_all_is_data_but_not_after_one_that_was_computed()
    {
        Assert.Null(ArgumentGuard.WhyNot([new("--", false, false), new("-rf", true, false)]));
        Assert.NotNull(ArgumentGuard.WhyNot([new("--", true, false), new("-rf", true, false)]));
        Assert.NotNull(ArgumentGuard.WhyNot([new("-rf", true, false), new("--", false, false)]));
    }
}
