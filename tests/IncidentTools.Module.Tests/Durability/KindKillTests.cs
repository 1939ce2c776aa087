using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using IncidentTools.Module.Tests.Outage;

namespace IncidentTools.Module.Tests.Durability;

/// <summary>
/// Every kind of step under SIGKILL: before, within and after the writes of the journal, from within the effect itself, and while a person is asked. Another runner goes on.
/// <c>INCIDENTTOOLS_TEST_KILLS=all</c> takes every point (some 700), a number repeats the choice that a run has printed.
/// </summary>
public sealed class KindKillTests(ITestOutputHelper output) : IDisposable
{
    private const int LaneCount = 4, Share = 20;
    private readonly string _folder = Directory.CreateTempSubdirectory("incidenttools-kinds-").FullName;
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private sealed record Whole(string Book, int Writes, string[] Lines, Dictionary<string, string[]> Effects, string[] Questions);

    [Fact]
    public async Task A_runner_killed_anywhere_in_any_kind_of_step_does_nothing_twice_and_asks_under_the_same_id()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "kills with SIGKILL, by a library that is loaded before others");
        var clock = Stopwatch.StartNew();
        var kill = KillAt.Compile(_folder);
        var lanes = Enumerable.Range(1, LaneCount).Select(number => new KindLane(Path.Combine(_folder, $"lane{number}"))).ToArray();
        var wholes = new ConcurrentDictionary<string, Whole>();
        await Lanes.RunAsync(lanes, KindBooks.Names, (lane, book) => wholes[book] = Run(lane, kill, book));

        var named = Environment.GetEnvironmentVariable("INCIDENTTOOLS_TEST_KILLS");
        var seed = int.TryParse(named, CultureInfo.InvariantCulture, out var given) ? given : Random.Shared.Next();
        var points = KindPoint.Choose(KindBooks.Names.Select(book => (book, wholes[book].Writes, (IEnumerable<string>)wholes[book].Effects.Keys, (IEnumerable<string>)wholes[book].Questions)), named == "all" ? null : new Random(seed), Share);
        output.WriteLine($"INCIDENTTOOLS_TEST_KILLS={(named == "all" ? named : seed.ToString(CultureInfo.InvariantCulture))}: {points.Count} points; writes of a run: {string.Join(", ", KindBooks.Names.Select(book => $"{book} {wholes[book].Writes}"))}");
        var (killed, doubts, tokens) = (new ConcurrentBag<KindPoint>(), new ConcurrentBag<string>(), 0);
        await Lanes.RunAsync(lanes, points, (lane, point) =>
        {
            var (attempt, whole) = (new KindAttempt(lane, kill, point.Book), wholes[point.Book]);
            if (attempt.Kill(point)) killed.Add(point);
            attempt.NothingTwice();
            var lines = attempt.Finish();
            foreach (var doubt in KindAttempt.Doubts(lines)) doubts.Add(doubt);
            attempt.Compare(whole.Lines, whole.Effects, lines);
            Interlocked.Add(ref tokens, attempt.Tokens());
        });
        string Counts<T>(IEnumerable<T> of) => string.Join(", ", of.GroupBy(item => $"{item}").OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => $"{group.Key} {group.Count()}"));
        output.WriteLine($"{killed.Count} runners were killed ({Counts(killed.Select(point => point.Kind))}; {Counts(killed.Select(point => point.Book))}); {tokens} open questions were met again under their id; a person was asked about {Counts(doubts)}; {clock.Elapsed.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)} s");
        Assert.Equal(points.Where(point => point.Write is null && !killed.Contains(point)), []);
        // what is done beside the main line, or at once, writes a little more or less often
        Assert.True(killed.Count >= points.Count * 9 / 10, $"only {killed.Count} of {points.Count} runners were killed");
        // each of those was read before and after
        Assert.True(tokens >= points.Count(point => point.Moment == "asked"), $"only {tokens} questions were met again");
    }

    private static Whole Run(KindLane lane, KillAt kill, string book)
    {
        var attempt = new KindAttempt(lane, kill, book);
        var (writes, lines, effects) = (attempt.Count(), attempt.Finish(), attempt.Effects());
        attempt.Compare(lines, effects, lines);
        Assert.Empty(KindAttempt.Doubts(lines));
        Assert.True(attempt.Tokens() == 0 && effects.Count > 0, $"{book}: nobody was there twice");
        string[] end = book switch { "back" or "stop" => ["RolledBack"], "side" => ["Failed"], _ => ["Succeeded"] };
        Assert.True(end.Contains(lines[0].Split(' ')[1]) && lines[^1] == "valid True", string.Join('\n', lines));
        return new Whole(book, writes, lines, effects, attempt.Questions());
    }
}
