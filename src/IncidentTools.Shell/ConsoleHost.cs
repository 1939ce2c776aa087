using System.Globalization;
using System.Management.Automation.Host;

namespace IncidentTools.Shell;

/// <summary>The engine's view of this program.</summary>
internal sealed class ConsoleHost : PSHost
{
    private readonly ConsoleUI _ui;

    public ConsoleHost() => _ui = new ConsoleUI(() => SawError = true);

    /// <summary>Set by "exit".</summary>
    public int? ExitCode { get; private set; }
    /// <summary>Whether an error was printed since the last command began.</summary>
    public bool SawError { get; set; }

    public override string Name => "IncidentTools.Shell";
    public override Version Version { get; } = typeof(ConsoleHost).Assembly.GetName().Version!;
    public override Guid InstanceId { get; } = Guid.NewGuid();
    public override CultureInfo CurrentCulture => CultureInfo.CurrentCulture;
    public override CultureInfo CurrentUICulture => CultureInfo.CurrentUICulture;
    public override PSHostUserInterface UI => _ui;
    public override void SetShouldExit(int exitCode) => ExitCode = exitCode;
    public override void EnterNestedPrompt() => throw new NotSupportedException("this shell has no nested prompt");
    public override void ExitNestedPrompt() => throw new NotSupportedException("this shell has no nested prompt");
    public override void NotifyBeginApplication() { }
    public override void NotifyEndApplication() { }
}
