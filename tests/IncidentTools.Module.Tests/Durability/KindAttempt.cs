using System.Text.Json;
using IncidentTools.Module.Tests.Outage;

namespace IncidentTools.Module.Tests.Durability;

/// <summary>A place for runs of <see cref="KindBooks"/>, one at a time: workspace, counters, and a store with an incident that each begins with.</summary>
internal sealed class KindLane
{
    public KindLane(string folder)
    {
        Folder = Directory.CreateDirectory(folder).FullName;
        OutageScripts.WritePeople(Workspace);
        var program = Path.Combine(Folder, "effect.sh");
        File.WriteAllText(program, KindBooks.Effect);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(Path.Combine(Workspace, "runbooks"));
        foreach (var (id, text) in KindBooks.All(Folder)) File.WriteAllText(Path.Combine(Workspace, "runbooks", id + ".yaml"), text);
        using var host = new ModuleHost();
        host.Run($"$PSDefaultParameterValues['*-*:Workspace'] = '{Workspace}'; $PSDefaultParameterValues['*-*:Store'] = '{Path.Combine(Folder, "ready.db")}'");
        host.Run("$null = Start-Incident 'Shop gives 502' -Impact 1 -Urgency 1 -NoPage; $null = Confirm-Incident 1; $null = Set-IncidentRole 1 -Role incident-commander -Contact ana; Disconnect-IncidentStore");
    }

    public string Folder { get; }
    public string Workspace => Path.Combine(Folder, "ops");
}

/// <summary>One run of a book on a lane, and what it left behind.</summary>
internal sealed class KindAttempt
{
    /// <summary>Probes, what may be repeated by its own word, and what fails: done at least once.</summary>
    private static readonly HashSet<string> Repeatable = ["look", "again", "bad"];
    /// <summary>What the runbook cannot ask: a person looks. Beside them the undos, of which nobody else knows.</summary>
    private static readonly HashSet<string> Unasked = ["effects/single", "effects/text", "people/two_do", "people/inner_do"];
    private readonly string _lane, _book;
    private readonly MortalRunner _runner;

    public KindAttempt(KindLane lane, KillAt kill, string book)
    {
        (_lane, _book) = (lane.Folder, book);
        var folder = Path.Combine(_lane, "attempt");
        foreach (var old in new[] { folder, PathOf("effects"), PathOf("kept") }) if (Directory.Exists(old)) Directory.Delete(old, recursive: true);
        foreach (var old in new[] { PathOf("tokens"), PathOf("died"), PathOf("ops", "messages.jsonl") }) File.Delete(old);
        foreach (var fresh in new[] { folder, PathOf("effects") }) Directory.CreateDirectory(fresh);
        _runner = new MortalRunner(kill, folder, lane.Workspace, KindScript.Text, _lane, book);
        File.Copy(PathOf("ready.db"), _runner.Store);
    }

    public int Count() => _runner.Count();
    public string[] Finish() => _runner.Finish();

    public bool Kill(KindPoint point)
    {
        if (point.Write is { } write) return _runner.Kill(write);
        var trap = PathOf($"die.{point.Moment}.{point.What}");
        File.WriteAllText(trap, "");
        var killed = _runner.Kill(KillPoint.Never);
        // it would kill whoever goes on
        File.Delete(trap);
        return killed;
    }

    /// <summary>The lines that each counter has.</summary>
    public Dictionary<string, string[]> Effects() => Directory.GetFiles(PathOf("effects")).ToDictionary(file => Path.GetFileName(file), File.ReadAllLines);

    /// <summary>At any time.</summary>
    public void NothingTwice()
    {
        foreach (var (name, paths) in Effects().Where(effect => !Repeatable.Contains(effect.Key)))
            Assert.True(paths.Distinct().Count() == paths.Length, $"{name} was done more than once: {string.Join(' ', paths)}");
    }

    /// <summary>At the end: the same states and effects as in a run that nobody killed.</summary>
    public void Compare(string[] expected, IReadOnlyDictionary<string, string[]> effects, string[] lines)
    {
        NothingTwice();
        Assert.Equal(expected, lines.Where(line => !line.StartsWith("doubt ", StringComparison.Ordinal)));
        static IEnumerable<string> Flat(IReadOnlyDictionary<string, string[]> counted) => counted.Where(effect => effect.Key != "tick").SelectMany(effect => effect.Value.Distinct().Select(path => $"{effect.Key} {path}")).Order(StringComparer.Ordinal);
        Assert.Equal(Flat(effects), Flat(Effects()));
        Assert.All(Doubts(lines), doubt => Assert.True(doubt.StartsWith("back_", StringComparison.Ordinal) || Unasked.Contains($"{_book}/{doubt}"), $"a person was asked about {doubt}"));
        if (_book != "effects") return;
        Assert.Single(Directory.GetDirectories(PathOf("kept")), folder => File.Exists(Path.Combine(folder, "SHA256SUMS")));
        var messages = File.ReadAllLines(PathOf("ops", "messages.jsonl")).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("id").GetString()).ToArray();
        Assert.Single(messages);
    }

    public static IReadOnlyList<string> Doubts(string[] lines) => [.. lines.Where(line => line.StartsWith("doubt ", StringComparison.Ordinal)).Select(line => line.Split(' ')[1]).Distinct()];

    /// <summary>The steps that asked a person for anything but what became of an effect.</summary>
    public string[] Questions() => [.. Asked().Select(words => words[1].Split('/')[^1].Split('#')[0]).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Every question to a person has one id, whoever reads it. The number of questions that were open when the runner died.</summary>
    public int Tokens()
    {
        var questions = Asked().GroupBy(words => words[1]).ToArray();
        Assert.All(questions, question => Assert.True(question.Select(words => words[3]).Distinct().Count() == 1, $"{question.Key} was asked under several ids"));
        return questions.Count(question => question.Select(words => words[0]).Distinct().Count() > 1);
    }

    /// <summary>Process, path, reason and id.</summary>
    private string[][] Asked() => File.Exists(PathOf("tokens")) ? [.. File.ReadAllLines(PathOf("tokens")).Select(line => line.Split(' ')).Where(words => words is [_, _, "Answer" or "Approval", _])] : [];

    private string PathOf(params string[] parts) => Path.Combine([_lane, .. parts]);
}
