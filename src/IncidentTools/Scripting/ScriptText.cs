using System.Collections;
using System.Management.Automation.Language;
using System.Text.RegularExpressions;
using IncidentTools.Engine.Execution;

namespace IncidentTools.Scripting;

/// <summary>What can be said of a script before it runs, and its parameters as PowerShell takes them.</summary>
internal static partial class ScriptText
{
    /// <summary>The first error of PowerShell's parser with its place; null when there is none. Loads nothing: using and configuration are looked over.</summary>
    public static string? SyntaxError(string text)
    {
        var blank = UsingLine().Replace(text, match => new string(' ', match.Length));
        var parsed = PowerShellText.ParseInert(blank);
        // types of modules that were not loaded for this are no mistake
        var error = parsed.Errors.FirstOrDefault(item => item.ErrorId != "TypeNotFound" || (!parsed.Masked && ReferenceEquals(blank, text)));
        return error is null ? null : Describe(error);
    }

    /// <summary>Why this request cannot run: an error of its text, or a parameter its param() block does not have.</summary>
    public static string? WhyNot(ScriptRequest request)
    {
        var parsed = PowerShellText.Parse(request.Text);
        if (parsed.Errors.Count > 0) return Describe(parsed.Errors[0]);
        if (parsed.Script.DynamicParamBlock is not null) return null;
        var declared = parsed.Script.ParamBlock?.Parameters ?? (IEnumerable<ParameterAst>)[];
        var known = declared.SelectMany(Names).ToList();
        var unknown = request.Parameters.Keys.FirstOrDefault(name => !known.Contains(name, StringComparer.OrdinalIgnoreCase));
        return unknown is null ? null
            : known.Count == 0 ? $"the script takes no parameters, but '{unknown}' was given: begin it with param(${unknown})"
            : $"the script has no parameter '{unknown}'. Known: {string.Join(", ", known)}.";
    }

    /// <summary>Plain data as a script is used to it: lists are arrays, maps hashtables without regard to case.</summary>
    public static object? Parameter(object? value) => value switch
    {
        IReadOnlyDictionary<string, object?> map => Table(map),
        string or null => value,
        IEnumerable<object?> list => list.Select(Parameter).ToArray(),
        _ => value,
    };

    private static Hashtable Table(IReadOnlyDictionary<string, object?> map)
    {
        var table = new Hashtable(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in map) table[key] = Parameter(value);
        return table;
    }

    private static IEnumerable<string> Names(ParameterAst parameter) => parameter.Attributes.OfType<AttributeAst>().Where(attribute => attribute.TypeName.Name.Equals("Alias", StringComparison.OrdinalIgnoreCase))
        .SelectMany(attribute => attribute.PositionalArguments.OfType<StringConstantExpressionAst>()).Select(alias => alias.Value).Prepend(parameter.Name.VariablePath.UserPath);

    private static string Describe(ParseError error) => $"line {error.Extent.StartLineNumber}, column {error.Extent.StartColumnNumber}: {error.Message}";

    [GeneratedRegex(@"^[ \t]*using[ \t]+(namespace|module|assembly)\b[^\r\n]*", RegexOptions.IgnoreCase | RegexOptions.Multiline)] private static partial Regex UsingLine();
}
