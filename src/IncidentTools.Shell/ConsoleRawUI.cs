using System.Management.Automation.Host;

namespace IncidentTools.Shell;

/// <summary>Little more than the width of the window: what formatting asks for.</summary>
internal sealed class ConsoleRawUI : PSHostRawUserInterface
{
    /// <summary>The width of what is captured instead of shown; null for the terminal's.</summary>
    public int? Captured { get; set; }

    public override Size BufferSize
    {
        get => new(Captured ?? Terminal.Width, 1000);
        set { }
    }

    public override Size WindowSize { get => BufferSize; set { } }
    public override Size MaxWindowSize => BufferSize;
    public override Size MaxPhysicalWindowSize => BufferSize;
    public override Coordinates CursorPosition { get; set; }
    public override Coordinates WindowPosition { get; set; }
    public override int CursorSize { get; set; }
    public override ConsoleColor ForegroundColor { get; set; } = ConsoleColor.Gray;
    public override ConsoleColor BackgroundColor { get; set; } = ConsoleColor.Black;
    public override string WindowTitle { get; set; } = "IncidentTools";
    public override bool KeyAvailable => !Console.IsInputRedirected && Console.KeyAvailable;
    public override void FlushInputBuffer() { }
    public override BufferCell[,] GetBufferContents(Rectangle rectangle) => new BufferCell[0, 0];
    public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) { }
    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) { }
    public override void SetBufferContents(Rectangle rectangle, BufferCell fill) { }

    public override KeyInfo ReadKey(ReadKeyOptions options)
    {
        var key = Console.ReadKey(options.HasFlag(ReadKeyOptions.NoEcho));
        return new KeyInfo((int)key.Key, key.KeyChar, default, true);
    }
}
