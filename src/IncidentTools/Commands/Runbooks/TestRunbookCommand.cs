using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Commands.Workspace;
using IncidentTools.Completion;
using IncidentTools.Engine.Execution.Simulation;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Runbooks;
using IncidentTools.Scripting;

namespace IncidentTools.Commands.Runbooks;

/// <summary>Checks runbooks without running anything, and lists what is wrong with line and column.</summary>
[Cmdlet(VerbsDiagnostic.Test, "Runbook")]
[OutputType(typeof(RunbookVerification), typeof(RunbookRehearsal), typeof(bool))]
public sealed class TestRunbookCommand : IncidentCmdlet
{
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "Ids of runbooks, wildcards allowed; else all.")]
    [Alias("Runbook")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(RunbookCompleter))]
    public string[]? Name { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "Paths of files instead of names.")]
    [Alias("FullName", "PSPath")]
    public string[]? Path { get; set; }

    [Parameter(HelpMessage = "Only true or false; true only when everything was checked and good.")]
    public SwitchParameter Quiet { get; set; }

    [Parameter(HelpMessage = "Also whether the system, programs, modules, commands in scripts, files, hosts and secrets it needs are here.")]
    public SwitchParameter Environment { get; set; }

    [Parameter(HelpMessage = "Files of cases with simulated results: each case is run through the runner, and what came of it is compared. Nothing is started.")]
    public string[]? Rehearsal { get; set; }

    [Parameter(HelpMessage = "With -Rehearsal: how many percent of the branches of a runbook its cases must walk.")]
    [ValidateRange(0, 100)]
    public int MinimumCoverage { get; set; }

    protected override void Execute()
    {
        if (Rehearsal is not null)
        {
            Rehearse(Rehearsal);
            return;
        }
        var good = true;
        foreach (var name in Path?.Select(SessionState.Path.GetUnresolvedProviderPathFromPSPath) ?? Name ?? ["*"])
        {
            try
            {
                foreach (var file in RunbookChoice.Of(Engine.Library, name)) good &= Report(file);
            }
            catch (IncidentToolsException) when (Quiet) { good = false; }
            catch (IncidentToolsException error) { WriteError(error); } // the other names still count
        }
        if (Quiet) WriteObject(good);
    }

    private void Rehearse(IEnumerable<string> files)
    {
        var good = true;
        var rehearsed = new List<RunbookRehearsal>();
        foreach (var file in files.Select(SessionState.Path.GetUnresolvedProviderPathFromPSPath))
        {
            try
            {
                var names = Path?.Select(SessionState.Path.GetUnresolvedProviderPathFromPSPath) ?? Name ?? [RehearsalService.RunbookOf(file) ?? throw Errors.RehearsalNamesNoRunbook(file)];
                foreach (var book in names.SelectMany(name => RunbookChoice.Of(Engine.Library, name)).ToArray()) rehearsed.AddRange(Rehearse(book.Require(), file));
            }
            catch (IncidentToolsException error)
            {
                good = false;
                if (!Quiet) WriteError(error); // the other files still count
            }
        }
        // several files may cover a runbook together
        foreach (var cases in rehearsed.GroupBy(item => item.Name)) good &= Report(cases.ToArray());
        if (Quiet) WriteObject(good);
    }

    private IReadOnlyList<RunbookRehearsal> Rehearse(RunbookDefinition book, string file)
    {
        var rehearsals = Engine.Runs.Rehearsals;
        var (cases, findings) = Await(token => rehearsals.RunAsync(book, file, token));
        if (cases.Count > 0) return cases;
        if (!Quiet) WriteObject(new RunbookVerification(book.Id, file, false, [.. findings.Select(FindingRecords.From)]));
        throw RehearsalService.Invalid(file, findings);
    }

    private bool Report(RunbookRehearsal[] cases)
    {
        var coverage = cases.Select(item => item.Coverage!).Distinct().Aggregate(RehearsalService.Together);
        RunbookRehearsal[] failed = [.. cases.Where(item => !item.Passed)];
        var enough = coverage.Percent >= MinimumCoverage;
        if (Quiet) return failed.Length == 0 && enough;
        foreach (var item in cases) WriteObject(item with { Coverage = coverage });
        if (failed.Length > 0) WriteError(Errors.RehearsalFailed(coverage.Name, failed[0].Path, failed.Length, cases.Length, failed[0].ToString()));
        if (!enough) WriteError(Errors.CoverageTooLow(coverage, MinimumCoverage));
        return failed.Length == 0 && enough;
    }

    private bool Report(RunbookFile file)
    {
        IReadOnlyList<Diagnostic> findings = Environment && file.Book is { } book ? [.. Engine.Library.Findings(file), .. new RunbookEnvironment(Engine.Processes, Engine.Secrets, Engine.Uses, new ScriptSurroundings(this, Engine.Processes)).Check(book)] : Engine.Library.Findings(file);
        var valid = !findings.Any(item => item.Severity == DiagnosticSeverity.Error);
        if (Quiet) return valid;
        WriteObject(new RunbookVerification(file.Name, file.Path, valid, [.. findings.Select(FindingRecords.From)]));
        if (!valid) WriteError(RunbookLoader.Invalid(file.Path, findings));
        return valid;
    }
}
