using IncidentTools.Engine.Probes;

namespace IncidentTools.Engine.Detection;

/// <summary>Where a check stands. One that is simply well has no row: a system that is well writes nothing.</summary>
/// <param name="Recent">The last results, oldest first: P pass, W warn, F fail, E could not check.</param>
/// <param name="State">Good, Bad, Flapping or Blind.</param>
/// <param name="Since">When it came to this state.</param>
/// <param name="At">When a result last changed this row.</param>
/// <param name="Word">The stable word of the last failure.</param>
public sealed record CheckRow(string Check, string Recent, string State, DateTimeOffset Since, DateTimeOffset At, string? Word)
{
    public const string Good = "Good", Bad = "Bad", Flapping = "Flapping", Blind = "Blind";

    /// <summary>Whether it counts as failing.</summary>
    public bool IsFailing => State is Bad or Flapping;
    /// <summary>Failed last and is not confirmed.</summary>
    public bool IsSuspect => !IsFailing && Recent.EndsWith('F');
}

/// <summary>
/// From one result to the next. Bad when two of the last three failed; well again after three good ones in a row; one that came back a second time
/// within the results kept, or fails four of ten without ever being confirmed, comes and goes (Flapping) and is left alone until all ten are good.
/// Could-not-check is neither: it confirms nothing, and it never makes anything well. Pure.
/// </summary>
internal static class CheckCourse
{
    public const int Kept = 10, OfLast = 3, Confirming = 2, Calming = 3, Unsteady = 4;

    /// <summary>The row after a result; null when there is nothing left to remember.</summary>
    /// <param name="stale">Results this much older than the new one say nothing any more, unless they were all the same.</param>
    public static CheckRow? Next(string check, CheckRow? row, ProbeStatus status, string? word, DateTimeOffset now, int blindAfter, TimeSpan stale)
    {
        if (Letter(status) is not { } letter) return row;
        var before = row is null || (now - row.At > stale && row.Recent.Distinct().Skip(1).Any()) ? "" : row.Recent;
        var recent = before + letter;
        if (recent.Length > Kept) recent = recent[^Kept..];
        var was = row?.State ?? CheckRow.Good;
        var state = State(was, recent, blindAfter);
        if (state == CheckRow.Good && recent.All(IsGood)) return null;
        if (row is not null && state == was && recent == row.Recent && (letter != 'F' || word == row.Word)) return row;
        return new CheckRow(check, recent, state, state == was && row is not null ? row.Since : now, now, letter is 'F' or 'E' ? word : row?.Word);
    }

    private static string State(string was, string recent, int blindAfter)
    {
        var last = recent.Length > OfLast ? recent[^OfLast..] : recent;
        switch (was)
        {
            case CheckRow.Bad:
                if (last.Length < Calming || !last.All(IsGood)) return CheckRow.Bad;
                return Recoveries(recent) > 1 ? CheckRow.Flapping : CheckRow.Good;
            case CheckRow.Flapping:
                if (recent.Length == Kept && recent.All(IsGood)) return CheckRow.Good;
                return recent.Length == Kept && recent[^(Kept / 2)..].All(letter => letter == 'F') ? CheckRow.Bad : CheckRow.Flapping;
            default:
                if (last.Count(letter => letter == 'F') >= Confirming) return CheckRow.Bad;
                if (recent.Count(letter => letter == 'F') >= Unsteady) return CheckRow.Flapping;
                if (recent.Length >= blindAfter && recent[^blindAfter..].All(letter => letter == 'E')) return CheckRow.Blind;
                return was == CheckRow.Blind && !IsGood(recent[^1]) ? CheckRow.Blind : CheckRow.Good;
        }
    }

    /// <summary>How often in these results it became well again after a failure.</summary>
    private static int Recoveries(string recent)
    {
        var (count, good, failed) = (0, 0, false);
        foreach (var letter in recent)
        {
            good = IsGood(letter) ? good + 1 : 0;
            if (letter == 'F') failed = true;
            if (!failed || good != Calming) continue;
            count++;
            failed = false;
        }
        return count;
    }

    private static bool IsGood(char letter) => letter is 'P' or 'W';

    private static char? Letter(ProbeStatus status) => status switch { ProbeStatus.Pass => 'P', ProbeStatus.Warn => 'W', ProbeStatus.Fail => 'F', ProbeStatus.Error => 'E', _ => null };
}
