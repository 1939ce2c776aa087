using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace IncidentTools.Shell;

/// <summary>Text in and out. Output goes to stdout, everything else to stderr; colours only on a terminal.</summary>
internal sealed class ConsoleUI : PSHostUserInterface
{
    private readonly ConsoleRawUI _raw = new();
    private TextWriter? _captured;

    public override PSHostRawUserInterface RawUI => _raw;
    public override bool SupportsVirtualTerminal => _captured is null && Terminal.ColourOut;

    public override void Write(string value) => (_captured ?? Console.Out).Write(Plain(value, SupportsVirtualTerminal));
    public override void WriteLine(string value) => (_captured ?? Console.Out).WriteLine(Plain(value, SupportsVirtualTerminal));
    public override void WriteLine() => WriteLine("");
    public override void WriteDebugLine(string message) => WriteError("DEBUG: " + message, Terminal.Dim);
    public override void WriteVerboseLine(string message) => WriteError("VERBOSE: " + message, Terminal.Dim);
    public override void WriteWarningLine(string message) => WriteError("WARNING: " + message, Terminal.Yellow);
    public override void WriteErrorLine(string value) => WriteError(value, Terminal.Red);
    public override void WriteInformation(InformationRecord record) { }
    public override void WriteProgress(long sourceId, ProgressRecord record) { }

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value)
    {
        // -1 is how the engine says "as it is"
        var colour = (foregroundColor >= 0 ? PSStyle.MapForegroundColorToEscapeSequence(foregroundColor) : "") + (backgroundColor >= 0 ? PSStyle.MapBackgroundColorToEscapeSequence(backgroundColor) : "");
        Write(colour.Length == 0 || value.Length == 0 ? value : colour + value + Terminal.Plain);
    }

    /// <summary>What is written during <paramref name="write"/> goes to <paramref name="target"/>, plain and that wide.</summary>
    public void Capture(TextWriter target, int? width, Action write)
    {
        var (before, widthBefore) = (_captured, _raw.Captured);
        (_captured, _raw.Captured) = (target, width);
        try { write(); }
        finally { (_captured, _raw.Captured) = (before, widthBefore); }
    }

    public override string ReadLine() => Console.In.ReadLine() ?? "";

    public override SecureString ReadLineAsSecureString()
    {
        var secret = new SecureString();
        for (var key = Console.ReadKey(intercept: true); key.Key != ConsoleKey.Enter; key = Console.ReadKey(intercept: true))
        {
            if (key.Key == ConsoleKey.Backspace && secret.Length > 0) secret.RemoveAt(secret.Length - 1);
            else if (!char.IsControl(key.KeyChar)) secret.AppendChar(key.KeyChar);
        }
        Console.Error.WriteLine();
        return secret;
    }

    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions)
    {
        Announce(caption, message);
        return descriptions.ToDictionary(field => field.Name, field =>
        {
            Console.Error.Write($"{field.Name}: ");
            return field.ParameterTypeName == nameof(SecureString) ? PSObject.AsPSObject(ReadLineAsSecureString()) : PSObject.AsPSObject(ReadLine());
        });
    }

    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        Announce(caption, message);
        while (true)
        {
            Console.Error.Write(string.Join("  ", choices.Select(choice => $"[{Key(choice)}] {choice.Label.Replace("&", "", StringComparison.Ordinal)}")) + ": ");
            // at the end of the input nobody answers: the default, which asks for nothing to be done
            if (Console.In.ReadLine() is not { } line || line.Length == 0) return defaultChoice;
            for (var index = 0; index < choices.Count; index++)
                if (string.Equals(line.Trim(), Key(choices[index]), StringComparison.OrdinalIgnoreCase) || string.Equals(line.Trim(), choices[index].Label.Replace("&", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase)) return index;
        }
    }

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
        PromptForCredential(caption, message, userName, targetName, PSCredentialTypes.Default, PSCredentialUIOptions.Default);

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options)
    {
        Announce(caption, message);
        if (string.IsNullOrEmpty(userName))
        {
            Console.Error.Write("User: ");
            userName = ReadLine();
        }
        Console.Error.Write($"Password for {userName}: ");
        return new PSCredential(userName, ReadLineAsSecureString());
    }

    private static string Key(ChoiceDescription choice)
    {
        var mark = choice.Label.IndexOf('&', StringComparison.Ordinal);
        return mark >= 0 && mark + 1 < choice.Label.Length ? choice.Label.Substring(mark + 1, 1) : choice.Label;
    }

    private static void Announce(string caption, string message)
    {
        if (!string.IsNullOrEmpty(caption)) Console.Error.WriteLine(caption);
        if (!string.IsNullOrEmpty(message)) Console.Error.WriteLine(message);
    }

    private static void WriteError(string text, string colour) => Console.Error.WriteLine(Terminal.ColourError ? colour + text + Terminal.Plain : Plain(text, false));

    private static string Plain(string text, bool coloured) => coloured || !text.Contains('\e') ? text : new System.Management.Automation.Internal.StringDecorated(text).ToString(OutputRendering.PlainText);
}
