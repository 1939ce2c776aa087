namespace IncidentTools.Engine.Execution;

/// <summary>Words as one would type them at a PowerShell prompt.</summary>
internal static class PasteText
{
    public static string Word(string text) =>
        text.Length > 0 && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.') && text[0] != '-' ? text : "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";
}
