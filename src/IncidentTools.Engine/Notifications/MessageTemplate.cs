using System.Globalization;
using System.Text.RegularExpressions;

namespace IncidentTools.Engine.Notifications;

/// <summary>
/// A message template: a first line <c>Subject: …</c>, an empty line, the body. <c>${{ $incident.title }}</c> stands for a value; a path that
/// does not exist is an error, never an empty text.
/// </summary>
public sealed partial class MessageTemplate
{
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

    /// <exception cref="IncidentToolsException">TemplateInvalid: the place and what is not there.</exception>
    public (string Subject, string Body) Render(IReadOnlyDictionary<string, object?> values) => (Fill(_subject, 1, values).ReplaceLineEndings(" "), Fill(_body, 3, values));

    private string Fill(string text, int line, IReadOnlyDictionary<string, object?> values) => Hole().Replace(text, match =>
    {
        var at = line + text.AsSpan(0, match.Index).Count('\n');
        var path = match.Groups[1].Value.Trim();
        if (!PathPattern().IsMatch(path)) throw Errors.TemplateInvalid(_name, at, $"'{path}' is not a path like $incident.title");
        object? value = values;
        foreach (var part in path[1..].Split('.'))
        {
            if (value is not IReadOnlyDictionary<string, object?> map || map.FirstOrDefault(pair => string.Equals(pair.Key, part, StringComparison.OrdinalIgnoreCase)) is not { Key: not null } found) throw Errors.TemplateInvalid(_name, at, $"there is no '{part}' in {path}");
            value = found.Value;
        }
        return Text(value);
    });

    private static string Text(object? value) => value switch
    {
        null => "–",
        DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture),
        TimeSpan time => Duration.Format(time),
        string text => text,
        IEnumerable<object?> list => string.Join(", ", list.Select(Text)),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    [GeneratedRegex(@"\$\{\{(.*?)\}\}", RegexOptions.Singleline)] private static partial Regex Hole();
    [GeneratedRegex(@"^\$[a-zA-Z][a-zA-Z0-9_]*(\.[a-zA-Z][a-zA-Z0-9_-]*)+\z|^\$[a-zA-Z][a-zA-Z0-9_]*\z")] private static partial Regex PathPattern();
    [GeneratedRegex(@"^[a-z0-9][a-z0-9-]*\z")] private static partial Regex NamePattern();
}
