using System.Text.RegularExpressions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Learning;

/// <summary>Expressions for somebody with the paper in hand: worked out where the service is known, else as a blank to fill in, and conditions in words.</summary>
/// <param name="service">The record of the service that the document is for; null = for any.</param>
/// <param name="numbers">The number of a step by its id.</param>
internal sealed partial class RunbookWords(IExpressionEvaluator? evaluator, IReadOnlyDictionary<string, object?>? service, IReadOnlyDictionary<string, string> numbers)
{
    /// <summary>Plain data with its templates filled in as far as they can be known.</summary>
    public object? Fill(object? value) => value switch
    {
        Template { IsSingleExpression: true } template => Value(template.Parts[0].Text),
        Template template => string.Concat(template.Parts.Select(part => part.IsExpression ? PlainText.Format(Value(part.Text)) ?? Blank(part.Text) : part.Text)),
        IReadOnlyDictionary<string, object?> map => map.ToDictionary(pair => pair.Key, pair => Fill(pair.Value), StringComparer.Ordinal),
        IReadOnlyList<object?> list => list.Select(Fill).ToList(),
        _ => value,
    };

    public string Text(object? value) => Fill(value) is { } filled ? PlainText.Format(filled) ?? ValueReader.Text(filled) : "";

    /// <summary>A message template: what the step gives it stands in it, the rest are blanks.</summary>
    public string Message(string template, IReadOnlyDictionary<string, object?> values) => Hole().Replace(template, match =>
        values.FirstOrDefault(pair => match.Groups[1].Value.Equals("$" + pair.Key, StringComparison.OrdinalIgnoreCase)) is { Key: not null } given ? Text(given.Value) : Blank(match.Groups[1].Value));

    private object? Value(string expression)
    {
        if (service is not null && evaluator?.Inspect(expression) is { Errors.Count: 0, References: { Count: > 0 } read } && read.All(reference => reference.Path.StartsWith("service", StringComparison.OrdinalIgnoreCase)))
        {
            try { return evaluator.Evaluate(expression, new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase) { ["service"] = service }); }
            catch (IncidentToolsException) { } // the record does not have it: a blank to fill in
        }
        // what may be left out is left out
        return OrNothing().IsMatch(expression) ? null : Blank(expression);
    }

    /// <summary>What has to be put in by hand: &lt;service.unit or service.id&gt;, &lt;seen of step 1.2&gt;.</summary>
    private string Blank(string expression) => Path().IsMatch(expression) ? $"<{string.Join(" or ", expression.Split("??", StringSplitOptions.TrimEntries).Select(path => Refers(path).Replace("$", "", StringComparison.Ordinal)))}>" : $"<{Condition(expression)}>";

    /// <summary>A condition in words; the exact one stands beside it.</summary>
    public string Condition(string expression)
    {
        // the usual ways to ask whether something is there
        var words = Refers(There().Replace(expression, match => $"there is {string.Join(" or ", match.Groups[1].Value.Split("??", StringSplitOptions.TrimEntries))}"));
        foreach (var (operation, word) in Operators) words = Regex.Replace(words, $@"(?<=[\s)])-{operation}(?=[\s(])", word, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        return words.Replace("@(", "(", StringComparison.Ordinal).Replace("$true", "true", StringComparison.OrdinalIgnoreCase).Replace("$false", "false", StringComparison.OrdinalIgnoreCase).Replace("$null", "nothing", StringComparison.OrdinalIgnoreCase);
    }

    private string Refers(string text) => Root().Replace(OfStep().Replace(text, match =>
    {
        var (id, member, rest) = (match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value.TrimStart('.'));
        var step = numbers.TryGetValue(id, out var number) ? $"step {number}" : $"step '{id}'";
        return member.ToLowerInvariant() switch { "" => step, "value" when rest.Length > 0 => $"{rest} of {step}", "value" => $"the result of {step}", "outputs" => $"{rest} of {step}", _ => $"the {member}{(rest.Length > 0 ? "." + rest : "")} of {step}" };
    }), match => $"{match.Groups[1].Value switch { "params" => "parameter ", "vars" => "", var root => root + "." }}{match.Groups[2].Value}");

    private static readonly (string, string)[] Operators =
    [
        ("[ic]?eq", "is"), ("[ic]?ne", "is not"), ("[ic]?gt", ">"), ("[ic]?ge", "≥"), ("[ic]?lt", "<"), ("[ic]?le", "≤"), ("[ic]?notin", "is none of"), ("[ic]?in", "is one of"), ("[ic]?notcontains", "does not have"), ("[ic]?contains", "has"),
        ("[ic]?notmatch", "does not match"), ("[ic]?match", "matches"), ("[ic]?notlike", "is not like"), ("[ic]?like", "is like"), ("and", "and"), ("or", "or"), ("not", "not"),
    ];

    [GeneratedRegex(@"(?<!\$)\$\{\{\s*(.+?)\s*\}\}")] private static partial Regex Hole();
    [GeneratedRegex(@"\?\?\s*\$null\s*$", RegexOptions.IgnoreCase)] private static partial Regex OrNothing();
    [GeneratedRegex(@"\((\$[\w.\[\]]+(?:\s*\?\?\s*\$[\w.\[\]]+)*)\s*\?\?\s*(?:''\)\s+-ne\s+''|@\(\)\)\.count\s+-gt\s+0|0\)\s+-gt\s+0)", RegexOptions.IgnoreCase)] private static partial Regex There();
    [GeneratedRegex(@"^\$[\w.\[\]]+(\s*\?\?\s*\$[\w.\[\]]+)*$")] private static partial Regex Path();
    [GeneratedRegex(@"\$steps\.(\w+)(?:\.(\w+)((?:\.\w+)*))?", RegexOptions.IgnoreCase)] private static partial Regex OfStep();
    [GeneratedRegex(@"\$(params|vars|service|incident|run)\.([\w.]+)", RegexOptions.IgnoreCase)] private static partial Regex Root();
}
