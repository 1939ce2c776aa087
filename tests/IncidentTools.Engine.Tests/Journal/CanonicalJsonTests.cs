using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Tests.Journal;

public sealed class CanonicalJsonTests
{
    [Theory]
    [InlineData("{\"a\":1,\"a\":2}")]
    [InlineData("\"\\ud800\"")]
    [InlineData("9007199254740993")]
    [InlineData("1e999")]
    [InlineData("[1,]")]
    [InlineData("")]
    public void What_has_no_canonical_form_is_refused(string json) => Assert.Throws<FormatException>(() => CanonicalJson.Bytes(CanonicalJson.Canonicalize(json)));

    [Fact]
    public void The_standards_example() => Assert.Equal(
        "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}",
        CanonicalJson.Canonicalize("{\"numbers\":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],\"string\":\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\",\"literals\":[null,true,false]}"));

    [Fact]
    public void Names_are_ordered_by_utf16_units() => Assert.Equal(
        "{\"\\r\":1,\"1\":2,\"\u0080\":3,\"ö\":4,\"€\":5,\"\ud83d\ude00\":6,\"\ufb33\":7}",
        CanonicalJson.Canonicalize("{\"€\":5,\"\\r\":1,\"\ufb33\":7,\"1\":2,\"\ud83d\ude00\":6,\"\u0080\":3,\"ö\":4}"));

    // appendix B of RFC 8785
    [Theory]
    [InlineData(0x0000000000000000, "0")]
    [InlineData(0x8000000000000000, "0")]
    [InlineData(0x0000000000000001, "5e-324")]
    [InlineData(0x8000000000000001, "-5e-324")]
    [InlineData(0x7fefffffffffffff, "1.7976931348623157e+308")]
    [InlineData(0x4340000000000000, "9007199254740992")]
    [InlineData(0x4430000000000000, "295147905179352830000")]
    [InlineData(0x44b52d02c7e14af5, "9.999999999999997e+22")]
    [InlineData(0x44b52d02c7e14af6, "1e+23")]
    [InlineData(0x444b1ae4d6e2ef4e, "999999999999999700000")]
    [InlineData(0x444b1ae4d6e2ef50, "1e+21")]
    [InlineData(0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7")]
    [InlineData(0x3eb0c6f7a0b5ed8d, "0.000001")]
    [InlineData(0x41b3de4355555553, "333333333.3333332")]
    [InlineData(0xbecbf647612f3696, "-0.0000033333333333333333")]
    [InlineData(0x43143ff3c1cb0959, "1424953923781206.2")]
    public void Numbers_are_written_as_the_standard_does(ulong bits, string expected) => Assert.Equal(expected, CanonicalNumber.Format(BitConverter.UInt64BitsToDouble(bits)));

    [Fact]
    public void Every_double_reads_back() => Prop.ForAll<NormalFloat>(number =>
        CanonicalNumber.Format(number.Get) is var text && double.Parse(text, System.Globalization.CultureInfo.InvariantCulture) == number.Get).QuickCheckThrowOnFailure();

    [Fact]
    public void The_canonical_form_of_a_canonical_form_is_itself() => Prop.ForAll<Dictionary<string, double[]>>(map =>
    {
        var plain = (map ?? []).ToDictionary(pair => new string([.. pair.Key.Where(c => !char.IsSurrogate(c))]) + pair.Key.Length + "-" + Guid.NewGuid(), pair => (pair.Value ?? []).Where(double.IsFinite));
        var once = CanonicalJson.Canonicalize(JsonSerializer.Serialize(plain));
        return CanonicalJson.Canonicalize(once) == once;
    }).QuickCheckThrowOnFailure();
}
