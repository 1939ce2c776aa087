using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Runbooks;

/// <summary>A runbook's file as it was read: with a definition, or with the errors that stand against one.</summary>
/// <param name="Name">Its id; the file's name when the id could not be read.</param>
/// <param name="Origin">workspace or shipped; path for one named by its file.</param>
public sealed record RunbookFile(string Name, string Path, string Origin, RunbookDefinition? Book, IReadOnlyList<Diagnostic> Findings)
{
    /// <summary>The definition.</summary>
    /// <exception cref="IncidentToolsException">RunbookInvalid.</exception>
    public RunbookDefinition Require() => Book ?? throw RunbookLoader.Invalid(Path, Findings);

    /// <summary>What cmdlets show.</summary>
    public Runbook ToRunbook(DateOnly today)
    {
        var book = Require();
        return new Runbook
        {
            Name = book.Id, Version = book.Version, Title = book.Title, Summary = book.Summary, Owner = book.Owner, Class = book.Classes, Severity = book.Severities,
            Symptom = [.. book.Symptoms.Select(symptom => symptom.Text)],
            Parameter = [.. book.Parameters.Select(item => new RunbookParameter(item.Name, item.Type, item.Required, item.Default, item.Doc))],
            Steps = book.Steps.Count, LastReviewed = book.LastReviewed, ReviewDue = book.ReviewDue, Stale = book.IsStale(today), Source = Origin, Path = Path, Hash = book.Hash,
        };
    }
}
