using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace IncidentTools.Module.Tests;

/// <summary>A console of 100 columns whose reader has the answers written down: what is asked and shown can be read afterwards.</summary>
internal sealed class TestHost(params string[] answers) : PSHost
{
    private readonly Screen _screen = new(answers);
    public override CultureInfo CurrentCulture => CultureInfo.InvariantCulture;
    public override CultureInfo CurrentUICulture => CultureInfo.InvariantCulture;
    public override Guid InstanceId { get; } = Guid.NewGuid();
    public override string Name => "TestHost";
    public override PSHostUserInterface UI => _screen;
    public override Version Version { get; } = new(1, 0);
    public override void EnterNestedPrompt() => throw new NotSupportedException();
    public override void ExitNestedPrompt() => throw new NotSupportedException();
    public override void NotifyBeginApplication() { }
    public override void NotifyEndApplication() { }
    public override void SetShouldExit(int exitCode) { }

    /// <summary>Everything shown, prompts included, without colours.</summary>
    public string Shown => System.Text.RegularExpressions.Regex.Replace(_screen.Text.ToString(), "\e\\[[0-9;]*m", "");
    public IReadOnlyList<string> Lines => Shown.Split('\n');
    public int Unused => _screen.Answers.Count;

    private sealed class Screen(string[] answers) : PSHostUserInterface
    {
        public Queue<string> Answers { get; } = new(answers);
        public System.Text.StringBuilder Text { get; } = new();
        public override PSHostRawUserInterface RawUI { get; } = new Paper();
        public override void Write(string value) => Text.Append(value);
        public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => Write(value);
        public override void WriteLine(string value) => Text.Append(value).Append('\n');
        public override void WriteDebugLine(string message) { }
        public override void WriteErrorLine(string value) => WriteLine("ERROR: " + value);
        public override void WriteVerboseLine(string message) => WriteLine("VERBOSE: " + message);
        public override void WriteWarningLine(string message) => WriteLine("WARNING: " + message);
        public override void WriteProgress(long sourceId, ProgressRecord record) { }
        public override string ReadLine() => Answers.Count > 0 ? Answers.Dequeue() : throw new InvalidOperationException("asked for more than was expected: " + Text);
        public override SecureString ReadLineAsSecureString() => throw new NotSupportedException();
        public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) => throw new NotSupportedException("a field was prompted for");
        public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) => throw new NotSupportedException();
        public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) => throw new NotSupportedException();

        public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
        {
            var labels = choices.Select(choice => choice.Label).ToList();
            WriteLine($"{caption}\n{message}\n{string.Join(" ", labels)}");
            var said = ReadLine();
            if (said.Length == 0) return defaultChoice;
            var index = labels.FindIndex(label => label.Replace("&", "", StringComparison.Ordinal) == said);
            return index >= 0 ? index : throw new InvalidOperationException($"'{said}' is none of {string.Join(", ", labels)}");
        }
    }

    private sealed class Paper : PSHostRawUserInterface
    {
        public override Size BufferSize { get; set; } = new(100, 1000);
        public override Size WindowSize { get; set; } = new(100, 1000);
        public override Size MaxWindowSize => BufferSize;
        public override Size MaxPhysicalWindowSize => BufferSize;
        public override Coordinates CursorPosition { get; set; }
        public override Coordinates WindowPosition { get; set; }
        public override int CursorSize { get; set; }
        public override ConsoleColor ForegroundColor { get; set; }
        public override ConsoleColor BackgroundColor { get; set; }
        public override string WindowTitle { get; set; } = "";
        public override bool KeyAvailable => false;
        public override void FlushInputBuffer() { }
        public override BufferCell[,] GetBufferContents(Rectangle rectangle) => new BufferCell[0, 0];
        public override KeyInfo ReadKey(ReadKeyOptions options) => throw new NotSupportedException();
        public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) { }
        public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) { }
        public override void SetBufferContents(Rectangle rectangle, BufferCell fill) { }
    }
}
