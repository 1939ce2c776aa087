namespace IncidentTools.Engine.Runbooks;

/// <summary>What somebody sees, in their own words, against the symptoms of runbooks.</summary>
public sealed class SymptomText
{
    // words that say nothing about what is wrong
    private static readonly HashSet<string> Empty = new(
        ["a", "an", "the", "is", "are", "was", "were", "be", "it", "its", "of", "on", "in", "at", "to", "for", "and", "or", "with", "our", "we", "i", "my", "there", "has", "have", "this", "that", "very", "some"], StringComparer.Ordinal);
    private readonly string[] _words;

    public SymptomText(string text) => _words = [.. Split(text).Where(word => !Empty.Contains(word)).Distinct(StringComparer.Ordinal)];

    /// <summary>The best symptom of a runbook, or null when nothing of it fits.</summary>
    public RunbookMatch? Match(RunbookDefinition book)
    {
        if (_words.Length == 0) return null;
        var title = new Source(0.4, [.. Split(book.Title), .. Split(book.Id)]);
        // a runbook without symptoms is still found by its title
        var symptoms = book.Symptoms.Count > 0 ? book.Symptoms : [new RunbookSymptom(book.Id, book.Title, [], null)];
        return symptoms.Select(symptom => Match(book, symptom, title)).Where(match => match.Score > 0).MaxBy(match => match.Score);
    }

    private RunbookMatch Match(RunbookDefinition book, RunbookSymptom symptom, Source title)
    {
        Source[] sources = [new(1, [.. symptom.Words.SelectMany(Split)]), new(0.9, [.. Split(symptom.Id)]), new(0.8, [.. Split(symptom.Text)]), title];
        var why = new List<string>();
        var sum = 0d;
        foreach (var word in _words)
        {
            var best = sources.Max(source => source.Weigh(word));
            if (best > 0) why.Add(word);
            sum += best;
        }
        return new RunbookMatch(book.Id, book.Title, Math.Round(sum / _words.Length, 2), symptom.Id, symptom.Text, why);
    }

    private static IEnumerable<string> Split(string text)
    {
        var start = -1;
        for (var at = 0; at <= text.Length; at++)
        {
            var isWord = at < text.Length && char.IsLetterOrDigit(text[at]);
            if (isWord && start < 0) start = at;
            if (isWord || start < 0) continue;
            yield return text[start..at].ToLowerInvariant();
            start = -1;
        }
    }

    private sealed record Source(double Weight, string[] Words)
    {
        /// <summary>The whole weight for the same word, less for another form of it.</summary>
        public double Weigh(string word)
        {
            var best = 0d;
            foreach (var own in Words)
            {
                if (Empty.Contains(own)) continue;
                if (own == word || IsStatusOf(word, own) || IsStatusOf(own, word)) return Weight;
                if (Stem(own) == Stem(word)) best = Math.Max(best, 0.9 * Weight);
                else if (word.Length >= 5 && own.Length >= 5 && Foundation.Nearest.Of(word, [own]) is not null) best = Math.Max(best, 0.6 * Weight);
            }
            return best;
        }

        // 502 is one of 5xx, and of the 500s
        private static bool IsStatusOf(string code, string range) => code.Length == 3 && range.Length == 3 && code.All(char.IsAsciiDigit) && code[0] == range[0] && (range[1..] == "xx" || (range[1..] == "00" && range[0] is '4' or '5'));

        private static string Stem(string word) => word.Length > 4 ? word.TrimEnd('s') switch
        {
            var verb when verb.EndsWith("ing", StringComparison.Ordinal) && verb.Length > 5 => verb[..^3],
            var past when past.EndsWith("ed", StringComparison.Ordinal) && past.Length > 4 => past[..^2],
            var other => other.TrimEnd('e'),
        } : word;
    }
}
