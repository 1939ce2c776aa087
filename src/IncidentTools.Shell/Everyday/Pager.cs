namespace IncidentTools.Shell.Everyday;

/// <summary>Text that is longer than the window, a window at a time.</summary>
internal static class Pager
{
    public static void Show(IReadOnlyList<string> lines)
    {
        var room = Math.Max(1, Console.WindowHeight - 1);
        for (var (index, left) = (0, room); index < lines.Count; index++, left--)
        {
            if (left == 0)
            {
                left = Ask($"-- {index * 100 / lines.Count}%  Space: more, Enter: a line, q: enough --") switch { ConsoleKey.Q or ConsoleKey.Escape => 0, ConsoleKey.Enter or ConsoleKey.DownArrow => 1, _ => room };
                if (left == 0) return;
            }
            Console.Out.WriteLine(lines[index]);
        }
    }

    private static ConsoleKey Ask(string question)
    {
        Console.Out.Write(question);
        var before = Console.TreatControlCAsInput;
        Console.TreatControlCAsInput = true; // Ctrl+C is "enough"
        try
        {
            var key = Console.ReadKey(intercept: true);
            return key.Modifiers == ConsoleModifiers.Control ? ConsoleKey.Q : key.Key;
        }
        finally
        {
            Console.TreatControlCAsInput = before;
            Console.Out.Write($"\r{new string(' ', question.Length)}\r");
        }
    }
}
