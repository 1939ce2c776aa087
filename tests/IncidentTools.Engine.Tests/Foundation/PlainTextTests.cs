using System.Globalization;
using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Tests.Foundation;

public class PlainTextTests
{
    [Fact]
    public void It_is_the_same_in_every_culture()
    {
        var culture = CultureInfo.CurrentCulture;
        try
        {
            foreach (var name in new[] { "de-DE", "ar-SA", "" })
            {
                CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(name);
                Assert.Equal("1.5 -2 0.3 1.50 True 2026-11-01T08:00:00.000000Z 2026-11-01 1h30m x", PlainText.Format(new List<object?>
                {
                    1.5, -2L, 0.1 + 0.2, 1.50m, true, new DateTimeOffset(2026, 11, 1, 10, 0, 0, TimeSpan.FromHours(2)), new DateOnly(2026, 11, 1), TimeSpan.FromMinutes(90), "x",
                }));
            }
        }
        finally { CultureInfo.CurrentCulture = culture; }
    }

    [Fact]
    public void Nothing_and_maps_have_no_text_nor_has_a_list_with_one()
    {
        Assert.Null(PlainText.Format(null));
        Assert.Null(PlainText.Format(new Dictionary<string, object?>()));
        Assert.Null(PlainText.Format(new List<object?> { "a", null }));
        Assert.Equal("", PlainText.Format(new List<object?>()));
    }

    [Theory]
    [InlineData(5, "a b c")]
    [InlineData(4, null)]
    public void A_list_has_a_limit(int limit, string? expected) => Assert.Equal(expected, PlainText.Format(new List<object?> { "a", "b", "c" }, limit));
}
