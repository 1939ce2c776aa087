using System.Management.Automation;
using System.Management.Automation.Language;

namespace IncidentTools.Shell;

/// <summary>The interactive loop: prompt, line, result.</summary>
internal sealed class Prompt(Session session)
{
    private readonly LineEditor _editor = new(session);

    public int Run(bool noLogo)
    {
        if (!noLogo && !Console.IsInputRedirected)
        {
            Console.Out.WriteLine("IncidentTools: declare, grade, time and review incidents in a journal that shows when it was changed.");
            Console.Out.WriteLine("Every command: Get-Command -Module IncidentTools. Leave with exit.");
            Console.Out.WriteLine("Try: Start-Incident 'Shop is down' -Impact 1 -Urgency 1");
        }
        var code = 0;
        while (session.ExitRequested is null && Read() is { } text)
            if (!string.IsNullOrWhiteSpace(text)) code = session.RunText(text);
        return session.ExitRequested ?? code;
    }

    /// <summary>A complete statement, over as many lines as it takes; null at the end of the input.</summary>
    private string? Read()
    {
        var text = _editor.Read(Label());
        while (text is not null && IsIncomplete(text))
        {
            if (_editor.Read(">> ") is not { } more) return text;
            text += "\n" + more;
        }
        return text;
    }

    private string Label()
    {
        using var shell = PowerShell.Create(session.Runspace);
        var current = shell.AddScript("try { Get-Incident -Current -ErrorAction Stop } catch { }").Invoke().FirstOrDefault();
        var incident = current is null ? "" : $"[{current.Properties["Id"].Value} {current.Properties["Severity"].Value} {current.Properties["State"].Value}] ";
        return $"{incident}{session.Runspace.SessionStateProxy.Path.CurrentLocation}> ";
    }

    private static bool IsIncomplete(string text)
    {
        Parser.ParseInput(text, out _, out var errors);
        return errors.Any(error => error.IncompleteInput);
    }
}
