using System.Management.Automation;
using System.Text;

namespace IncidentTools.Shell.Everyday;

/// <summary>What the engine would show, as text: its own Out-Host, with the console's output caught.</summary>
internal abstract class RenderedOutputCommand : PSCmdlet
{
    private SteppablePipeline? _render;

    [Parameter(ValueFromPipeline = true)] [AllowNull] public PSObject? InputObject { get; set; }
    [Parameter] [ValidateRange(2, int.MaxValue)] public int? Width { get; set; }

    /// <summary>Where the text goes; asked for once, when the pipeline begins.</summary>
    protected abstract TextWriter Target { get; }

    protected override void BeginProcessing()
    {
        _render = InvokeCommand.NewScriptBlock("Out-Host").GetSteppablePipeline(MyInvocation.CommandOrigin);
        Capture(() => _render.Begin(true));
    }

    protected override void ProcessRecord()
    {
        if (InputObject is not null) Capture(() => _render!.Process(InputObject));
    }

    protected override void EndProcessing() => Capture(() => _render!.End());

    private void Capture(Action write) => ((ConsoleHost)Host.PrivateData.BaseObject).Console.Capture(Target, Width, write);
}

/// <summary>Objects as the text that would be shown.</summary>
[Cmdlet(VerbsData.Out, "String")]
[OutputType(typeof(string))]
internal sealed class OutStringCommand : RenderedOutputCommand
{
    private readonly StringWriter _text = new();

    [Parameter] public SwitchParameter Stream { get; set; }
    protected override TextWriter Target => _text;

    protected override void EndProcessing()
    {
        base.EndProcessing();
        var text = _text.ToString();
        if (!Stream) WriteObject(text);
        else foreach (var line in text.TrimEnd('\r', '\n').Split('\n')) WriteObject(line.TrimEnd('\r'));
    }
}

/// <summary>The text that would be shown, in a file: UTF-8, no colours. This is also what "&gt;" calls.</summary>
[Cmdlet(VerbsData.Out, "File", SupportsShouldProcess = true)]
internal sealed class OutFileCommand : RenderedOutputCommand, IDisposable
{
    private StreamWriter? _file;

    [Parameter(Position = 0, Mandatory = true)] [Alias("Path", "LiteralPath")] public string FilePath { get; set; } = "";
    [Parameter] public SwitchParameter Append { get; set; }
    [Parameter] [Alias("NoOverwrite")] public SwitchParameter NoClobber { get; set; }
    protected override TextWriter Target => _file ?? TextWriter.Null;

    protected override void BeginProcessing()
    {
        var path = GetUnresolvedProviderPathFromPSPath(FilePath);
        try
        {
            if (ShouldProcess(path)) _file = new StreamWriter(new FileStream(path, Append ? FileMode.Append : NoClobber ? FileMode.CreateNew : FileMode.Create, FileAccess.Write, FileShare.Read), new UTF8Encoding(false));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            ThrowTerminatingError(new ErrorRecord(error, "FileNotWritten", ErrorCategory.WriteError, path));
        }
        base.BeginProcessing();
    }

    public void Dispose() => _file?.Dispose();
}
