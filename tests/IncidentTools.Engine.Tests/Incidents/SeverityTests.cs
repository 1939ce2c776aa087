using IncidentTools.Engine.Incidents;

namespace IncidentTools.Engine.Tests.Incidents;

public class SeverityTests
{
    private static string Level(int impact, int urgency, params string[] conditions) => SeverityCalculator.Decide(TestPolicy.Default, impact, urgency, conditions).Level;

    /// <summary>Every cell under every single condition: level by cell as a row of nine digits, impact 1 first.</summary>
    [Theory]
    [InlineData("", "012123234")]
    [InlineData("isolation", "000000000")]
    [InlineData("corruption", "011111111")]
    [InlineData("redundancy", "012122222")]
    [InlineData("active", "001011111")]
    [InlineData("staging", "222223234")]
    [InlineData("staging,isolation", "000000000")]
    [InlineData("staging,corruption", "111111111")]
    [InlineData("staging,active", "111111111")]
    [InlineData("active,redundancy", "001011111")]
    public void Nine_cells_under(string conditions, string levels)
    {
        var given = conditions.Split(',', StringSplitOptions.RemoveEmptyEntries);
        var found = string.Concat(from impact in new[] { 1, 2, 3 } from urgency in new[] { 1, 2, 3 } select Level(impact, urgency, given)[1]);
        Assert.Equal(levels, found);
    }

    [Fact]
    public void It_says_why()
    {
        var decided = SeverityCalculator.Decide(TestPolicy.Default, 2, 2, ["active", "active"]);
        Assert.Equal(("P1", "P2"), (decided.Level, decided.Matrix));
        Assert.Equal(["Impact 2 × urgency 2 gives P2.", "Actor active: one level up, at least P1."], decided.Reasons);
        Assert.Equal(["active"], decided.Conditions);
    }

    [Theory]
    [InlineData(0, 1, "", "RankInvalid")]
    [InlineData(1, 4, "", "RankInvalid")]
    [InlineData(1, 1, "isolatoin", "ConditionUnknown")]
    public void Wrong_values_are_refused(int impact, int urgency, string condition, string id) =>
        Assert.Equal(id, Assert.Throws<IncidentToolsException>(() => Level(impact, urgency, condition.Length == 0 ? [] : [condition])).ErrorId);

    [Fact]
    public void A_mistyped_condition_gets_the_nearest_name() =>
        Assert.Contains("'isolation'", Assert.Throws<IncidentToolsException>(() => Level(1, 1, "isolatoin")).Message, StringComparison.Ordinal);
}
