using System.Management.Automation;
using System.Text;
using IncidentTools.Base;

namespace IncidentTools.Commands.Learning;

/// <summary>Writes an incident as a document, to a file or to the pipeline.</summary>
[Cmdlet(VerbsData.Export, "IncidentReport", SupportsShouldProcess = true)]
[OutputType(typeof(string), typeof(FileInfo))]
public sealed class ExportIncidentReportCommand : IncidentTargetCmdlet
{
    [Parameter(HelpMessage = "Markdown or Json.")]
    [ValidateSet("Markdown", "Json")]
    public string Format { get; set; } = "Markdown";

    [Parameter(HelpMessage = "The file; without one the text goes to the pipeline.")]
    public string? Path { get; set; }

    [Parameter(HelpMessage = "Replace a file that is there.")]
    public SwitchParameter Force { get; set; }

    protected override void Execute()
    {
        var id = Target;
        var text = Format == "Json" ? Engine.Reports.Json(id) : Engine.Reports.Markdown(id);
        if (Path is null)
        {
            WriteObject(text);
            return;
        }
        var file = SessionState.Path.GetUnresolvedProviderPathFromPSPath(Path);
        if (!ShouldProcess(file, "Write report")) return;
        if (File.Exists(file) && !Force) throw Errors.ReportExists(file);
        try
        {
            File.WriteAllText(file, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            WriteObject(new FileInfo(file));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { throw Errors.ReportNotWritten(file, error); }
    }
}
