using System.Management.Automation.Language;

namespace IncidentTools.Shell;

/// <summary>The interactive loop: prompt, line, result.</summary>
internal sealed class Prompt(Session session)
{
    private readonly LineEditor _editor = new(session);
    private readonly PromptLabel _label = new(session);

    public int Run(bool noLogo)
    {
        if (!noLogo && Terminal.Interactive)
        {
            Console.Out.WriteLine("IncidentTools: what to do next, whom to call, and proof of what was done.");
            Console.Out.WriteLine("help lists every command, help <command> shows one, Tab completes, exit leaves.");
            Console.Out.WriteLine("What is owed now: Get-IncidentNextStep");
        }
        var code = 0;
        while (session.ExitRequested is null && Read() is { } text)
            if (!string.IsNullOrWhiteSpace(text)) code = session.RunText(text);
        return session.ExitRequested ?? code;
    }

    /// <summary>A complete statement, over as many lines as it takes; null at the end of the input.</summary>
    private string? Read()
    {
        var (label, overdue) = Terminal.Interactive ? _label.Now() : ("", false);
        var text = _editor.Read(label, overdue);
        while (text is not null && IsIncomplete(text))
        {
            if (_editor.Read(">> ", coloured: false) is not { } more) return text;
            // Ctrl+C gives up all of it
            text = ReferenceEquals(more, LineEditor.Abandoned) ? "" : text + "\n" + more;
        }
        return text;
    }

    private static bool IsIncomplete(string text)
    {
        Parser.ParseInput(text, out _, out var errors);
        return errors.Any(error => error.IncompleteInput);
    }
}
