namespace IncidentTools.Module.Tests.Scripting;

/// <summary>Where an expression ends: at the first }} that PowerShell's tokenizer does not need for something else.</summary>
public class FindEndTests
{
    [Theory]
    [InlineData(" $a ", " and more }}")]
    [InlineData(" '}}' ", "")]
    [InlineData(" '}}' + \"}}\" ", " '")]
    [InlineData(" @{a=@{b=1}}", "")]
    [InlineData(" @{a=@{b=1}} ", "}}")]
    [InlineData("@{a=1}", "")]
    [InlineData("@{ a = '}}'; b = @{ c = @{ d = \"}}\" }}}", " tail")]
    [InlineData(" ${x}", "")]
    [InlineData(" \"${x}\" ", " don't")]
    [InlineData(" 1 <# }} #> + 1 ", "")]
    [InlineData(" 'it''s }} here' ", "")]
    [InlineData(" \"a `\" }} b\" ", "")]
    [InlineData(" \"a $($x.y) }}\" ", "")]
    [InlineData(" @'\n}}\n'@ ", "")]
    [InlineData(" $x # why ", "\n second line }}")]
    [InlineData(" 1 + ", " text ${{ $x }}")]
    [InlineData(" ($x ", " text }}")]
    [InlineData(" configuration X { } ", "")]
    [InlineData("", "")]
    public void It_ends_there(string expression, string rest) => Assert.Equal(7 + expression.Length, PackagedModule.FindEnd("text${{" + expression + "}}" + rest, 7));

    [Theory]
    [InlineData(" $a ")]
    [InlineData(" '}} ")]
    [InlineData(" @{ a = 1 }} ")]
    [InlineData(" ${x}} ")]
    [InlineData(" <# }} ")]
    public void Unclosed_is_minus_one(string text) => Assert.Equal(-1, PackagedModule.FindEnd("${{" + text, 3));

    [Fact]
    public void A_wall_of_braces_is_given_up() => Assert.Equal(-1, PackagedModule.FindEnd(string.Concat(Enumerable.Repeat("@{a=", 100_000)) + new string('}', 100_000), 0));
}
