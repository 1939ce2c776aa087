using System.Management.Automation;
using System.Text;
using System.Text.RegularExpressions;
using IncidentTools.Base;
using IncidentTools.Completion;
using IncidentTools.Engine.Runbooks;
using IncidentTools.Engine.Runbooks.Authoring;

namespace IncidentTools.Commands.Runbooks;

/// <summary>Writes a new runbook to begin with: complete and valid, with words to replace.</summary>
[Cmdlet(VerbsCommon.New, "Runbook", SupportsShouldProcess = true)]
[OutputType(typeof(Runbook))]
public sealed partial class NewRunbookCommand : IncidentCmdlet
{
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "Its id: lower-case letters, digits and -.")]
    [Alias("Runbook")]
    public string? Name { get; set; }

    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true, HelpMessage = "Its name for people.")]
    public string? Title { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "What it is for, in a sentence.")]
    public string? Summary { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "What is seen when it is needed, one text each.")]
    public string[] Symptom { get; set; } = [];

    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "availability, security, data or compliance.")]
    [ValidateSet("availability", "security", "data", "compliance")]
    public string Class { get; set; } = "availability";

    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "The team or person who keeps it true.")]
    [ArgumentCompleter(typeof(OwnerCompleter))]
    public string? Owner { get; set; }

    [Parameter(HelpMessage = "The file; else <name>.yaml in the workspace's folder of runbooks.")]
    public string? Path { get; set; }

    protected override void Execute()
    {
        if (string.IsNullOrWhiteSpace(Name)) throw Errors.ValueNotGiven(nameof(Name), "New-Runbook cache-full 'The cache is full'");
        if (string.IsNullOrWhiteSpace(Title)) throw Errors.ValueNotGiven(nameof(Title), $"New-Runbook {Name} 'The cache is full'");
        if (!NamePattern().IsMatch(Name)) throw Errors.RunbookNameInvalid(Name);
        var workspace = Engine.Workspace;
        if (Path is null && workspace.FoundBy == "shipped") throw Errors.RunbookHasNoPlace(Name);
        var file = Path is null ? System.IO.Path.Combine(workspace.RunbookFolder, Name + ".yaml") : SessionState.Path.GetUnresolvedProviderPathFromPSPath(Path);
        if (File.Exists(file)) throw Errors.RunbookExists(file);
        if (Path is null && Engine.Library.All().FirstOrDefault(other => other.Name == Name) is { } other)
        {
            if (other.Origin != "shipped") throw Errors.RunbookExists(other.Path);
            WriteWarning($"{Name} takes the place of the runbook of this name that ships with the module.");
        }
        if (!ShouldProcess(file, "Write runbook")) return;
        var today = DateOnly.FromDateTime(Engine.Time.GetUtcNow().UtcDateTime);
        var audience = workspace.Policy.Audiences.ContainsKey("internal") ? "internal" : workspace.Policy.Audiences.Keys.FirstOrDefault();
        var sketch = new RunbookSketch(Name, Title) { Summary = Summary, Owner = Owner, Class = Class, Symptoms = Symptom, Author = Engine.Options.Actor.Id };
        Write(file, RunbookScaffold.Text(sketch, audience, Path is null ? "../schemas/runbook.schema.json" : null, today));
        WriteObject(Engine.Library.FindFile(file).ToRunbook(today) with { Source = Path is null ? "workspace" : "path" });
    }

    private static void Write(string file, string text)
    {
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
            // never over a file that came in the meantime
            using var stream = new FileStream(file, FileMode.CreateNew, FileAccess.Write);
            stream.Write(new UTF8Encoding(encoderShouldEmitUTF8Identifier: false).GetBytes(text));
        }
        catch (IOException) when (File.Exists(file)) { throw Errors.RunbookExists(file); }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { throw Errors.RunbookNotWritten(file, error); }
    }

    [GeneratedRegex(@"^[a-z0-9][a-z0-9-]*\z")] private static partial Regex NamePattern();
}
