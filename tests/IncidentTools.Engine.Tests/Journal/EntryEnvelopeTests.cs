using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using IncidentTools.Engine.Journal;
using Xunit;

namespace IncidentTools.Engine.Tests.Journal;

public sealed class EntryEnvelopeTests
{
    private static readonly EntryEnvelope Good = new(new Actor("ana", "os", "os"), """{"text":"ü😀 \" \\ \u0001","n":1}""", "host", "id", "INC-1", "key", "2026-11-24T07:33:00.000001Z", 7, "00", "2026-11-24T07:33:00.000002Z", 3, "note.added", 1);

    [Fact]
    public void What_was_written_is_read() => Assert.Equal(Good, EntryEnvelope.Parse(Good.ToCanonical()));

    [Theory]
    [InlineData(",\"v\":1", "")]
    [InlineData(",\"v\":1", ",\"v\":1,\"v\":2")]
    [InlineData(",\"v\":1", ",\"v\":1,\"w\":2")]
    [InlineData(",\"v\":1", ",\"v\":99999999999")]
    [InlineData(",\"v\":1", ",\"v\":\"1\"")]
    [InlineData("\"host\":\"host\"", "\"host\":null")]
    [InlineData("\"host\":\"host\"", "\"host\":1")]
    [InlineData("\"pos\":7", "\"pos\":7.5")]
    [InlineData("\"via\":\"os\"", "\"by\":\"os\"")]
    [InlineData("{\"actor\"", "[{\"actor\"")]
    [InlineData("\"type\"", "\"type\"\"")]
    [InlineData("\"v\":1}", "\"v\":1}}")]
    [InlineData("\"v\":1}", "\"v\":1}{}")]
    [InlineData("\"v\":1}", "\"v\":1")]
    public void What_is_no_entry_is_refused(string from, string to)
    {
        var text = Good.ToCanonical();
        Assert.Contains(from, text, StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => EntryEnvelope.Parse(text.Replace(from, to, StringComparison.Ordinal)));
    }

    [Fact]
    public void Half_a_character_is_no_text() => Assert.Throws<FormatException>(() => EntryEnvelope.Parse(Good.ToCanonical().Replace("\"host\":\"host\"", "\"host\":\"\ud800\"", StringComparison.Ordinal)));

    /// <summary>Sealed values are put back without parsing only when they are the ones that the entry commits to, in its order.</summary>
    [Fact]
    public void Values_that_are_not_what_the_entry_commits_to_are_not_put_back()
    {
        SealedValue Value(string pointer, string value) => new("id", pointer, new byte[32], value);
        string Data(params SealedValue[] values) => "{" + string.Join(',', values.Select((value, number) => $"\"m{number}\":{{\"$sealed\":\"{Sealing.Commitment(value)}\"}}")) + ",\"said\":\"{\\\"$sealed\\\":\\\"x\\\"}\"}";
        SealedValue one = Value("/m0", "\"ü\""), two = Value("/m1", "{\"a\":1}");
        Assert.Equal("""{"m0":"ü","m1":{"a":1},"said":"{\"$sealed\":\"x\"}"}""", Sealing.Restore(Data(one, two), [one, two]));
        Assert.Null(Sealing.Restore(Data(one, two), [two, one]));
        Assert.Null(Sealing.Restore(Data(one, two), [one]));
        Assert.Null(Sealing.Restore(Data(one), [one, two]));
        Assert.Null(Sealing.Restore(Data(one, two), [one with { Value = "\"u\"" }, two]));
        Assert.Null(Sealing.Restore(Data(one, two), [one with { Pointer = "/m9" }, two]));
        Assert.Null(Sealing.Restore(Data(one, two), [one with { EntryId = "other" }, two]));
    }

    [Fact]
    public void A_time_is_read_as_it_was_written()
    {
        Prop.ForAll<DateTime>(time =>
        {
            var exact = UtcStamp.Truncate(new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc)));
            return UtcStamp.Parse(UtcStamp.Format(exact)) == exact;
        }).QuickCheckThrowOnFailure();
    }

    /// <summary>The framework's own reading is the oracle.</summary>
    [Theory]
    [InlineData("2024-02-29T23:59:59.999999Z")]
    [InlineData("2023-02-29T00:00:00.000000Z")]
    [InlineData("0000-01-01T00:00:00.000000Z")]
    [InlineData("0001-01-01T00:00:00.000000Z")]
    [InlineData("9999-12-31T23:59:59.999999Z")]
    [InlineData("2026-13-01T00:00:00.000000Z")]
    [InlineData("2026-00-01T00:00:00.000000Z")]
    [InlineData("2026-01-00T00:00:00.000000Z")]
    [InlineData("2026-01-01T24:00:00.000000Z")]
    [InlineData("2026-01-01T00:60:00.000000Z")]
    [InlineData("2026-01-01T00:00:60.000000Z")]
    [InlineData("2026-01-01T00:00:00.00000Z")]
    [InlineData("2026-01-01 00:00:00.000000Z")]
    [InlineData("2026-01-01T00:00:00.000000+")]
    [InlineData("２026-01-01T00:00:00.000000Z")]
    [InlineData("-026-01-01T00:00:00.000000Z")]
    [InlineData("")]
    public void A_time_is_taken_or_refused_as_the_framework_does(string text)
    {
        var good = DateTimeOffset.TryParseExact(text, "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var expected);
        if (good) Assert.Equal(expected, UtcStamp.Parse(text));
        else Assert.Throws<FormatException>(() => UtcStamp.Parse(text));
    }
}
