using System.Management.Automation.Language;

namespace IncidentTools.Scripting.Expressions;

/// <summary>The operators that are admitted; what is not here is refused.</summary>
internal static class Operators
{
    public static IReadOnlyDictionary<TokenKind, Func<object?, object?, Site, object?>> Binary { get; } = new Dictionary<TokenKind, Func<object?, object?, Site, object?>>
    {
        [TokenKind.Plus] = Arithmetic.Add,
        [TokenKind.Minus] = Arithmetic.Subtract,
        [TokenKind.Multiply] = Arithmetic.Multiply,
        [TokenKind.Divide] = Arithmetic.Divide,
        [TokenKind.Rem] = Arithmetic.Remainder,
        [TokenKind.DotDot] = Arithmetic.Range,
        [TokenKind.Ieq] = Lists.Filter(static (a, b, site) => Comparison.Same(a, b, false, site)),
        [TokenKind.Ceq] = Lists.Filter(static (a, b, site) => Comparison.Same(a, b, true, site)),
        [TokenKind.Ine] = Lists.Filter(static (a, b, site) => !Comparison.Same(a, b, false, site)),
        [TokenKind.Cne] = Lists.Filter(static (a, b, site) => !Comparison.Same(a, b, true, site)),
        [TokenKind.Ilt] = Lists.Filter(Comparison.Ordered(false, static order => order < 0)),
        [TokenKind.Clt] = Lists.Filter(Comparison.Ordered(true, static order => order < 0)),
        [TokenKind.Ile] = Lists.Filter(Comparison.Ordered(false, static order => order <= 0)),
        [TokenKind.Cle] = Lists.Filter(Comparison.Ordered(true, static order => order <= 0)),
        [TokenKind.Igt] = Lists.Filter(Comparison.Ordered(false, static order => order > 0)),
        [TokenKind.Cgt] = Lists.Filter(Comparison.Ordered(true, static order => order > 0)),
        [TokenKind.Ige] = Lists.Filter(Comparison.Ordered(false, static order => order >= 0)),
        [TokenKind.Cge] = Lists.Filter(Comparison.Ordered(true, static order => order >= 0)),
        [TokenKind.Imatch] = Lists.Filter(TextOperators.Match(false)),
        [TokenKind.Cmatch] = Lists.Filter(TextOperators.Match(true)),
        [TokenKind.Inotmatch] = Lists.Filter(Not(TextOperators.Match(false))),
        [TokenKind.Cnotmatch] = Lists.Filter(Not(TextOperators.Match(true))),
        [TokenKind.Ilike] = Lists.Filter(TextOperators.Like(false)),
        [TokenKind.Clike] = Lists.Filter(TextOperators.Like(true)),
        [TokenKind.Inotlike] = Lists.Filter(Not(TextOperators.Like(false))),
        [TokenKind.Cnotlike] = Lists.Filter(Not(TextOperators.Like(true))),
        [TokenKind.Iin] = static (a, b, site) => Lists.In(a, b, false, site),
        [TokenKind.Cin] = static (a, b, site) => Lists.In(a, b, true, site),
        [TokenKind.Inotin] = static (a, b, site) => Lists.In(a, b, false, site) is false,
        [TokenKind.Cnotin] = static (a, b, site) => Lists.In(a, b, true, site) is false,
        [TokenKind.Icontains] = static (a, b, site) => Lists.In(b, a, false, site),
        [TokenKind.Ccontains] = static (a, b, site) => Lists.In(b, a, true, site),
        [TokenKind.Inotcontains] = static (a, b, site) => Lists.In(b, a, false, site) is false,
        [TokenKind.Cnotcontains] = static (a, b, site) => Lists.In(b, a, true, site) is false,
        [TokenKind.Ireplace] = TextOperators.Replace(false),
        [TokenKind.Creplace] = TextOperators.Replace(true),
        [TokenKind.Isplit] = TextOperators.Split(false),
        [TokenKind.Csplit] = TextOperators.Split(true),
        [TokenKind.Join] = TextOperators.Join,
        [TokenKind.Format] = TextOperators.Format,
        [TokenKind.Xor] = static (a, b, site) => Values.Flag(a, "-xor", site) != Values.Flag(b, "-xor", site),
    };

    public static IReadOnlyDictionary<TokenKind, Func<object?, Site, object?>> Unary { get; } = new Dictionary<TokenKind, Func<object?, Site, object?>>
    {
        [TokenKind.Not] = static (value, site) => !Values.Flag(value, "-not", site),
        [TokenKind.Exclaim] = static (value, site) => !Values.Flag(value, "!", site),
        [TokenKind.Minus] = Arithmetic.Negate,
        [TokenKind.Plus] = Arithmetic.Positive,
        [TokenKind.Join] = static (value, site) => TextOperators.Join(value, "", site),
        [TokenKind.Isplit] = TextOperators.Words,
        [TokenKind.Csplit] = TextOperators.Words,
    };

    /// <summary>Those whose right side is a regular expression: a wrong one is found without values.</summary>
    public static bool TakesPattern(TokenKind kind) => kind is TokenKind.Imatch or TokenKind.Cmatch or TokenKind.Inotmatch or TokenKind.Cnotmatch or TokenKind.Ireplace or TokenKind.Creplace or TokenKind.Isplit or TokenKind.Csplit;

    private static Func<object?, object?, Site, bool> Not(Func<object?, object?, Site, bool> test) => (left, right, site) => !test(left, right, site);
}
