using System.Management.Automation;

namespace IncidentTools.Shell;

/// <summary>A line with history (arrows), completion (Tab) and the usual keys; a plain line when input is not a terminal.</summary>
internal sealed class LineEditor(Session session)
{
    private readonly List<string> _history = [];

    /// <summary>Null at the end of the input (Ctrl+D on an empty line).</summary>
    public string? Read(string label)
    {
        if (Console.IsInputRedirected) return Console.In.ReadLine();
        var (line, at, back) = ("", 0, _history.Count);
        while (true)
        {
            Draw(label, line, at);
            var key = Console.ReadKey(intercept: true);
            switch (key.Key)
            {
                case ConsoleKey.Enter:
                    Console.Out.WriteLine();
                    if (line.Trim().Length > 0 && (_history.Count == 0 || _history[^1] != line)) _history.Add(line);
                    return line;
                case ConsoleKey.D when key.Modifiers == ConsoleModifiers.Control && line.Length == 0: return null;
                case ConsoleKey.LeftArrow: at = Math.Max(0, at - 1); break;
                case ConsoleKey.RightArrow: at = Math.Min(line.Length, at + 1); break;
                case ConsoleKey.Home: at = 0; break;
                case ConsoleKey.End: at = line.Length; break;
                case ConsoleKey.Escape: (line, at) = ("", 0); break;
                case ConsoleKey.Backspace when at > 0: line = line.Remove(--at, 1); break;
                case ConsoleKey.Delete when at < line.Length: line = line.Remove(at, 1); break;
                case ConsoleKey.UpArrow when back > 0: line = _history[--back]; at = line.Length; break;
                case ConsoleKey.DownArrow:
                    back = Math.Min(_history.Count, back + 1);
                    line = back < _history.Count ? _history[back] : "";
                    at = line.Length;
                    break;
                case ConsoleKey.Tab: (line, at) = Complete(line, at); break;
                default:
                    if (!char.IsControl(key.KeyChar)) line = line.Insert(at++, key.KeyChar.ToString());
                    break;
            }
        }
    }

    /// <summary>One candidate is taken; of several, what they share, and the list of them.</summary>
    private (string Line, int At) Complete(string line, int at)
    {
        using var shell = PowerShell.Create(session.Runspace);
        var found = CommandCompletion.CompleteInput(line, at, [], shell);
        if (found.CompletionMatches.Count == 0) return (line, at);
        var shared = found.CompletionMatches.Select(match => match.CompletionText).Aggregate((a, b) => a[..Enumerable.Range(0, Math.Min(a.Length, b.Length)).TakeWhile(index => char.ToLowerInvariant(a[index]) == char.ToLowerInvariant(b[index])).Count()]);
        if (found.CompletionMatches.Count > 1)
        {
            Console.Out.WriteLine();
            foreach (var match in found.CompletionMatches.Take(30)) Console.Out.WriteLine($"  {match.ListItemText,-28} {match.ToolTip.Split('\n')[0]}");
        }
        if (shared.Length < found.ReplacementLength) return (line, at);
        return (line.Remove(found.ReplacementIndex, found.ReplacementLength).Insert(found.ReplacementIndex, shared), found.ReplacementIndex + shared.Length);
    }

    private static void Draw(string label, string line, int at) => Console.Out.Write($"\r{label}{line}\e[K\r\e[{label.Length + at}C");
}
