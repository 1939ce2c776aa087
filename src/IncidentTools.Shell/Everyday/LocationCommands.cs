using System.Management.Automation;

namespace IncidentTools.Shell.Everyday;

/// <summary>Where we are.</summary>
[Cmdlet(VerbsCommon.Get, "Location")]
[OutputType(typeof(PathInfo))]
internal sealed class GetLocationCommand : PSCmdlet
{
    protected override void ProcessRecord() => WriteObject(SessionState.Path.CurrentLocation);
}

/// <summary>Goes somewhere; without a path home, with "-" back.</summary>
[Cmdlet(VerbsCommon.Set, "Location")]
[OutputType(typeof(PathInfo))]
internal sealed class SetLocationCommand : PSCmdlet
{
    [Parameter(Position = 0, ValueFromPipeline = true)] public string? Path { get; set; }
    [Parameter] [Alias("PSPath", "LP")] public string? LiteralPath { get; set; }
    [Parameter] public SwitchParameter PassThru { get; set; }

    protected override void ProcessRecord()
    {
        try
        {
            var location = SessionState.Path.SetLocation(LiteralPath is { } literal ? WildcardPattern.Escape(literal) : Path ?? SessionState.Path.GetUnresolvedProviderPathFromPSPath("~"));
            if (PassThru) WriteObject(location);
        }
        catch (Exception error) when (error is PSArgumentException or ItemNotFoundException or ProviderNotFoundException or System.Management.Automation.DriveNotFoundException or ProviderInvocationException)
        {
            WriteError(new ErrorRecord(error, "PathNotFound", ErrorCategory.ObjectNotFound, LiteralPath ?? Path));
        }
    }
}

/// <summary>Empties the window.</summary>
[Cmdlet(VerbsCommon.Clear, "Host")]
internal sealed class ClearHostCommand : PSCmdlet
{
    protected override void ProcessRecord()
    {
        if (!Console.IsOutputRedirected) Console.Clear();
    }
}
