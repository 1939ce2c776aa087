using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;

namespace IncidentTools.Shell;

/// <summary>The engine's view of this program. Its own commands reach it as <c>$Host.PrivateData</c>.</summary>
internal sealed class ConsoleHost : PSHost
{
    public ConsoleHost() => PrivateData = PSObject.AsPSObject(this);

    public ConsoleUI Console { get; } = new();
    /// <summary>Path of the module's manifest, for advice to those who have pwsh.</summary>
    public string Module { get; init; } = "";
    /// <summary>Set by "exit".</summary>
    public int? ExitCode { get; private set; }

    public override string Name => "IncidentTools.Shell";
    public override Version Version { get; } = typeof(ConsoleHost).Assembly.GetName().Version!;
    public override Guid InstanceId { get; } = Guid.NewGuid();
    public override CultureInfo CurrentCulture => CultureInfo.CurrentCulture;
    public override CultureInfo CurrentUICulture => CultureInfo.CurrentUICulture;
    public override PSObject PrivateData { get; }
    public override PSHostUserInterface UI => Console;
    public override void SetShouldExit(int exitCode) => ExitCode = exitCode;
    public override void EnterNestedPrompt() => throw new NotSupportedException("this shell has no nested prompt");
    public override void ExitNestedPrompt() => throw new NotSupportedException("this shell has no nested prompt");
    public override void NotifyBeginApplication() { }
    public override void NotifyEndApplication() { }
}
