namespace IncidentTools.Scripting.Expressions;

/// <summary>+ - * / % and .., as PowerShell calculates: the left side decides; whole numbers that overflow become fractions. Nothing is never a number.</summary>
internal static class Arithmetic
{
    public static object? Add(object? left, object? right, Site site)
    {
        if (Values.IsList(left, out var items)) return Lists.Concat(items, Values.IsList(right, out var more) ? more : [right], site);
        switch (left, right)
        {
            case (string text, _): return TextOperators.Concat(text, Values.Text(right, site), site);
            case (IReadOnlyDictionary<string, object?> map, IReadOnlyDictionary<string, object?> other): return Lists.Merge(map, other, site);
            case (DateTimeOffset or DateOnly, _): return Times.Add(left, Times.Duration(right, site), 1, site);
            case (TimeSpan duration, DateTimeOffset or DateOnly): return Times.Add(right, duration, 1, site);
            case (TimeSpan duration, _): return Times.Checked(() => duration + Times.Duration(right, site), site);
            default: return Calculate(left, right, site, static (a, b) => checked(a + b), static (a, b) => a + b, static (a, b) => a + b);
        }
    }

    public static object? Subtract(object? left, object? right, Site site) => (left, right) switch
    {
        (DateTimeOffset or DateOnly, _) when Times.TryMoment(left, right, out var moment) => Times.Between(left, moment, site),
        (DateTimeOffset or DateOnly, _) => Times.Add(left, Times.Duration(right, site), -1, site),
        (TimeSpan duration, _) => Times.Checked(() => duration - Times.Duration(right, site), site),
        _ => Calculate(left, right, site, static (a, b) => checked(a - b), static (a, b) => a - b, static (a, b) => a - b),
    };

    public static object? Multiply(object? left, object? right, Site site) => (left, right) switch
    {
        (string text, _) => TextOperators.Repeat(text, Values.Whole(right, "a count", site), site),
        (IReadOnlyList<object?> list, _) => Lists.Repeat(list, Values.Whole(right, "a count", site), site),
        (TimeSpan duration, _) => Times.Scale(duration, Values.Number(right, site), site),
        (_, TimeSpan duration) when Values.IsNumber(left) => Times.Scale(duration, left!, site),
        _ => Calculate(left, right, site, static (a, b) => checked(a * b), static (a, b) => a * b, static (a, b) => a * b),
    };

    public static object? Divide(object? left, object? right, Site site)
    {
        if (left is TimeSpan duration)
        {
            if (right is TimeSpan or string && Times.Duration(right, site) is var other) return other != TimeSpan.Zero ? duration / other : throw DividedByZero(site);
            return Times.Scale(duration, 1 / NotZero(ToDouble(Values.Number(right, site)), site), site);
        }
        RefuseZero(right, site);
        return Calculate(left, right, site, static (a, b) => a % b == 0 ? a / b : null, static (a, b) => a / b, static (a, b) => a / b);
    }

    public static object? Remainder(object? left, object? right, Site site)
    {
        RefuseZero(right, site);
        return Calculate(left, right, site, static (a, b) => b == -1 ? 0 : a % b, static (a, b) => a % b, static (a, b) => a % b);
    }

    public static object? Range(object? left, object? right, Site site)
    {
        var (from, to) = (Values.Whole(left, "an end of a range", site), Values.Whole(right, "an end of a range", site));
        var count = Math.Abs((decimal)to - from) + 1;
        if (count > Limits.Range) throw site.Fail($"the range has {count} numbers, more than {Limits.Range}");
        var step = from <= to ? 1 : -1;
        return Enumerable.Range(0, (int)count).Select(index => (object?)(from + (step * index))).ToList();
    }

    public static object? Negate(object? value, Site site) => value switch
    {
        TimeSpan duration => Times.Checked(() => -duration, site),
        long or double or decimal => Subtract(0L, value, site),
        _ => throw site.Fail($"{Values.Describe(value)} is not a number"),
    };

    public static object? Positive(object? value, Site site) => Values.IsNumber(value) || value is TimeSpan ? value : throw site.Fail($"{Values.Describe(value)} is not a number");

    public static double ToDouble(object number) => number switch { long whole => whole, decimal exact => (double)exact, _ => (double)number };

    /// <summary>Whole with whole stays whole where it can; decimal with anything is decimal; else fractions.</summary>
    private static object Calculate(object? left, object? right, Site site, Func<long, long, long?> whole, Func<double, double, double> real, Func<decimal, decimal, decimal> exact)
    {
        var (a, b) = (Values.Number(left, site), Values.Number(right, site));
        try
        {
            if (a is decimal || b is decimal) return exact(Convert.ToDecimal(a, null), Convert.ToDecimal(b, null));
            if (a is long x && b is long y && whole(x, y) is { } result) return result;
        }
        catch (OverflowException) when (a is decimal || b is decimal) { throw site.Fail("the result is out of range"); }
        catch (OverflowException) { } // a fraction, or too large for a whole number
        return real(ToDouble(a), ToDouble(b));
    }

    private static void RefuseZero(object? right, Site site) => NotZero(ToDouble(Values.Number(right, site)), site);
    private static double NotZero(double divisor, Site site) => divisor != 0 ? divisor : throw DividedByZero(site);
    private static IncidentToolsException DividedByZero(Site site) => site.Fail("something is divided by zero");
}
