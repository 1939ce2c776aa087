using System.Globalization;
using System.Management.Automation.Host;
using System.Security.Cryptography;

namespace IncidentTools.Scripting;

/// <summary>The host of a script that nobody sits before: nothing prompts (it has no user interface, so that a question is an error), and "exit" is noted.</summary>
internal sealed class StepHost : PSHost
{
    /// <summary>Set by "exit".</summary>
    public int? ExitCode { get; private set; }

    /// <summary>For the next script.</summary>
    public void Reset() => ExitCode = null;

    public override string Name => "IncidentTools";
    public override Version Version { get; } = typeof(StepHost).Assembly.GetName().Version!;
    public override Guid InstanceId { get; } = new(RandomNumberGenerator.GetBytes(16));
    public override CultureInfo CurrentCulture => CultureInfo.InvariantCulture;
    public override CultureInfo CurrentUICulture => CultureInfo.CurrentUICulture;
    public override PSHostUserInterface UI => null!;
    public override void SetShouldExit(int exitCode) => ExitCode ??= exitCode;
    public override void EnterNestedPrompt() => throw new NotSupportedException("a script step has no prompt");
    public override void ExitNestedPrompt() => throw new NotSupportedException("a script step has no prompt");
    public override void NotifyBeginApplication() { }
    public override void NotifyEndApplication() { }
}
