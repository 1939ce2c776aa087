using System.Globalization;
using System.Text.RegularExpressions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;

namespace IncidentTools.Engine.Runbooks.Checks;

/// <summary>Whether the default of a parameter or field keeps to its own bounds.</summary>
internal static class ParameterChecks
{
    public static void Check(PlainMap values, string path, DiagnosticBag bag)
    {
        foreach (var (name, value) in values.Maps())
        {
            if (value.Get("min") is { } low && value.Get("max") is { } high && Compare(low, high) > 0)
                bag.Error("IT2015", value.At("max"), $"{path}.{name}.max", "max is less than min");
            if (value.Get("default") is { } usual && Reason(value, usual) is { } reason)
                bag.Error("IT2015", value.At("default"), $"{path}.{name}.default", $"the default {reason}");
        }
    }

    private static string? Reason(PlainMap value, object usual)
    {
        if (value.Get("allowed") is PlainList allowed && !allowed.Contains(usual)) return $"is not one of {string.Join(", ", allowed.Select(item => Convert.ToString(item, CultureInfo.InvariantCulture)))}";
        if (value.Get("min") is { } low && Compare(usual, low) < 0) return "is less than min";
        if (value.Get("max") is { } high && Compare(usual, high) > 0) return "is more than max";
        if (value.TextOrNull("pattern") is not { } pattern || usual is not string text) return null;
        try { return Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)) ? null : $"does not match {pattern}"; }
        catch (RegexMatchTimeoutException) { return $"takes too long to match {pattern}"; }
    }

    // of a text its length, of a list its number of items
    private static int Compare(object value, object bound) => (value, bound) switch
    {
        (string text, long length) => ((long)text.Length).CompareTo(length),
        (PlainList list, long count) => ((long)list.Count).CompareTo(count),
        (IComparable one, _) when one.GetType() == bound.GetType() => one.CompareTo(bound),
        _ => 0,
    };
}
