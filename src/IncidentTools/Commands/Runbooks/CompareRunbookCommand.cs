using System.Management.Automation;
using System.Text.RegularExpressions;
using IncidentTools.Base;
using IncidentTools.Completion;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Yaml;
using IncidentTools.Engine.Runbooks;
using IncidentTools.Engine.Runbooks.Authoring;

namespace IncidentTools.Commands.Runbooks;

/// <summary>What differs in meaning between two versions of a runbook.</summary>
[Cmdlet(VerbsData.Compare, "Runbook")]
[OutputType(typeof(RunbookDifference))]
public sealed partial class CompareRunbookCommand : IncidentCmdlet
{
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "Id of the runbook, or the path of its file.")]
    [Alias("Runbook")]
    [ArgumentCompleter(typeof(RunbookCompleter))]
    public string? Name { get; set; }

    [Parameter(Position = 1, HelpMessage = "The older one: a version (1.0.0), an id or a path.")]
    [ArgumentCompleter(typeof(RunbookVersionCompleter))]
    public string? From { get; set; }

    [Parameter(Position = 2, HelpMessage = "The newer one: a version, an id or a path; else the runbook as it is now.")]
    [ArgumentCompleter(typeof(RunbookVersionCompleter))]
    public string? To { get; set; }

    protected override void Execute()
    {
        if (string.IsNullOrWhiteSpace(Name)) throw Errors.ValueNotGiven(nameof(Name), "Compare-Runbook service-outage 1.0.0");
        if (string.IsNullOrWhiteSpace(From)) throw Errors.ValueNotGiven(nameof(From), $"Compare-Runbook {Name} 1.0.0");
        WriteObject(RunbookComparison.Compare(Text(From), Text(To ?? Name)), enumerateCollection: true);
    }

    /// <summary>A version, an id or a path.</summary>
    private RunbookText Text(string given)
    {
        if (!VersionPattern().IsMatch(given)) return Text(File(given));
        var current = File(Name!);
        if (current.Book?.Version == given) return Text(current);
        if (Engine.Runs.SourceOf(current.Name, given) is { } source) return Engine.RunbookReader.ReadText($"{current.Name} {given}", source);
        throw Errors.RunbookVersionNotFound(current.Name, given, RunbookVersionCompleter.Versions(Engine, current));
    }

    private RunbookFile File(string given) => Engine.Library.FindFile(RunbookLibrary.IsPath(given) ? SessionState.Path.GetUnresolvedProviderPathFromPSPath(given) : given);

    private RunbookText Text(RunbookFile file)
    {
        var bag = new DiagnosticBag();
        return YamlTree.ReadFile(file.Path, bag) is { } bytes ? Engine.RunbookReader.ReadText(file.Path, bytes) : throw RunbookLoader.Invalid(file.Path, bag.Items);
    }

    [GeneratedRegex(@"^\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]*)?\z")] private static partial Regex VersionPattern();
}
