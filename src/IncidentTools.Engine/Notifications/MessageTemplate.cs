using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Notifications;

/// <summary>
/// A message template: a first line <c>Subject: …</c>, an empty line, the body. <c>${{ $incident.title }}</c> stands for a value, as any
/// expression does where there is an evaluator; what does not exist is an error, never an empty text.
/// </summary>
public sealed partial class MessageTemplate
{
    private static readonly string[] Constants = ["$true", "$false", "$null"], Given = ["incident", "service", "now", "true", "false", "null"], Parts = ["count", "first", "last"];
    private readonly string _name, _subject, _body;

    private MessageTemplate(string name, string subject, string body) => (_name, _subject, _body) = (name, subject, body);

    /// <summary>From the workspace, else from the shipped one.</summary>
    /// <exception cref="IncidentToolsException">TemplateNotFound, TemplateInvalid.</exception>
    public static MessageTemplate Load(string name, params string[] folders)
    {
        var file = Find(name, folders);
        return Parse(file, File.ReadAllText(file));
    }

    /// <summary>The file of a template: the first folder that has it.</summary>
    /// <exception cref="IncidentToolsException">TemplateNotFound.</exception>
    public static string Find(string name, params string[] folders)
    {
        if (!NamePattern().IsMatch(name)) throw Errors.TemplateNotFound(name, []);
        return folders.Select(folder => Path.Combine(folder, name + ".md")).FirstOrDefault(File.Exists)
            ?? throw Errors.TemplateNotFound(name, [.. folders.Where(Directory.Exists).SelectMany(folder => Directory.GetFiles(folder, "*.md")).Select(path => Path.GetFileNameWithoutExtension(path)!).Distinct()]);
    }

    /// <param name="file">Its name in errors.</param>
    /// <exception cref="IncidentToolsException">TemplateInvalid.</exception>
    public static MessageTemplate Parse(string file, string content)
    {
        var text = content.ReplaceLineEndings("\n");
        if (!text.StartsWith("Subject: ", StringComparison.Ordinal)) throw Errors.TemplateInvalid(file, 1, "the first line must be 'Subject: …'");
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        return end < 0 ? new(file, text[9..], "") : new(file, text[9..end], text[end..].Trim('\n') + "\n");
    }

    /// <summary>Every template by name, the first folder that has it, with the values it needs.</summary>
    public static IEnumerable<(string Name, IReadOnlyList<string> Needs)> All(params string[] folders) =>
        folders.Where(Directory.Exists).SelectMany(folder => Directory.GetFiles(folder, "*.md")).Select(path => Path.GetFileNameWithoutExtension(path)!).Where(name => NamePattern().IsMatch(name)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select(name => (name, (IReadOnlyList<string>)[.. Load(name, folders).Holes().Select(hole => hole.Name).Distinct(StringComparer.OrdinalIgnoreCase).Where(hole => !Given.Contains(hole, StringComparer.OrdinalIgnoreCase))]));

    /// <summary>The plain names it reads, each with its line.</summary>
    private IEnumerable<(string Name, int Line)> Holes()
    {
        foreach (Match hole in HolePattern().Matches(_subject)) yield return (hole.Groups[1].Value, 1);
        foreach (Match hole in HolePattern().Matches(_body)) yield return (hole.Groups[1].Value, 3 + _body.AsSpan(0, hole.Index).Count('\n'));
    }

    /// <param name="expressions">Reads what is not a plain path; without one only paths are allowed.</param>
    /// <exception cref="IncidentToolsException">TemplateInvalid: the place and what is not there.</exception>
    public (string Subject, string Body) Render(IReadOnlyDictionary<string, object?> values, IExpressionEvaluator? expressions = null)
    {
        // all at once: nobody wants to learn of them one by one
        var missing = Holes().Where(hole => !Constants.Contains("$" + hole.Name, StringComparer.OrdinalIgnoreCase) && !values.Keys.Contains(hole.Name, StringComparer.OrdinalIgnoreCase)).DistinctBy(hole => hole.Name, StringComparer.OrdinalIgnoreCase).ToArray();
        if (missing.Length > 1) throw Errors.TemplateInvalid(_name, missing[0].Line, $"values are missing: {string.Join(", ", missing.Select(hole => hole.Name))}");
        return (Fill(_subject, 1, values, expressions).ReplaceLineEndings(" "), Fill(_body, 3, values, expressions));
    }

    private string Fill(string text, int line, IReadOnlyDictionary<string, object?> values, IExpressionEvaluator? expressions)
    {
        var filled = new StringBuilder();
        var at = 0;
        for (var hole = text.IndexOf("${{", StringComparison.Ordinal); hole >= 0; hole = text.IndexOf("${{", at, StringComparison.Ordinal))
        {
            if (hole > at && text[hole - 1] == '$')
            {
                filled.Append(text, at, hole - at - 1).Append("${{"); // $${{ stands for itself
                at = hole + 3;
                continue;
            }
            var here = line + text.AsSpan(0, hole).Count('\n');
            var end = expressions?.FindEnd(text, hole + 3) ?? text.IndexOf("}}", hole + 3, StringComparison.Ordinal);
            if (end < 0) throw Errors.TemplateInvalid(_name, here, "${{ is not closed with }}");
            filled.Append(text, at, hole - at).Append(Text(Value(text[(hole + 3)..end].Trim(), here, values, expressions)));
            at = end + 2;
        }
        return filled.Append(text, at, text.Length - at).ToString();
    }

    private object? Value(string expression, int line, IReadOnlyDictionary<string, object?> values, IExpressionEvaluator? expressions)
    {
        var isPath = PathPattern().IsMatch(expression) && !Constants.Contains(expression, StringComparer.OrdinalIgnoreCase);
        if (!isPath && expressions is null) throw Errors.TemplateInvalid(_name, line, $"'{expression}' is not a path like $incident.title");
        try
        {
            var value = isPath ? Follow(expression, line, values, expressions) : expressions!.Evaluate(expression, values);
            return value is not IReadOnlyDictionary<string, object?> ? value : throw Errors.TemplateInvalid(_name, line, $"{expression} is a map and has no text: name one of its values");
        }
        catch (IncidentToolsException error) when (error.ErrorId == "ExpressionFailed") { throw Errors.TemplateInvalid(_name, line, error.Message.TrimEnd('.')); }
    }

    /// <summary>A plain path needs no evaluator; what it means is the same.</summary>
    private object? Follow(string path, int line, IReadOnlyDictionary<string, object?> values, IExpressionEvaluator? expressions)
    {
        object? value = values;
        foreach (var part in path[1..].Split('.'))
        {
            if (value is IReadOnlyDictionary<string, object?> map && map.FirstOrDefault(pair => string.Equals(pair.Key, part, StringComparison.OrdinalIgnoreCase)) is { Key: not null } found) value = found.Value;
            else if (value is string or IReadOnlyList<object?> && expressions is not null && Parts.Contains(part, StringComparer.OrdinalIgnoreCase)) return expressions.Evaluate(path, values);
            else throw Errors.TemplateInvalid(_name, line, $"there is no '{part}' in {path}");
        }
        return value;
    }

    private static string Text(object? value) => value switch
    {
        null => "–",
        DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture),
        TimeSpan time => Duration.Format(time),
        string text => text,
        IEnumerable<object?> list => string.Join(", ", list.Select(Text)),
        _ => PlainText.Format(value) ?? "",
    };

    [GeneratedRegex(@"^\$[a-zA-Z][a-zA-Z0-9_]*(\.[a-zA-Z][a-zA-Z0-9_-]*)+\z|^\$[a-zA-Z][a-zA-Z0-9_]*\z")] private static partial Regex PathPattern();
    [GeneratedRegex(@"^[a-z0-9][a-z0-9-]*\z")] private static partial Regex NamePattern();
    [GeneratedRegex(@"(?<!\$)\$\{\{\s*\$([a-zA-Z][a-zA-Z0-9_]*)\s*\}\}")] private static partial Regex HolePattern();
}
