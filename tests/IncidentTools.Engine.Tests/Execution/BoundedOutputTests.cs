using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using IncidentTools.Engine.Execution;

namespace IncidentTools.Engine.Tests.Execution;

public sealed class BoundedOutputTests
{
    private static BoundedOutput Write(int maxLines, int maxBytes, IEnumerable<string> parts)
    {
        var output = new BoundedOutput(maxLines, maxBytes);
        foreach (var part in parts) output.Write(Encoding.UTF8.GetBytes(part));
        return output;
    }

    [Fact]
    public void Whatever_fits_comes_back_however_it_was_cut_into_pieces() => Prop.ForAll(
        Gen.Elements("a", "\n", "äb", "漢", "🚒\n", "line\n").ListOf().ToArbitrary(),
        parts => Write(1000, 1 << 20, parts).ToString() == string.Concat(parts)).QuickCheckThrowOnFailure();

    [Fact]
    public void Bounds_hold_and_beginning_and_end_stay() => Prop.ForAll(
        Gen.Elements("a", "bb\n", "äb", "漢", "🚒\n", "a longer line\n", "\n").ListOf(200).ToArbitrary(), Gen.Choose(2, 20).ToArbitrary(), Gen.Choose(16, 200).ToArbitrary(),
        (parts, lines, bytes) =>
        {
            var output = Write(lines, bytes, parts);
            var (text, whole) = (output.ToString(), string.Concat(parts));
            if (!output.Truncated) return text == whole;
            var at = text.IndexOf("[… ", StringComparison.Ordinal);
            var head = text[..at];
            var tail = text[(text.IndexOf("left out …]\n", StringComparison.Ordinal) + 12)..];
            var count = long.Parse(text[(at + 3)..text.IndexOf(" bytes", StringComparison.Ordinal)], CultureInfo.InvariantCulture);
            var kept = Encoding.UTF8.GetByteCount(text[..at]) + Encoding.UTF8.GetByteCount(tail);
            return (whole.StartsWith(head, StringComparison.Ordinal) || whole.StartsWith(head.TrimEnd('\n'), StringComparison.Ordinal)) && whole.EndsWith(tail, StringComparison.Ordinal)
                && kept <= bytes + 1 && head.Count(c => c == '\n') + tail.TrimEnd('\n').Split('\n').Length <= lines + 2
                && count + kept - Encoding.UTF8.GetByteCount(whole) is 0 or 1 && !text.Contains('\uFFFD', StringComparison.Ordinal);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_single_endless_line_is_cut_between_characters()
    {
        var output = Write(10, 100, [.. Enumerable.Repeat("漢", 1000)]);
        Assert.True(output.Truncated);
        Assert.DoesNotContain('\uFFFD', output.ToString());
        Assert.StartsWith("漢漢", output.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("漢漢", output.ToString(), StringComparison.Ordinal);
    }
}
