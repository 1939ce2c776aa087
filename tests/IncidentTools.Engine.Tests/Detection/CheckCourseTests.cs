using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using IncidentTools.Engine.Detection;
using IncidentTools.Engine.Probes;

namespace IncidentTools.Engine.Tests.Detection;

/// <summary>Two of three, calm after three, damped when it comes back: against an oracle that knows only texts.</summary>
public sealed partial class CheckCourseTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 24, 3, 0, 0, TimeSpan.Zero);
    private static ProbeStatus Status(char letter) => letter switch { 'P' => ProbeStatus.Pass, 'W' => ProbeStatus.Warn, 'F' => ProbeStatus.Fail, 'E' => ProbeStatus.Error, _ => ProbeStatus.Skipped };

    /// <summary>The states after each result.</summary>
    private static string[] Course(string results)
    {
        CheckRow? row = null;
        var states = new List<string>();
        for (var index = 0; index < results.Length; index++)
        {
            // close together: what is forgotten because it is old has a test of its own
            row = CheckCourse.Next("c", row, Status(results[index]), "Word", Start.AddSeconds(index), 5, TimeSpan.FromMinutes(15));
            states.Add(row?.State ?? CheckRow.Good);
        }
        return [.. states];
    }

    [Theory]
    [InlineData("P", "Good")]
    [InlineData("F", "Good")]
    [InlineData("FF", "Bad")]
    [InlineData("FPF", "Bad")]
    [InlineData("FEF", "Bad")]
    [InlineData("FPPF", "Good")]
    [InlineData("FFPP", "Bad")]
    [InlineData("FFPPP", "Good")]
    [InlineData("FFPEP", "Bad")]
    [InlineData("FFEEEEEEEEEE", "Bad")]
    [InlineData("FFWWW", "Good")]
    [InlineData("FFPPPFFPPP", "Flapping")]
    [InlineData("FFPPPFFPPPPPPPPP", "Flapping")]
    [InlineData("FFPPPFFPPPPPPPPPP", "Good")]
    [InlineData("FFPPPFFPPPFFFFF", "Bad")]
    [InlineData("FPPFPPFPPF", "Flapping")]
    [InlineData("EEEE", "Good")]
    [InlineData("EEEEE", "Blind")]
    [InlineData("EEEEEP", "Good")]
    [InlineData("EEEEEF", "Blind")]
    [InlineData("EEEEEFF", "Bad")]
    [InlineData("PSSSP", "Good")]
    public void A_series_ends_in_its_state(string results, string state) => Assert.Equal(state, Course(results)[^1]);

    [Fact]
    public void A_check_that_is_well_has_no_row_and_one_in_a_steady_state_does_not_change()
    {
        CheckRow? row = null;
        for (var index = 0; index < 20; index++) Assert.Null(row = CheckCourse.Next("c", row, ProbeStatus.Pass, null, Start.AddMinutes(index), 5, TimeSpan.FromMinutes(15)));
        for (var index = 0; index < 12; index++) row = CheckCourse.Next("c", row, ProbeStatus.Fail, "Word", Start.AddMinutes(20 + index), 5, TimeSpan.FromMinutes(15));
        Assert.Same(row, CheckCourse.Next("c", row, ProbeStatus.Fail, "Word", Start.AddDays(2), 5, TimeSpan.FromMinutes(15)));
        Assert.Equal(Start.AddMinutes(21), row!.Since);
    }

    [Fact]
    public void What_was_seen_long_ago_confirms_nothing()
    {
        var row = CheckCourse.Next("c", null, ProbeStatus.Fail, "Word", Start, 5, TimeSpan.FromMinutes(15));
        row = CheckCourse.Next("c", row, ProbeStatus.Pass, null, Start.AddMinutes(1), 5, TimeSpan.FromMinutes(15));
        Assert.Equal(CheckRow.Good, CheckCourse.Next("c", row, ProbeStatus.Fail, "Word", Start.AddHours(3), 5, TimeSpan.FromMinutes(15))!.State);
    }

    [Fact]
    public void Every_series_goes_as_the_oracle_says()
    {
        var letters = Gen.Frequency((6, Gen.Constant('P')), (5, Gen.Constant('F')), (2, Gen.Constant('E')), (1, Gen.Constant('W')), (1, Gen.Constant('S')));
        // bursts, so that steady stretches are among them
        var series = (from letter in letters from count in Gen.Choose(1, 7) select new string(letter, count)).ListOf().Select(parts => string.Concat(parts));
        Prop.ForAll(series.ToArbitrary(), text => Oracle(text).SequenceEqual(Course(text))).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Fact]
    public void However_it_flaps_it_opens_and_recovers_a_bounded_number_of_times()
    {
        var letters = Gen.Elements('P', 'P', 'F', 'F', 'E');
        Prop.ForAll(letters.ListOf(200).Select(list => string.Concat(list)).ToArbitrary(), text =>
        {
            var states = Course(text);
            var changes = states.Zip(states.Skip(1)).Count(pair => pair.First != pair.Second);
            // after a second recovery within ten results it takes ten good ones, or five bad ones, to move again
            return changes <= (text.Length / 4) + 2 && states.Select((state, index) => (state, index)).All(item => item.state != CheckRow.Good || item.index == 0 || states[item.index - 1] != CheckRow.Flapping || text[(item.index - 9)..(item.index + 1)].All(letter => letter is 'P' or 'W'));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    /// <summary>The rules once more, written as patterns over the text of what was seen.</summary>
    private static IEnumerable<string> Oracle(string results)
    {
        var (state, kept, any) = ("Good", "", false);
        foreach (var letter in results)
        {
            if (letter != 'S')
            {
                kept = any ? kept + letter : $"{letter}";
                if (kept.Length > 10) kept = kept[1..];
                state = state switch
                {
                    "Bad" => !Calm().IsMatch(kept) ? "Bad" : Returns().Count(kept) >= 2 ? "Flapping" : "Good",
                    "Flapping" => AllGood().IsMatch(kept) ? "Good" : Steady().IsMatch(kept) ? "Bad" : "Flapping",
                    _ => TwoOfThree().IsMatch(kept) ? "Bad" : kept.Split('F').Length > 4 ? "Flapping" : kept.EndsWith("EEEEE", StringComparison.Ordinal) || (state == "Blind" && (letter is 'F' or 'E')) ? "Blind" : "Good",
                };
                // a row that says nothing but good is forgotten
                any = !(state == "Good" && !kept.Contains('F', StringComparison.Ordinal) && !kept.Contains('E', StringComparison.Ordinal));
            }
            yield return state;
        }
    }

    [GeneratedRegex("[PW]{3}$")] private static partial Regex Calm();
    [GeneratedRegex("F[^F]*?[PW]{3}")] private static partial Regex Returns();
    [GeneratedRegex("^[PW]{10}$")] private static partial Regex AllGood();
    [GeneratedRegex("^.{5}F{5}$")] private static partial Regex Steady();
    [GeneratedRegex("FF.?$|F.F$")] private static partial Regex TwoOfThree();
}
