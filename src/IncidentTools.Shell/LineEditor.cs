using System.Management.Automation;

namespace IncidentTools.Shell;

/// <summary>A line with history (arrows), completion (Tab) and the usual keys; a plain line when input is not a terminal.</summary>
internal sealed class LineEditor(Session session)
{
    private const int MostCandidates = 30;
    private readonly List<string> _history = [];

    /// <summary>What <see cref="Read"/> gives after Ctrl+C: this very instance.</summary>
    public static string Abandoned { get; } = new(' ', 1);

    /// <summary>Null at the end of the input (Ctrl+D on an empty line).</summary>
    public string? Read(string label, bool coloured)
    {
        if (!Terminal.Interactive) return Console.In.ReadLine();
        Console.TreatControlCAsInput = true; // here it gives up the line; while a command runs it ends the command
        try { return Edit(label, coloured); }
        finally { Console.TreatControlCAsInput = false; }
    }

    private string? Edit(string label, bool coloured)
    {
        var (line, at, back) = ("", 0, _history.Count);
        while (true)
        {
            Draw(label, coloured, line, at);
            var key = Console.ReadKey(intercept: true);
            if (key.Modifiers.HasFlag(ConsoleModifiers.Control))
            {
                switch (key.Key)
                {
                    case ConsoleKey.C: Console.Out.WriteLine("^C"); return Abandoned;
                    case ConsoleKey.D when line.Length == 0: Console.Out.WriteLine(); return null;
                    case ConsoleKey.D when at < line.Length: line = line.Remove(at, 1); break;
                    case ConsoleKey.A: at = 0; break;
                    case ConsoleKey.E: at = line.Length; break;
                    case ConsoleKey.U: (line, at) = (line[at..], 0); break;
                    case ConsoleKey.K: line = line[..at]; break;
                    case ConsoleKey.L: Console.Clear(); break;
                    case ConsoleKey.W or ConsoleKey.Backspace: var start = WordLeft(line, at); (line, at) = (line.Remove(start, at - start), start); break;
                    case ConsoleKey.LeftArrow: at = WordLeft(line, at); break;
                    case ConsoleKey.RightArrow: at = WordRight(line, at); break;
                    default: break;
                }
                continue;
            }
            switch (key.Key)
            {
                case ConsoleKey.Enter:
                    Console.Out.WriteLine();
                    if (line.Trim().Length > 0 && (_history.Count == 0 || _history[^1] != line)) _history.Add(line);
                    return line;
                case ConsoleKey.LeftArrow: at = Math.Max(0, at - 1); break;
                case ConsoleKey.RightArrow: at = Math.Min(line.Length, at + 1); break;
                case ConsoleKey.Home: at = 0; break;
                case ConsoleKey.End: at = line.Length; break;
                case ConsoleKey.Escape: (line, at) = ("", 0); break;
                case ConsoleKey.Backspace: if (at > 0) line = line.Remove(--at, 1); break;
                case ConsoleKey.Delete: if (at < line.Length) line = line.Remove(at, 1); break;
                case ConsoleKey.UpArrow: if (back > 0) { line = _history[--back]; at = line.Length; } break;
                case ConsoleKey.DownArrow:
                    back = Math.Min(_history.Count, back + 1);
                    line = back < _history.Count ? _history[back] : "";
                    at = line.Length;
                    break;
                case ConsoleKey.Tab: (line, at) = Complete(line, at); break;
                default: if (!char.IsControl(key.KeyChar)) line = line.Insert(at++, key.KeyChar.ToString()); break;
            }
        }
    }

    private static int WordLeft(string line, int at)
    {
        while (at > 0 && line[at - 1] == ' ') at--;
        while (at > 0 && line[at - 1] != ' ') at--;
        return at;
    }

    private static int WordRight(string line, int at)
    {
        while (at < line.Length && line[at] != ' ') at++;
        while (at < line.Length && line[at] == ' ') at++;
        return at;
    }

    /// <summary>One candidate is taken; of several, what they share, and the list of them.</summary>
    private (string Line, int At) Complete(string line, int at)
    {
        CommandCompletion found;
        try
        {
            using var shell = PowerShell.Create(session.Runspace);
            found = CommandCompletion.CompleteInput(line, at, [], shell);
        }
        catch (Exception error) when (error is RuntimeException or InvalidOperationException) { return (line, at); } // a completer must not end the shell
        var matches = found.CompletionMatches;
        if (matches.Count == 0) return (line, at);
        var shared = matches.Select(match => match.CompletionText).Aggregate((a, b) => a[..a.Zip(b).TakeWhile(pair => char.ToLowerInvariant(pair.First) == char.ToLowerInvariant(pair.Second)).Count()]);
        if (matches.Count > 1)
        {
            Console.Out.WriteLine();
            foreach (var match in matches.Take(MostCandidates)) Console.Out.WriteLine(Cut($"  {match.ListItemText,-28} {match.ToolTip.Split('\n')[0].Trim()}"));
            if (matches.Count > MostCandidates) Console.Out.WriteLine($"  … and {matches.Count - MostCandidates} more");
        }
        if (shared.Length < found.ReplacementLength) return (line, at);
        return (line.Remove(found.ReplacementIndex, found.ReplacementLength).Insert(found.ReplacementIndex, shared), found.ReplacementIndex + shared.Length);
    }

    private static string Cut(string text) => text.Length < Terminal.Width ? text : text[..(Terminal.Width - 2)] + "…";

    /// <summary>A line that is longer than the window slides in it.</summary>
    private static void Draw(string label, bool coloured, string line, int at)
    {
        var room = Math.Max(10, Terminal.Width - label.Length - 1);
        var first = Math.Max(0, at - room + 1);
        var shown = line.Substring(first, Math.Min(room, line.Length - first));
        var colour = coloured && Terminal.ColourOut;
        Console.Out.Write($"\r{(colour ? Terminal.Red : "")}{label}{(colour ? Terminal.Plain : "")}{shown}\e[K\r\e[{label.Length + at - first}C");
    }
}
