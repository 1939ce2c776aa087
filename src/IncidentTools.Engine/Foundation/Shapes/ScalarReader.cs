using System.Globalization;
using System.Text.RegularExpressions;
using IncidentTools.Engine.Foundation.Yaml;

namespace IncidentTools.Engine.Foundation.Shapes;

/// <summary>One scalar: its text to the value its shape asks for.</summary>
internal sealed partial class ScalarReader(DiagnosticBag bag, ITemplateReader? templates)
{
    private static readonly TimeSpan RegexTime = TimeSpan.FromSeconds(1);

    /// <param name="dynamic">Whether this part of the document takes expressions.</param>
    public object? Read(YamlScalar scalar, ScalarShape shape, string path, bool dynamic = false)
    {
        if (templates is not null)
        {
            if (shape.Kind == ScalarKind.Expression) return templates.Expression(scalar.Text, scalar.Span, path);
            if (scalar.Text.Contains("${{", StringComparison.Ordinal))
            {
                if (dynamic && shape.AllowExpression) return templates.Template(scalar.Text, scalar.Span, path);
                if (templates.Literal(scalar.Text, scalar.Span, path) is not { } literal) return null;
                scalar = scalar with { Text = literal };
            }
        }
        var value = Convert(scalar, shape, out var expected, out var fix);
        if (expected is not null)
        {
            bag.Error("IT2002", scalar.Span, path, shape.Kind == ScalarKind.SecretRef ? $"expected {expected}; what is there may be the secret itself and is not shown" : $"expected {expected}, found '{Short(scalar.Text)}'", fix);
            return null;
        }
        return CheckBounds(scalar, shape, path, value) ? value : null;
    }

    public static string Short(string text) => text.Length <= 40 ? text : text[..40] + "…";

    public static string Describe(ScalarShape shape) => shape.Enum is { } words ? "one of " + string.Join(", ", (shape.Expected ?? shape.Pattern) is { } more ? words.Append(more) : words) : shape.Kind switch
    {
        ScalarKind.Int => "a whole number",
        ScalarKind.Number => "a number",
        ScalarKind.Bool => "true or false",
        ScalarKind.Duration => "a duration like 30s, 5m or 2h",
        ScalarKind.DateTime => "a time like 2026-11-01T09:00:00Z",
        ScalarKind.Date => "a date like 2026-11-01",
        ScalarKind.TimeOfDay => "a time of day like 09:00",
        ScalarKind.Version => "a version like 1.2.0",
        ScalarKind.Name => "a name of lower-case letters, digits and _, beginning with a letter",
        ScalarKind.Slug => "an id of lower-case letters, digits and -",
        ScalarKind.Regex => "a regular expression",
        ScalarKind.Url => "an absolute URL",
        ScalarKind.TimeZone => "a time zone like Europe/Berlin",
        ScalarKind.SecretRef => "secret:<name>",
        ScalarKind.Expression => "an expression",
        ScalarKind.Any => "a scalar",
        _ => "a text",
    };

    private static object? Convert(YamlScalar scalar, ScalarShape shape, out string? expected, out string? fix)
    {
        var text = scalar.Text;
        (expected, fix) = (null, null);
        if (shape.OrInt && !scalar.IsQuoted && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)) return whole;
        if (shape.Enum is { } words)
        {
            if (words.Contains(text, StringComparer.Ordinal) || (shape.Pattern is { } other && Regex.IsMatch(text, other, RegexOptions.CultureInvariant, RegexTime))) return text;
            (expected, fix) = (Describe(shape), Nearest.Of(text, words) is { } near ? $"Did you mean '{near}'?" : null);
            return null;
        }
        object? value = shape.Kind switch
        {
            ScalarKind.Int => !scalar.IsQuoted && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null,
            ScalarKind.Number => scalar.IsQuoted ? null : Plain(text) is long or double ? System.Convert.ToDouble(Plain(text), CultureInfo.InvariantCulture) : null,
            ScalarKind.Bool => scalar.IsQuoted ? null : text switch { "true" => true, "false" => false, _ => null },
            ScalarKind.Duration => Duration.TryParse(text, out var duration) ? duration : null,
            ScalarKind.DateTime => HasOffset().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time.ToUniversalTime() : null,
            ScalarKind.Date => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null,
            ScalarKind.TimeOfDay => TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var clock) ? clock : text == "24:00" ? TimeOnly.MaxValue : null,
            ScalarKind.Version => SemanticVersion().IsMatch(text) ? text : null,
            ScalarKind.Name => NamePattern().IsMatch(text) ? text : null,
            ScalarKind.Slug => SlugPattern().IsMatch(text) ? text : null,
            ScalarKind.Regex => IsRegex(text) ? text : null,
            ScalarKind.Url => Uri.TryCreate(text, UriKind.Absolute, out _) && text.Contains("://", StringComparison.Ordinal) ? text : null,
            ScalarKind.TimeZone => NodaTime.DateTimeZoneProviders.Tzdb.GetZoneOrNull(text) is null ? null : text,
            ScalarKind.SecretRef => SecretPattern().IsMatch(text) ? text : null,
            ScalarKind.Any => scalar.IsQuoted ? text : Plain(text),
            _ => text,
        };
        if (value is not null || shape.Kind == ScalarKind.Any) return value;
        expected = Describe(shape);
        fix = Fix(shape.Kind, text);
        return null;
    }

    private static string? Fix(ScalarKind kind, string text) => kind switch
    {
        ScalarKind.Bool when text.ToLowerInvariant() is "yes" or "on" or "true" => "Write true.",
        ScalarKind.Bool when text.ToLowerInvariant() is "no" or "off" or "false" => "Write false.",
        ScalarKind.Int or ScalarKind.Number when double.TryParse(text, CultureInfo.InvariantCulture, out _) => "Write the number without quotes or fraction.",
        ScalarKind.Duration when long.TryParse(text, out _) => $"Add the unit: {text}s, {text}m or {text}h.",
        ScalarKind.DateTime => "Give the offset or Z: without it the time is a guess.",
        ScalarKind.TimeZone => Nearest.Of(text, NodaTime.DateTimeZoneProviders.Tzdb.Ids) is { } near ? $"Did you mean '{near}'?" : "Use an IANA name.",
        ScalarKind.Name or ScalarKind.Slug when text.Any(char.IsUpper) => $"Write '{text.ToLowerInvariant()}'.",
        _ => null,
    };

    private bool CheckBounds(YamlScalar scalar, ScalarShape shape, string path, object? value)
    {
        if (shape is { Pattern: { } pattern, Enum: null } && value is string text && !Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant, RegexTime))
        {
            bag.Error("IT2005", scalar.Span, path, shape.Expected is { } words ? $"expected {words}, found '{Short(text)}'" : $"'{text}' does not match {pattern}");
            return false;
        }
        if (shape.OrInt && value is string) return true;
        double? size = value switch { long number => number, double number => number, TimeSpan time => time.TotalSeconds, string word => word.Length, _ => null };
        if (size is null || (!(size < shape.Min) && !(size > shape.Max))) return true;
        bag.Error("IT2004", scalar.Span, path, $"'{scalar.Text}' is {(size < shape.Min ? $"less than {Show(shape.Min!.Value, value)}" : $"more than {Show(shape.Max!.Value, value)}")}");
        return false;
    }

    private static string Show(double bound, object? value) => value switch
    {
        TimeSpan => Duration.Format(TimeSpan.FromSeconds(bound)),
        string => $"{bound.ToString(CultureInfo.InvariantCulture)} characters",
        _ => bound.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>A plain scalar by the YAML 1.2 core schema.</summary>
    private static object? Plain(string text)
    {
        if (text is "" or "~" or "null" or "Null" or "NULL") return null;
        if (text is "true" or "True" or "TRUE") return true;
        if (text is "false" or "False" or "FALSE") return false;
        if (IntegerPattern().IsMatch(text)) return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : text;
        if (text.StartsWith("0x", StringComparison.Ordinal) && long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex)) return hex;
        if (FloatPattern().IsMatch(text)) return double.Parse(text, CultureInfo.InvariantCulture);
        return text;
    }

    private static bool IsRegex(string text)
    {
        try
        {
            _ = new Regex(text, RegexOptions.CultureInvariant, RegexTime);
            return true;
        }
        catch (ArgumentException) { return false; }
    }

    [GeneratedRegex(@"^[-+]?[0-9]+\z")] private static partial Regex IntegerPattern();
    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z")] private static partial Regex FloatPattern();
    [GeneratedRegex(@"^[a-z][a-z0-9_]*\z")] private static partial Regex NamePattern();
    [GeneratedRegex(@"^[a-z0-9][a-z0-9-]*\z")] private static partial Regex SlugPattern();
    [GeneratedRegex(@"^secret:[A-Za-z0-9][A-Za-z0-9_.-]*\z")] private static partial Regex SecretPattern();
    [GeneratedRegex(@"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*(Z|[-+]\d\d:?\d\d)\z")] private static partial Regex HasOffset();
    [GeneratedRegex(@"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?\z")] private static partial Regex SemanticVersion();
}
