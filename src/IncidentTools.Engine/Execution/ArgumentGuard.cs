namespace IncidentTools.Engine.Execution;

/// <param name="FromExpression">Whether its first character came out of an expression.</param>
/// <param name="Option">Whether its author marked it <c>option: true</c>.</param>
public readonly record struct GuardedArgument(string Text, bool FromExpression, bool Option);

/// <summary>A value must not become an option of the program it is handed to: <c>--output=/etc/passwd</c> given where a host name was meant.</summary>
public static class ArgumentGuard
{
    /// <summary>Null when all may be handed over; else what is wrong with the first that may not. <paramref name="arguments"/> without the program.</summary>
    public static string? WhyNot(IReadOnlyList<GuardedArgument> arguments)
    {
        for (var index = 0; index < arguments.Count; index++)
        {
            var (text, fromExpression, option) = arguments[index];
            if (text == "--" && !fromExpression) return null; // what follows is no option to any program that keeps to the convention
            if (fromExpression && !option && text.Length > 0 && IsDash(text[0]))
                return $"argument {index + 1} is {CommandText.Quote(text)}: a value from an expression may not begin with '{text[0]}', it would be an option; put a literal -- before it, or mark it {{ value: …, option: true }}";
        }
        return null;
    }

    /// <summary>The hyphen, and the dashes that PowerShell and others take for one.</summary>
    private static bool IsDash(char c) => c is '-' or (>= '‐' and <= '―') or '−' or '－' or '﹣';
}
