using System.Globalization;
using System.Text;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Probes.Services;

namespace IncidentTools.Engine.Probes.Hosts;

/// <param name="Name">As Windows gives it: <c>\\WEB1\PhysicalDisk(0 C:)\% Idle Time</c>.</param>
/// <param name="Values">One a sample; null = the counter had no value then.</param>
internal sealed record CounterColumn(string Name, IReadOnlyList<double?> Values)
{
    public double? Last => Values.LastOrDefault(value => value is not null);
    /// <summary>What stands in the brackets: <c>0 C:</c>.</summary>
    public string Instance => Name.IndexOf('(', StringComparison.Ordinal) is var open and >= 0 && Name.LastIndexOf(')') is var close && close > open ? Name[(open + 1)..close] : "";
    public bool Is(string counter) => Name.EndsWith('\\' + counter, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Windows' performance counters through its own program. Their names are English ones: on a Windows of another language it says so and nothing is known.</summary>
internal static class Typeperf
{
    private static readonly TimeSpan Spare = TimeSpan.FromSeconds(20);

    public static async Task<IReadOnlyList<CounterColumn>> AskAsync(ProbeContext context, IReadOnlyList<string> counters, int samples, CancellationToken cancellation)
    {
        var result = await ManagerProgram.AskAsync(context.Processes, "typeperf", [.. counters, "-si", "1", "-sc", samples.ToString(CultureInfo.InvariantCulture)], TimeSpan.FromSeconds(samples) + Spare, cancellation).ConfigureAwait(false);
        var columns = Parse(result.Output);
        return columns.Count > 0 ? columns : throw new CannotCheckException(ProbeErrors.NotSupported, $"typeperf knows none of these counters here (their names are English): {CommandText.Quote([.. counters])}: {Say.Cut((result.ErrorOutput + result.Output).Trim())}");
    }

    /// <summary>A line of names and a line of values a sample, as CSV; what stands around them is for people.</summary>
    internal static IReadOnlyList<CounterColumn> Parse(string output)
    {
        var lines = output.Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.StartsWith('"')).Select(Fields).ToList();
        if (lines.Count < 2 || !lines[0][0].StartsWith("(PDH-CSV", StringComparison.Ordinal)) return [];
        var rows = lines.Skip(1).Where(row => row.Count == lines[0].Count).ToList();
        return rows.Count == 0 ? [] : [.. Enumerable.Range(1, lines[0].Count - 1).Select(index => new CounterColumn(lines[0][index], [.. rows.Select(row => Number(row[index]))]))];
    }

    /// <summary>A point or, by the system's language, a comma; -1 and a blank stand for no value.</summary>
    private static double? Number(string text) => double.TryParse(text.Trim().Replace(',', '.'), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= 0 ? value : null;

    private static List<string> Fields(string line)
    {
        var (fields, field, quoted) = (new List<string>(), new StringBuilder(), false);
        foreach (var letter in line)
            if (letter == '"') quoted = !quoted;
            else if (letter == ',' && !quoted) { fields.Add(field.ToString()); field.Clear(); }
            else field.Append(letter);
        fields.Add(field.ToString());
        return fields;
    }
}
