using IncidentTools.Engine.Runbooks;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Detection;

/// <summary>Which runbook is for it: the one that the check names or comes from, else of those that fit the words (as Find-Runbook ranks them) the best that the service names, else its first, else the best.</summary>
internal sealed class RunbookSuggestion(IReadOnlyList<RunbookDefinition> books)
{
    // a fit by one word in ten is none
    private const double Least = 0.2;
    private const int Longest = 200;

    public string? Of(string? named, string text, string? word, IReadOnlyList<string> fitting)
    {
        if (named is not null && books.Any(book => book.Id == named)) return named;
        var seen = new SymptomText($"{Cut(text)} {Spaced(word)}");
        var matches = books.Select(book => seen.Match(book)).OfType<RunbookMatch>().Where(match => match.Score >= Least).OrderByDescending(match => match.Score).ThenBy(match => match.Name, StringComparer.Ordinal).ToArray();
        return matches.FirstOrDefault(match => fitting.Contains(match.Name, StringComparer.Ordinal))?.Name ?? fitting.FirstOrDefault(id => books.Any(book => book.Id == id)) ?? matches.FirstOrDefault()?.Name;
    }

    public string? Of(CauseSymptom symptom, ServiceCheck check, ServiceDefinition service) => Of(check.Runbook, $"{check.Title} {symptom.Text}", symptom.Word, service.Runbooks);

    private static string Cut(string text) => text.Length <= Longest ? text : text[..Longest];

    /// <summary>ConnectionRefused → Connection Refused.</summary>
    private static string Spaced(string? word) => string.Concat((word ?? "").Select((letter, index) => index > 0 && char.IsUpper(letter) ? $" {letter}" : $"{letter}"));
}
