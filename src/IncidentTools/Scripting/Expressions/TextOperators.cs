using System.Globalization;
using System.Management.Automation;
using System.Text;
using System.Text.RegularExpressions;
using IncidentTools.Engine.Foundation;

namespace IncidentTools.Scripting.Expressions;

/// <summary>-match -like -replace -split -join -f and what + and * do with text; bounded in time and length.</summary>
internal static class TextOperators
{
    public static string Concat(string left, string right, Site site) => (long)left.Length + right.Length <= Limits.Text ? left + right : throw TooLong(site);

    public static string Repeat(string text, long count, Site site)
    {
        if (count < 0) throw site.Fail("a text cannot be repeated less than no time");
        if (text.Length == 0) return "";
        return count <= Limits.Text / text.Length ? new StringBuilder(text.Length * (int)count).Insert(0, text, (int)count).ToString() : throw TooLong(site);
    }

    public static Func<object?, object?, Site, bool> Match(bool caseSensitive) => (left, right, site) =>
    {
        var text = Needed(left, "-match", site);
        return Guard(() => Regex.IsMatch(text, Needed(right, "-match", site), Options(caseSensitive), Limits.Pattern), site);
    };

    public static Func<object?, object?, Site, bool> Like(bool caseSensitive) => (left, right, site) =>
    {
        var (text, pattern) = (Needed(left, "-like", site), Needed(right, "-like", site));
        if ((long)text.Length * pattern.Length > 64 * Limits.Text) throw site.Fail("the text and the pattern are too long for -like");
        if (site.Scope.IsOutOfTime) throw Slow(site);
        try { return new WildcardPattern(pattern, (caseSensitive ? WildcardOptions.None : WildcardOptions.IgnoreCase) | WildcardOptions.CultureInvariant).IsMatch(text); }
        catch (RuntimeException error) { throw site.Fail(error.Message.TrimEnd('.')); }
    };

    public static Func<object?, object?, Site, object?> Replace(bool caseSensitive) => (left, right, site) =>
    {
        var parts = Values.IsList(right, out var list) ? list : [right];
        if (parts.Count is 0 or > 2) throw site.Fail("-replace takes a pattern and what to put there: 'text' -replace 'pattern', 'new'");
        var (pattern, with) = (Needed(parts[0], "-replace", site), parts.Count == 2 ? Needed(parts[1], "-replace", site) : "");
        return Values.IsList(left, out var items) ? items.Select(item => (object?)One(Needed(item, "-replace", site))).ToList() : One(Needed(left, "-replace", site));

        string One(string text) => Guard(() =>
        {
            var length = text.Length;
            return Regex.Replace(text, pattern, match =>
            {
                if (site.Scope.IsOutOfTime) throw Slow(site);
                var result = match.Result(with);
                return (length += result.Length - match.Length) <= Limits.Text ? result : throw TooLong(site);
            }, Options(caseSensitive), Limits.Pattern);
        }, site);
    };

    public static Func<object?, object?, Site, object?> Split(bool caseSensitive) => (left, right, site) =>
    {
        var parts = Values.IsList(right, out var list) ? list : [right];
        if (parts.Count is 0 or > 2) throw site.Fail("-split takes a pattern and at most a number of parts: 'a,b,c' -split ',', 2");
        var pattern = Needed(parts[0], "-split", site);
        var count = parts.Count == 2 ? Values.Whole(parts[1], "the number of parts", site) : 0;
        if (count is < 0 or > Limits.Items) throw site.Fail($"the number of parts is between 0 (all) and {Limits.Items}");
        return Pieces(left, text => Guard(() => Cut(new Regex(pattern, Options(caseSensitive), Limits.Pattern), text, (int)count, site), site), site);
    };

    /// <summary>Unary -split: at white space.</summary>
    public static object? Words(object? value, Site site) => Pieces(value, text => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries), site);

    public static object? Join(object? left, object? right, Site site)
    {
        var separator = Needed(right, "-join", site);
        if (!Values.IsList(left, out var items)) return Needed(left, "-join", site);
        return PlainText.Join(items, separator, Limits.Text) ?? throw site.Fail($"the list cannot be joined: an item is nothing or a map, or it is longer than {Limits.Text} characters");
    }

    public static object? Format(object? left, object? right, Site site)
    {
        var format = Needed(left, "-f", site);
        foreach (Match number in Regex.Matches(format, @"(?<=\{[^{}]*)\d{5,}", RegexOptions.None, Limits.Pattern))
            if (!long.TryParse(number.Value, out var width) || width > Limits.Width) throw site.Fail($"a width or number of digits is at most {Limits.Width}");
        var values = (Values.IsList(right, out var list) ? list : [right]).ToArray();
        if (Array.Exists(values, value => value is null)) throw site.Fail("there is no value to put into the text; say with ?? what stands there instead");
        try { return new StringBuilder(0, Limits.Text).AppendFormat(new PlainFormat(site), format, values).ToString(); }
        catch (FormatException error) { throw site.Fail($"-f: {error.Message.TrimEnd('.')}"); }
        catch (ArgumentOutOfRangeException) { throw TooLong(site); }
    }

    /// <summary>A constant pattern that cannot be used; null when it can.</summary>
    public static string? WrongPattern(string pattern)
    {
        try { _ = new Regex(pattern, RegexOptions.None, Limits.Pattern); }
        catch (ArgumentException error) { return error.Message.TrimEnd('.'); }
        return null;
    }

    /// <summary>As Regex.Split, captured groups among the parts, but with the time for all matches together.</summary>
    private static List<string> Cut(Regex pattern, string text, int count, Site site)
    {
        var (parts, cuts, last) = (new List<string>(), 0, 0);
        for (var match = pattern.Match(text); match.Success && (count == 0 || cuts < count - 1); match = match.NextMatch(), cuts++)
        {
            if (site.Scope.IsOutOfTime) throw Slow(site);
            if (parts.Count > Limits.Items) throw site.Fail($"a list has at most {Limits.Items} items");
            parts.Add(text[last..match.Index]);
            parts.AddRange(match.Groups.Cast<Group>().Skip(1).Where(group => group.Success).Select(group => group.Value));
            last = match.Index + match.Length;
        }
        parts.Add(text[last..]);
        return parts;
    }

    private static List<object?> Pieces(object? value, Func<string, IEnumerable<string>> split, Site site)
    {
        var pieces = new List<object?>();
        foreach (var item in Values.IsList(value, out var list) ? list : [value])
        {
            pieces.AddRange(split(Needed(item, "-split", site)));
            if (pieces.Count > Limits.Items) throw site.Fail($"a list has at most {Limits.Items} items");
        }
        return pieces;
    }

    private static T Guard<T>(Func<T> work, Site site)
    {
        if (site.Scope.IsOutOfTime) throw Slow(site);
        try { return work(); }
        catch (RegexMatchTimeoutException) { throw Slow(site); }
        catch (ArgumentException error) { throw site.Fail($"the pattern is wrong: {error.Message.TrimEnd('.')}"); }
    }

    private static string Needed(object? value, string operation, Site site) => value is null ? throw site.Fail($"{operation} has no value to look at; say with ?? what counts then") : Values.Text(value, site);
    private static RegexOptions Options(bool caseSensitive) => RegexOptions.CultureInvariant | (caseSensitive ? RegexOptions.None : RegexOptions.IgnoreCase);
    private static IncidentToolsException Slow(Site site) => site.Fail("the pattern takes too long; make it simpler, without repetitions inside repetitions");
    private static IncidentToolsException TooLong(Site site) => site.Fail($"the text would be longer than {Limits.Text} characters");

    /// <summary>A placeholder without a format gives a value's own text; with one, .NET's format, invariant.</summary>
    private sealed class PlainFormat(Site site) : IFormatProvider, ICustomFormatter
    {
        public object? GetFormat(Type? formatType) => formatType == typeof(ICustomFormatter) ? this : CultureInfo.InvariantCulture.GetFormat(formatType);
        public string Format(string? format, object? arg, IFormatProvider? formatProvider) =>
            arg is not IFormattable value || (string.IsNullOrEmpty(format) && arg is not double) ? Values.Text(arg, site) : value.ToString(format, CultureInfo.InvariantCulture);
    }
}
