using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution.Simulation;

/// <summary>Rehearsals: a runbook through the very runner that runs it, with results that a file gives. Nothing is looked at, started, sent or kept.</summary>
public sealed class RehearsalService(RunParts parts)
{
    /// <summary>Which runbook a file is for; null when it does not say.</summary>
    /// <exception cref="IncidentToolsException">RehearsalInvalid: it cannot be read.</exception>
    public static string? RunbookOf(string path)
    {
        var bag = new DiagnosticBag();
        return RehearsalReader.Read(path, bag).Rehearsal is { } rehearsal ? rehearsal.Runbook : throw Invalid(path, bag.Items);
    }

    /// <summary>The error of a file with these findings.</summary>
    public static IncidentToolsException Invalid(string path, IReadOnlyList<Diagnostic> findings) =>
        Errors.RehearsalInvalid(path, findings.First(item => item.Severity == DiagnosticSeverity.Error).ToString(), findings.Count(item => item.Severity == DiagnosticSeverity.Error));

    /// <summary>Everything wrong with the file itself, in its order; errors mean that no case can be run.</summary>
    public IReadOnlyList<Diagnostic> Inspect(RunbookDefinition book, string path) => Load(book, path).Findings;

    /// <summary>The cases in order, each with what all of them together cover; none when the file has errors.</summary>
    public async Task<(IReadOnlyList<RunbookRehearsal> Cases, IReadOnlyList<Diagnostic> Findings)> RunAsync(RunbookDefinition book, string path, CancellationToken cancellation)
    {
        var (rehearsal, findings) = Load(book, path);
        if (rehearsal is null) return ([], findings);
        var results = new List<RunbookRehearsal>();
        var walked = new HashSet<Branch>();
        foreach (var item in rehearsal.Cases)
        {
            var folder = Directory.CreateTempSubdirectory("incidenttools-rehearsal-").FullName;
            try
            {
                using var run = new CaseRun(parts with { Read = Once(parts.Read) }, book, item, folder);
                var (outcome, differences) = await run.RunAsync(cancellation).ConfigureAwait(false);
                // what is not a difference of the run itself comes first: what follows may only be its consequence
                if (outcome is not null) differences = [.. differences, .. Expectation.Compare(item.Expect, outcome, parts.Expressions())];
                // a case that went wrong shows nothing of the ways it took
                if (differences.Count == 0) walked.UnionWith(outcome!.Walked);
                results.Add(new RunbookRehearsal(book.Id, item.Name, differences.Count == 0, outcome?.Run ?? "NotStarted", outcome?.Way ?? [], differences, path, item.Span.Line));
            }
            finally { Remove(folder); }
        }
        var coverage = new BranchMap(book, parts.Expressions()).Cover(book, walked);
        return ([.. results.Select(result => result with { Coverage = coverage })], findings);
    }

    /// <summary>What several files cover together.</summary>
    public static RunbookCoverage Together(RunbookCoverage one, RunbookCoverage other)
    {
        RunbookBranch[] missing = [.. one.Missing.Intersect(other.Missing)];
        return one with { Covered = one.Total - missing.Length, Missing = missing };
    }

    /// <summary>The cases, or null and why not.</summary>
    internal (Rehearsal? Rehearsal, IReadOnlyList<Diagnostic> Findings) Load(RunbookDefinition book, string path)
    {
        var bag = new DiagnosticBag();
        var (rehearsal, places) = RehearsalReader.Read(path, bag);
        if (rehearsal is not null) new RehearsalChecks(book, new RunStarter(parts with { Find = id => id == book.Id ? book : parts.Find(id) }).WithChildren(book), parts.Uses, parts.Expressions, places!, bag).Check(rehearsal);
        return (bag.HasErrors ? null : rehearsal, [.. bag.Items.Distinct().OrderBy(item => item.Span.Line).ThenBy(item => item.Span.Column)]);
    }

    // a case looks at its runbook again at every wait
    private static Func<string, byte[], RunbookDefinition> Once(Func<string, byte[], RunbookDefinition> read)
    {
        var known = new Dictionary<string, RunbookDefinition>(StringComparer.Ordinal);
        return (file, source) => RunStarter.Hash(source) is var hash && known.TryGetValue(hash, out var book) ? book : known[hash] = read(file, source);
    }

    private static void Remove(string folder)
    {
        try { Directory.Delete(folder, recursive: true); }
        catch (IOException) { } // Windows: something still looks at it; the system cleans its temporary folder
        catch (UnauthorizedAccessException) { }
    }
}
