using System.Management.Automation.Language;

namespace IncidentTools.Scripting;

internal sealed record ParsedText(ScriptBlockAst Script, IReadOnlyList<Token> Tokens, IReadOnlyList<ParseError> Errors, bool Masked);

/// <summary>
/// PowerShell's parser, kept from doing more than parse: it looks up modules for <c>using module</c> and loads DSC with the modules a
/// <c>configuration</c> names, while it parses. Texts that nobody trusted yet are parsed with these words made harmless.
/// </summary>
internal static class PowerShellText
{
    private static readonly string[] ActiveWords = ["configuration", "using"];

    /// <summary>The text as PowerShell reads it. Only for texts that are known to be inert, or about to run.</summary>
    public static ParsedText Parse(string text)
    {
        var script = Parser.ParseInput(text, out var tokens, out var errors);
        return new ParsedText(script, tokens, errors, Masked: false);
    }

    /// <summary>Parses with the first letter of each active word replaced: every offset stays, no keyword acts, and the words themselves are wrong where they are data.</summary>
    public static ParsedText ParseInert(string text)
    {
        var masked = Mask(text);
        return Parse(masked) with { Masked = !ReferenceEquals(masked, text) };
    }

    private static string Mask(string text)
    {
        char[]? masked = null;
        foreach (var word in ActiveWords)
        {
            for (var at = text.IndexOf(word, StringComparison.OrdinalIgnoreCase); at >= 0; at = text.IndexOf(word, at + 1, StringComparison.OrdinalIgnoreCase))
                (masked ??= text.ToCharArray())[at] = 'x';
        }
        return masked is null ? text : new string(masked);
    }
}
