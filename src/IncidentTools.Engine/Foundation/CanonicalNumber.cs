using System.Globalization;

namespace IncidentTools.Engine.Foundation;

/// <summary>Doubles as ECMAScript writes them, which RFC 8785 demands: the shortest digits that read back the same.</summary>
internal static class CanonicalNumber
{
    public static string Format(double value)
    {
        if (value == 0) return "0";
        var sign = value < 0 ? "-" : "";
        var (digits, point) = Shortest(Math.Abs(value));
        var count = digits.Length;
        if (count <= point && point <= 21) return sign + digits + new string('0', point - count);
        if (point is > 0 and <= 21) return $"{sign}{digits[..point]}.{digits[point..]}";
        if (point is > -6 and <= 0) return $"{sign}0.{new string('0', -point)}{digits}";
        var exponent = point - 1;
        var fraction = count > 1 ? "." + digits[1..] : "";
        return string.Create(CultureInfo.InvariantCulture, $"{sign}{digits[0]}{fraction}e{(exponent < 0 ? "-" : "+")}{Math.Abs(exponent)}");
    }

    /// <summary>The digits without leading or trailing zeros, and where the point stands: value = 0.digits × 10^point.</summary>
    private static (string Digits, int Point) Shortest(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        var mark = text.IndexOf('E', StringComparison.Ordinal);
        var exponent = mark < 0 ? 0 : int.Parse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = mark < 0 ? text : text[..mark];
        var dot = mantissa.IndexOf('.', StringComparison.Ordinal);
        var point = (dot < 0 ? mantissa.Length : dot) + exponent;
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        var leading = digits.Length - digits.TrimStart('0').Length;
        return (digits.Trim('0'), point - leading);
    }
}
