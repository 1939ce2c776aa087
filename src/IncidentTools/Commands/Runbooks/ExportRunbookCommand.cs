using System.Management.Automation;
using System.Text;
using IncidentTools.Base;
using IncidentTools.Completion;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Runbooks;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Commands.Runbooks;

/// <summary>Writes runbooks as one document that can be followed with no tool at all, to a file or to the pipeline.</summary>
[Cmdlet(VerbsData.Export, "Runbook", SupportsShouldProcess = true)]
[OutputType(typeof(string), typeof(FileInfo))]
public sealed class ExportRunbookCommand : IncidentCmdlet
{
    private readonly List<RunbookDefinition> _books = [];

    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "Ids of runbooks, wildcards allowed, or paths of files.")]
    [Alias("Runbook")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(RunbookCompleter))]
    public string[]? Name { get; set; }

    [Parameter(HelpMessage = "Markdown.")]
    [ValidateSet("Markdown")]
    public string Format { get; set; } = "Markdown";

    [Parameter(HelpMessage = "The whole guide: levels, roles, the process, every runbook (or those named), checklist, deadlines, messages, contacts, history.")]
    public SwitchParameter Guide { get; set; }

    [Parameter(HelpMessage = "The service to fill in; else blanks stand where it matters.")]
    [ArgumentCompleter(typeof(ServiceCompleter))]
    public string? Service { get; set; }

    [Parameter(HelpMessage = "The file; without one the text goes to the pipeline.")]
    public string? Path { get; set; }

    [Parameter(HelpMessage = "Replace a file that is there.")]
    public SwitchParameter Force { get; set; }

    protected override void Execute()
    {
        if (Name is null or [] && !Guide) throw Errors.ValueNotGiven(nameof(Name), "Export-Runbook service-outage -Path ./outage.md");
        foreach (var name in Name is { Length: > 0 } ? Name : ["*"])
        {
            try
            {
                foreach (var file in RunbookChoice.Of(Engine.Library, RunbookLibrary.IsPath(name) ? SessionState.Path.GetUnresolvedProviderPathFromPSPath(name) : name))
                {
                    // asked for by its name it is an error, among others a warning
                    if (file.Book is null && RunbookChoice.IsPattern(name)) WriteWarning(RunbookLoader.Invalid(file.Path, file.Findings).Message);
                    else if (_books.TrueForAll(book => book.Id != file.Name)) _books.Add(file.Require());
                }
            }
            catch (IncidentToolsException error) { WriteError(error); } // the other names still count
        }
    }

    protected override void Finish()
    {
        if (_books.Count == 0) return;
        var today = DateOnly.FromDateTime(Engine.Time.GetUtcNow().UtcDateTime);
        var text = Guide ? Engine.Guide.Markdown(_books, Find(Service), today) : Engine.Documents.Markdown(_books, Find(Service), today);
        if (Path is null)
        {
            WriteObject(text);
            return;
        }
        var file = SessionState.Path.GetUnresolvedProviderPathFromPSPath(Path);
        if (!ShouldProcess(file, "Write document")) return;
        if (File.Exists(file) && !Force) throw Errors.ReportExists(file);
        try
        {
            File.WriteAllText(file, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            WriteObject(new FileInfo(file));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { throw Errors.ReportNotWritten(file, error); }
    }

    private ServiceDefinition? Find(string? id)
    {
        if (id is null) return null;
        var services = Engine.Workspace.Services;
        return services.TryGetValue(id, out var service) ? service : throw Errors.ServiceNotFound(id, Nearest.Hint(id, services.Keys));
    }
}
