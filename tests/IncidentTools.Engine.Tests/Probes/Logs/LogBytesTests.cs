using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using IncidentTools.Engine.Probes.Logs;
using NodaTime;

namespace IncidentTools.Engine.Tests.Probes.Logs;

/// <summary>Bytes searched in blocks find what one finds who reads line by line.</summary>
public sealed class LogBytesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 1, 9, 0, 0, TimeSpan.Zero);
    private static readonly string[] Words = ["ERROR", "error", "connect() failed (111", "timeout", "Kelvin", "\u212Aelvin", "ünïcode", "a", "ab", "aab", "12 ms", "9999 ms", "", " ", "\t", "x=1", "\uFFFD", "worker", "WORKER"];
    private static readonly string[] Forms =
    [
        "ERROR", "error", @"connect\(\) failed \(111", "timeout|ERROR", "(time|worker)out", "k", "kelvin", "ab", "a+b", "(ab)?x", "(ab){2}|ERROR", "[0-9]+ ms", @"\d{4} ms", "^ERROR", "ms$", "ü", @"\bworker\b", "(?i)worker", "x?=1", "e(r|R)+or",
        "a|", "()ab", "[]x]=", @"(?<n>worker) ", "(?!x)ab", @"\x41|ERROR", "no such text at all", ".", @"e\+", @"er{2}or", "(a|b)b", "failed .* ms",
    ];

    /// <summary>What <see cref="LogScan"/> finds in the same text, line by line, with the pattern alone.</summary>
    private static (LogPattern[] Patterns, LogSource Source) Plain(byte[] bytes, LogWindow window, LogPattern[] patterns)
    {
        var source = new LogSource("plain");
        var scan = new LogScan([.. patterns], window);
        scan.Read(LogScan.Lines(new StreamReader(new MemoryStream(bytes), Encoding.UTF8), CancellationToken.None), Clock(), _ => Clock(), source);
        return (patterns, source);
    }

    private static LogClock Clock() => LogClock.Named("iso", DateTimeZone.Utc, Now);

    private static (LogPattern[] Patterns, LogSource Source) Fast(byte[] bytes, LogWindow window, LogPattern[] patterns)
    {
        var source = new LogSource("fast");
        new LogBytes(new LogScan([.. patterns], window), Encoding.UTF8).Read(new MemoryStream(bytes), false, Clock(), _ => Clock(), source, CancellationToken.None);
        return (patterns, source);
    }

    private static LogPattern[] Patterns(bool ignoreCase) => [.. Forms.Select((form, index) => new LogPattern($"p{index}", form, ignoreCase, true, 0, 3))];

    private static void Same(byte[] bytes, LogWindow window, bool ignoreCase)
    {
        var (fast, source) = Fast(bytes, window, Patterns(ignoreCase));
        var (plain, expected) = Plain(bytes, window, Patterns(ignoreCase));
        for (var index = 0; index < Forms.Length; index++)
        {
            Assert.True(plain[index].Count == fast[index].Count, $"{Forms[index]}: {plain[index].Count} line by line, {fast[index].Count} in blocks");
            Assert.Equal((plain[index].First, plain[index].Last), (fast[index].First, fast[index].Last));
            Assert.Equal(plain[index].Samples.Select(sample => sample.Line), fast[index].Samples.Select(sample => sample.Line));
        }
        Assert.Equal((expected.Lines, expected.LinesInWindow, expected.LinesWithoutTime, expected.Newest, expected.Gap), (source.Lines, source.LinesInWindow, source.LinesWithoutTime, source.Newest, source.Gap));
    }

    private static Gen<string> Line =>
        from words in Gen.Elements(Words).ListOf()
        from second in Gen.Choose(-300, 100)
        from form in Gen.Choose(0, 5)
        select form switch { 0 => "", 1 => "  at ", _ => Now.AddSeconds(second).ToString(form == 2 ? "yyyy-MM-dd'T'HH:mm:ss.fff'Z'" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + " " } + string.Join(form == 4 ? "" : " ", words);

    private static Gen<byte[]> Log =>
        from lines in Line.ListOf()
        from end in Gen.Elements("\n", "\r\n")
        from last in Gen.Elements("", end, end + end)
        from noise in Gen.Choose(0, 9)
        let bytes = Encoding.UTF8.GetBytes(string.Join(end, lines) + last)
        // bytes that are no UTF-8
        select noise > 0 || bytes.Length == 0 ? bytes : [.. bytes[..(bytes.Length / 2)], 0xC3, 0x28, 0xFF, .. bytes[(bytes.Length / 2)..]];

    [Fact]
    public void Without_a_window_both_find_the_same() =>
        Prop.ForAll(Arb.From(Log), Arb.From(Gen.Elements(true, false)), (bytes, ignoreCase) => Same(bytes, new LogWindow(null, null), ignoreCase)).QuickCheckThrowOnFailure();

    [Fact]
    public void Within_a_window_both_find_the_same() =>
        Prop.ForAll(Arb.From(Log), Arb.From(Gen.Choose(0, 300)), Arb.From(Gen.Choose(-1, 300)), (bytes, back, to) =>
            Same(bytes.Length == 0 || bytes.AsSpan().IndexOf("2026"u8) < 0 ? [.. "2026-11-01T08:59:00Z x\n"u8, .. bytes] : bytes, new LogWindow(Now.AddSeconds(-back), to < 0 ? null : Now.AddSeconds(-to)), false)).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(1_048_570)]
    [InlineData(1_048_576)]
    [InlineData(3_200_000)]
    public void Lines_longer_than_a_block_and_at_its_edge_are_cut_alike(int length)
    {
        var text = new StringBuilder("2026-11-01T08:59:00Z first ERROR\n2026-11-01T08:59:01Z ");
        text.Append('x', 16_380 - 22).Append("ERROR").Append('y', length).Append(" ERROR\r\n").Append("2026-11-01T08:59:02Z ERROR last");
        Same(Encoding.UTF8.GetBytes(text.ToString()), new LogWindow(null, null), false);
        Same(Encoding.UTF8.GetBytes(text.ToString()), new LogWindow(Now.AddHours(-1), null), true);
    }

    [Fact]
    public void Many_blocks_are_read_like_one()
    {
        var text = new StringBuilder();
        for (var index = 0; index < 40_000; index++) text.Append(CultureInfo.InvariantCulture, $"{Now.AddMilliseconds(index - 40_000):yyyy-MM-dd'T'HH:mm:ss.fff'Z'} request {index} {(index % 97 == 0 ? "ERROR timeout" : "served in 12 ms")} {new string('z', index % 61)}\n");
        Same(Encoding.UTF8.GetBytes(text.ToString()), new LogWindow(null, null), false);
        Same(Encoding.UTF8.GetBytes(text.ToString()), new LogWindow(Now.AddSeconds(-20), Now.AddSeconds(-5)), false);
    }

    [Theory]
    [InlineData("ERROR", "ERROR")]
    [InlineData(@"connect\(\) failed \(1[0-9]+", "connect() failed (1")]
    [InlineData("timeout|refused", "timeout,refused")]
    [InlineData("(time|worker)out of", "out of")]
    [InlineData("a+bcd", "bcd")]
    [InlineData("abc?d", "ab")]
    [InlineData("(abc)*de", "de")]
    [InlineData("(?:abc|defg)x", "abc,defg")]
    [InlineData("[0-9]+ ms|x", null)] // an alternative too short to search for
    [InlineData("(?i)error", null)]
    [InlineData("(?!error)x", null)]
    [InlineData(@"\x41BCDE", null)]
    [InlineData(".*", null)]
    [InlineData("é", null)]
    [InlineData(@"[a-z-[aeiou]]abc", null)]
    public void What_must_be_there_is_taken_from_the_pattern(string pattern, string? texts) => Assert.Equal(texts, LiteralFinder.Of(pattern) is { } found ? string.Join(',', found) : null);

    [Fact]
    public void A_pattern_made_of_any_text_matches_where_the_text_is() => Prop.ForAll<NonEmptyString>(text =>
    {
        var pattern = Regex.Escape(text.Get);
        if (LiteralFinder.Of(pattern) is { } found) Assert.All(found, part => Assert.Contains(part, text.Get, StringComparison.Ordinal));
        if (LiteralFinder.Whole(pattern) is { } whole) Assert.Equal(text.Get, whole);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_most_frequent_keys_are_counted_and_the_error_is_said() => Prop.ForAll<byte[]>(keys =>
    {
        var (counter, exact) = (new TopCounter(8), new Dictionary<string, long>());
        foreach (var key in keys.Select(value => $"k{value % 23}"))
        {
            counter.Add(key);
            exact[key] = exact.GetValueOrDefault(key) + 1;
        }
        foreach (var (key, count, _) in counter.Top(8)) Assert.InRange(count, exact[key], exact[key] + counter.MostOver);
        Assert.All(exact.Where(item => item.Value > counter.MostOver), item => Assert.Contains(item.Key, counter.Top(8).Select(top => top.Key)));
        Assert.Equal(exact.Count <= 8, counter.IsExact);
    }).QuickCheckThrowOnFailure();
}
