using System.Management.Automation;
using System.Text;
using System.Text.RegularExpressions;

namespace IncidentTools.Shell.Everyday;

/// <summary>One help object of the engine (built from MAML, or from the command alone) as lines of text.</summary>
internal sealed partial class HelpPage(PSObject help, int width)
{
    public static string Synopsis(PSObject? help)
    {
        var text = Text(help, "Synopsis");
        // without a help file the engine puts the syntax there
        return text.Contains("[<CommonParameters>]", StringComparison.Ordinal) ? "" : text.Split('\n')[0].Trim();
    }

    public IEnumerable<string> Lines(string title, IEnumerable<string> syntax, string? parameter, bool examplesOnly)
    {
        if (parameter is not null) return Parameters(parameter);
        return examplesOnly ? Examples() : [.. Head(title), .. Section("Syntax", syntax.SelectMany(line => Wrap(line, 2, 6))), .. Section("Parameters", Parameters("*")), .. Section("Examples", Examples())];
    }

    private IEnumerable<string> Head(string title)
    {
        yield return title;
        foreach (var line in Wrap(Synopsis(help), 2, 2)) yield return line;
        var description = Text(help, "Description");
        if (description.Length == 0) yield break;
        yield return "";
        foreach (var line in Wrap(description, 2, 2)) yield return line;
    }

    private IEnumerable<string> Parameters(string name)
    {
        var wanted = new WildcardPattern(name.TrimStart('-'), WildcardOptions.IgnoreCase);
        foreach (var parameter in Items(Child(help, "parameters"), "parameter").Where(parameter => wanted.IsMatch(Text(parameter, "name"))))
        {
            var kind = Text(parameter, "parameterValue") is { Length: > 0 } type ? $" <{type}>" : "";
            var notes = new[]
            {
                Text(parameter, "required") == "true" ? "required" : "",
                int.TryParse(Text(parameter, "position"), out var position) ? $"position {position}" : "",
Pipeline(Text(parameter, "pipelineInput")),
                Text(parameter, "defaultValue") is { Length: > 0 } value && value is not ("None" or "none") ? "default: " + value : "",
            };
            var note = string.Join(", ", notes.Where(note => note.Length > 0).Select(note => note.Trim()));
            foreach (var line in Wrap($"-{Text(parameter, "name")}{kind}{(note.Length > 0 ? $"  ({note})" : "")}", 2, 6)) yield return line;
            foreach (var line in Wrap(Text(parameter, "description"), 6, 6)) yield return line;
        }
    }

    private static string Pipeline(string input) => (input.Contains("ByValue", StringComparison.OrdinalIgnoreCase), input.Contains("ByPropertyName", StringComparison.OrdinalIgnoreCase)) switch
    {
        (true, true) => "from the pipeline, also by name",
        (true, false) => "from the pipeline",
        (false, true) => "from the pipeline by name",
        _ => "",
    };

    private IEnumerable<string> Examples()
    {
        var number = 0;
        foreach (var example in Items(Child(help, "examples"), "example"))
        {
            if (number++ > 0) yield return "";
            foreach (var line in Wrap($"{number}. {ExampleNumber().Replace(Text(example, "title").Trim('-', ' '), "")}", 2, 5)) yield return line;
            foreach (var line in Text(example, "code").Split('\n')) yield return "     PS> " + line.TrimEnd();
            foreach (var line in Wrap(Text(example, "remarks"), 5, 5)) yield return line;
        }
    }

    private static IEnumerable<string> Section(string title, IEnumerable<string> lines)
    {
        var all = lines.ToArray();
        return all.Length == 0 ? [] : ["", title, .. all];
    }

    /// <summary>Words in lines of the width; the first line indented by one number, those after it by the other.</summary>
    private IEnumerable<string> Wrap(string text, int first, int next)
    {
        foreach (var paragraph in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var line = new StringBuilder().Append(' ', first);
            var empty = true;
            foreach (var word in paragraph.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                if (!empty && line.Length + 1 + word.Length > width)
                {
                    yield return line.ToString();
                    line.Clear().Append(' ', next);
                    empty = true;
                }
                if (!empty) line.Append(' ');
                line.Append(word);
                empty = false;
            }
            yield return line.ToString();
        }
    }

    private static object? Child(object? item, string name) => item is null ? null : PSObject.AsPSObject(item).Properties[name]?.Value;

    private static IEnumerable<object> Items(object? item, string name) => Flat(Child(item, name));

    private static IEnumerable<object> Flat(object? value) => value switch
    {
        null => [],
        PSObject { BaseObject: System.Collections.IList list } => list.Cast<object>(),
        System.Collections.IList list => list.Cast<object>(),
        _ => [value],
    };

    /// <summary>A property as text: a string, or the paragraphs of a list.</summary>
    private static string Text(object? item, string name) => string.Join('\n', Flat(Child(item, name)).Select(part => Child(part, "Text") as string ?? (part is PSObject { BaseObject: PSCustomObject } ? "" : part.ToString()))).Trim();

    [GeneratedRegex(@"^Example \d+:? *", RegexOptions.IgnoreCase)] private static partial Regex ExampleNumber();
}
