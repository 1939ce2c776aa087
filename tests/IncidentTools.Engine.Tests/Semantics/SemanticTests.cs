using System.Globalization;
using System.Text;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Journal;

namespace IncidentTools.Engine.Tests.Semantics;

/// <summary>"Exact semantics" of the runbook format as a table: one small runbook each, with the order, states, journal and exit that must come of it.</summary>
public sealed class SemanticTests
{
    public static IEnumerable<TheoryDataRow<string>> Names => SemanticCase.All.Select(item => new TheoryDataRow<string>($"{item.File} {item.Name}") { TestDisplayName = $"{item.File[..^5]}: {item.Name}" });
    private static readonly Dictionary<string, SemanticCase> Cases = SemanticCase.All.ToDictionary(item => $"{item.File} {item.Name}");

    [Theory, MemberData(nameof(Names))]
    public void Case(string name)
    {
        var of = Cases[name];
        if (of.Has("findings"))
        {
            using var world = new SemanticWorld(of);
            Report(of, [.. Compare("findings", of.List("findings"), [.. world.Findings(of.Runbook).Where(finding => finding.Severity == DiagnosticSeverity.Error).Select(finding => finding.Code)])]);
            return;
        }
        int appends;
        using (var play = new SemanticPlay(of))
        {
            Report(of, Judge(of, play, whole: true));
            appends = play.Appends;
        }
        if (of.Text("everywhere") != "true") return;
        Assert.InRange(appends, 2, 200);
        for (var at = 1; at <= appends; at++)
        {
            foreach (var after in new[] { false, true })
            {
                using var play = new SemanticPlay(of, at, after);
                Report(of, Judge(of, play, whole: false), $"the power failed {(after ? "after" : "before")} append {at} of {appends}\n");
            }
        }
    }

    [Fact]
    public void The_table_is_as_long_as_it_claims() => Assert.InRange(SemanticCase.All.Count, 380, int.MaxValue);

    /// <param name="whole">Also what differs when a machine died in between: looks, checks, the journal.</param>
    private static List<string> Judge(SemanticCase of, SemanticPlay play, bool whole)
    {
        try { play.Play(); }
        catch (Exception error) when (error is not OutOfMemoryException) { return [.. play.Wrong, $"{error}"]; }
        var wrong = play.Wrong;
        if (!play.HasRun) return wrong;
        var runs = play.World.Session("reader");
        var (run, steps, entries) = (runs.Get(play.Run), runs.Steps(play.Run).Where(step => step.Path.Length > 0).ToList(), play.Entries());
        var log = play.World.Script.Log.Where(word => whole || word[0] is not ('?' or '~')).ToList();
        var order = of.List("order").Where(word => whole || word[0] is not ('?' or '~')).ToList();
        if (of.Has("order")) wrong.AddRange(Compare("order", order, log));
        if (of.Has("did")) wrong.AddRange(Compare("did", [.. of.List("did").Where(word => whole || word[0] is not ('?' or '~')).Order(StringComparer.Ordinal)], [.. log.Order(StringComparer.Ordinal)]));
        foreach (var (key, actual) in new[] { ("state", run.State), ("reason", run.WaitReason ?? "-"), ("exit", run.ExitCode.ToString(CultureInfo.InvariantCulture)) })
            if (of.Text(key) is { } expected && expected != actual) wrong.AddRange(Compare(key, [expected], [actual]));
        if (of.Text("message") is { } message && !run.Message.Contains(message, StringComparison.Ordinal)) wrong.AddRange(Compare("message", [message], [run.Message]));
        if (of.Has("steps")) wrong.AddRange(Steps(of, steps));
        if (of.Has("errors")) wrong.AddRange(Compare("errors", of.List("errors"), [.. steps.Where(step => step.Error is not null).Select(step => $"{step.Path} {step.Error}")]));
        foreach (var (path, expected) in of.Plain("says"))
            if (steps.FirstOrDefault(step => step.Path == path)?.Message is var said && said?.Contains((string)expected!, StringComparison.Ordinal) != true) wrong.AddRange(Compare($"message of {path}", [(string)expected!], [said ?? ""]));
        foreach (var (path, expected) in of.Plain("values"))
            if (Json(steps.FirstOrDefault(step => step.Path == path)?.Value) is var actual && Json(expected) != actual) wrong.AddRange(Compare($"value of {path}", [Json(expected)], [actual]));
        foreach (var (path, expected) in of.Plain("outputs"))
            if (Json(steps.FirstOrDefault(step => step.Path == path)?.Detail.GetValueOrDefault("outputs")) is var actual && Json(expected) != actual) wrong.AddRange(Compare($"outputs of {path}", [Json(expected)], [actual]));
        if (whole) wrong.AddRange(Journal(of, [.. entries.Select(SemanticJournal.Line)]));
        wrong.AddRange(Truth(play, run, entries));
        return wrong;
    }

    /// <summary>In the order of entering; steps that go on side by side by their paths.</summary>
    private static IEnumerable<string> Steps(SemanticCase of, List<RunbookStep> steps)
    {
        var (expected, actual) = (of.List("steps").ToList(), steps.ConvertAll(step => $"{step.Path} {step.State}"));
        if (actual.Exists(line => line.LastIndexOf('/') > 0))
        {
            expected.Sort(StringComparer.Ordinal);
            actual.Sort(StringComparer.Ordinal);
        }
        return Compare("steps", expected, actual);
    }

    private static IEnumerable<string> Journal(SemanticCase of, List<string> lines)
    {
        if (of.Has("exactly")) foreach (var line in Compare("journal", of.List("exactly"), lines)) yield return line;
        var at = 0;
        foreach (var expected in of.List("journal"))
        {
            var found = lines.FindIndex(at, line => SemanticJournal.Fits(line, expected));
            if (found < 0)
            {
                foreach (var line in Compare($"journal, which has no '{expected}' in its place", of.List("journal"), lines)) yield return line;
                yield break;
            }
            at = found + 1;
        }
        foreach (var never in of.List("never"))
            if (lines.Exists(line => SemanticJournal.Fits(line, never))) yield return $"never '{never}', but the journal has it:\n    {string.Join("\n    ", lines)}";
    }

    /// <summary>What holds of every run: the journal alone gives the state, and what is stored beside it is what it gives.</summary>
    private static IEnumerable<string> Truth(SemanticPlay play, RunbookRun run, IReadOnlyList<Entry> entries)
    {
        using var store = play.World.Store("reader");
        foreach (var (projection, key) in store.ProjectionDifferences()) yield return $"the projection {projection} of {key} is not what the journal gives";
        var state = play.Fold();
        if (state.Ended is not null && state.State != run.State) yield return $"folded it is {state.State}, stored {run.State}";
        if (state.Ended is not null && state.Unfinished.Any()) yield return $"it ended {state.State}, and {string.Join(", ", state.Unfinished.Select(visit => visit.Path))} did not";
        if (entries.Count(entry => entry.Data is RunEnded) > 1 + entries.Count(entry => entry.Data is RunReopened)) yield return "it ended twice";
        foreach (var twice in entries.Select(entry => entry.Data).OfType<StepFinished>().GroupBy(finished => finished.Path).Where(group => group.Count() > 1)) yield return $"{twice.Key} finished {twice.Count()} times";
    }

    private static string Json(object? value) => CanonicalJson.Canonicalize(PlainJson.Write(value));

    private static IEnumerable<string> Compare(string what, IReadOnlyList<string> expected, IReadOnlyList<string> actual)
    {
        if (expected.SequenceEqual(actual)) yield break;
        var text = new StringBuilder(what).AppendLine(":");
        var width = Math.Max(8, expected.Select(line => line.Length).DefaultIfEmpty().Max());
        text.AppendLine(CultureInfo.InvariantCulture, $"      {"expected".PadRight(width)} | actual");
        for (var row = 0; row < Math.Max(expected.Count, actual.Count); row++)
        {
            var (left, right) = (row < expected.Count ? expected[row] : "", row < actual.Count ? actual[row] : "");
            text.AppendLine(CultureInfo.InvariantCulture, $"    {(left == right ? " " : "*")} {left.PadRight(width)} | {right}");
        }
        yield return text.ToString().TrimEnd();
    }

    private static void Report(SemanticCase of, List<string> wrong, string about = "")
    {
        if (wrong.Count > 0) Assert.Fail($"{of.Place}: {of.Name}\n{about}  {string.Join("\n  ", wrong)}");
    }
}
