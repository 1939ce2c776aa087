using System.Runtime.InteropServices;
using System.Text;

namespace IncidentTools.Shell;

/// <summary>What the terminal can do. Colours only where somebody looks, and never when NO_COLOR asks for none.</summary>
internal static partial class Terminal
{
    public const string Red = "\e[31m", Yellow = "\e[33m", Dim = "\e[2m", Plain = "\e[0m";

    private static bool _escapes = true;

    /// <summary>Whether text to stdout may be coloured.</summary>
    public static bool ColourOut => Wanted && !Console.IsOutputRedirected;
    /// <summary>Whether text to stderr may be coloured.</summary>
    public static bool ColourError => Wanted && !Console.IsErrorRedirected;
    /// <summary>Whether somebody types and looks.</summary>
    public static bool Interactive => !Console.IsInputRedirected && !Console.IsOutputRedirected;

    private static bool Wanted => _escapes && Environment.GetEnvironmentVariable("NO_COLOR") is null or "" && Environment.GetEnvironmentVariable("TERM") is not "dumb";

    /// <summary>Columns of the window; a log or a pipe gets lines so wide that no column is cut.</summary>
    public static int Width => Console.IsOutputRedirected || Console.WindowWidth <= 0 ? 160 : Console.WindowWidth;

    /// <summary>Windows: UTF-8, and escape sequences where the console knows them.</summary>
    public static void Prepare()
    {
        if (!OperatingSystem.IsWindows()) return;
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        const int standardOutput = -11, virtualTerminal = 4;
        var handle = GetStdHandle(standardOutput);
        _escapes = GetConsoleMode(handle, out var mode) && SetConsoleMode(handle, mode | virtualTerminal);
    }

    [LibraryImport("kernel32")] private static partial nint GetStdHandle(int which);
    [LibraryImport("kernel32")] [return: MarshalAs(UnmanagedType.Bool)] private static partial bool GetConsoleMode(nint handle, out int mode);
    [LibraryImport("kernel32")] [return: MarshalAs(UnmanagedType.Bool)] private static partial bool SetConsoleMode(nint handle, int mode);
}
