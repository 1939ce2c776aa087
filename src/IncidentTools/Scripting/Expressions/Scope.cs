namespace IncidentTools.Scripting.Expressions;

/// <summary>One evaluation: its text, the values it may read, and the time it has for regular expressions.</summary>
internal sealed class Scope(string text, IReadOnlyDictionary<string, object?> roots)
{
    private readonly long _began = TimeProvider.System.GetTimestamp();

    public IReadOnlyDictionary<string, object?> Roots => roots;
    public bool IsOutOfTime => TimeProvider.System.GetElapsedTime(_began) > Limits.AllPatterns;

    /// <summary>The error at a place: the line it stands in, and the column there.</summary>
    public static IncidentToolsException Fail(string text, int offset, string what)
    {
        offset = Math.Clamp(offset, 0, text.Length);
        var start = text.LastIndexOf('\n', Math.Max(0, offset - 1), Math.Max(0, offset)) + 1;
        var end = text.IndexOf('\n', offset);
        return Errors.ExpressionFailed((end < 0 ? text[start..] : text[start..end]).TrimEnd('\r'), offset - start + 1, what);
    }

    public Site At(int offset) => new(this, text, offset);
}

/// <summary>Where an operator stands, for its errors.</summary>
internal readonly record struct Site(Scope Scope, string Text, int Offset)
{
    public IncidentToolsException Fail(string what) => Scope.Fail(Text, Offset, what);
}

/// <summary>Bounds of an expression and of what it makes.</summary>
internal static class Limits
{
    /// <summary>Characters of an expression: far below what makes PowerShell's parser exhaust a small stack.</summary>
    public const int Source = 4096;
    public const int Depth = 64;
    public const int Range = 10_000;
    /// <summary>Items of a list, and of everything in a result.</summary>
    public const int Items = 100_000;
    /// <summary>Characters of a text.</summary>
    public const int Text = 1 << 20;
    /// <summary>Characters of all texts in a result.</summary>
    public const int AllText = 16 << 20;
    /// <summary>Width of a placeholder of -f, digits of a number format.</summary>
    public const int Width = 10_000;
    /// <summary>For one look of a pattern at a text, and for all of an expression: a machine in trouble may take a while for innocent ones.</summary>
    public static readonly TimeSpan Pattern = TimeSpan.FromSeconds(1), AllPatterns = TimeSpan.FromSeconds(5);
}
