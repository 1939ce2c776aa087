using System.Management.Automation;

namespace IncidentTools.Scripting.Expressions;

/// <summary>
/// -eq and the orders. As in PowerShell the right side is converted to the kind of the left one; text compares ordinal. What PowerShell would
/// answer by accident is an error instead: an order with nothing, of text with a number, of true with anything, and true compared with a text.
/// </summary>
internal static class Comparison
{
    public static bool Same(object? left, object? right, bool caseSensitive, Site site)
    {
        if (left is null || right is null) return left is null && right is null;
        Align(ref left, ref right, site);
        return (left, right) switch
        {
            (bool a, bool b) => a == b,
            (string a, string b) => string.Equals(a, b, caseSensitive ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase),
            (TimeSpan a, TimeSpan b) => a == b,
            (DateTimeOffset a, DateTimeOffset b) => a == b,
            (DateOnly a, DateOnly b) => a == b,
            (string a, _) when Values.IsNumber(right) => string.Equals(a, Values.Text(right, site), StringComparison.OrdinalIgnoreCase),
            (_, string b) when Values.IsNumber(left) => Values.TryNumber(b, out var number) && Order(left, number) == 0,
            _ when Values.IsNumber(left) && Values.IsNumber(right) => Order(left, right) == 0,
            (bool, _) or (_, bool) => throw site.Fail($"{Values.Describe(left)} does not compare with {Values.Describe(right)}; write $true or $false without quotes"),
            (IReadOnlyList<object?> or IReadOnlyDictionary<string, object?>, _) or (_, IReadOnlyList<object?> or IReadOnlyDictionary<string, object?>) =>
                throw site.Fail($"{Values.Describe(left)} does not compare with {Values.Describe(right)}; write -in or -contains, or name one value"),
            _ => throw site.Fail($"{Values.Describe(left)} does not compare with {Values.Describe(right)}"),
        };
    }

    /// <param name="accept">Whether an order (negative, zero, positive) makes it true; never asked when there is no order (NaN).</param>
    public static Func<object?, object?, Site, bool> Ordered(bool caseSensitive, Func<int, bool> accept) => (left, right, site) =>
    {
        if (left is null || right is null) throw site.Fail($"there is no value on its {(left is null ? "left" : "right")}; say with ?? what counts then");
        Align(ref left, ref right, site);
        int? order = (left, right) switch
        {
            (string a, string b) => caseSensitive ? string.CompareOrdinal(a, b) : StringComparer.OrdinalIgnoreCase.Compare(a, b),
            (TimeSpan a, TimeSpan b) => a.CompareTo(b),
            (DateTimeOffset a, DateTimeOffset b) => a.CompareTo(b),
            (DateOnly a, DateOnly b) => a.CompareTo(b),
            _ when Values.IsNumber(left) && Values.IsNumber(right) => Order(left, right),
            (string, _) or (_, string) when Values.IsNumber(left) || Values.IsNumber(right) =>
                throw site.Fail($"{Values.Describe(left)} and {Values.Describe(right)} have no order: one is text; 0 + $x makes a number of a text"),
            _ => throw site.Fail($"{Values.Describe(left)} and {Values.Describe(right)} have no order"),
        };
        return order is { } known && accept(known);
    };

    /// <summary>A text beside a duration, time or date is read as one.</summary>
    private static void Align(ref object left, ref object right, Site site)
    {
        if (left is string a) left = Read(a, right, site);
        else if (right is string b) right = Read(b, left, site);
    }

    private static object Read(string text, object beside, Site site) => beside switch
    {
        TimeSpan => Times.Duration(text, site),
        DateTimeOffset => Values.TryTime(text, out var time) ? time : throw site.Fail($"'{text}' is not a time with its offset, like 2026-11-01T09:00:00Z"),
        DateOnly => Times.TryDate(text, out var date) ? date : throw site.Fail($"'{text}' is not a date like 2026-11-01"),
        _ => text,
    };

    private static int? Order(object left, object right)
    {
        if (left is double a && double.IsNaN(a) || right is double b && double.IsNaN(b)) return null;
        return LanguagePrimitives.Compare(left, right);
    }
}
