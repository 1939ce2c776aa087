using System.Net;
using IncidentTools.Engine.Tests.Actions.Security;
using IncidentTools.Module.Tests.Outage;

namespace IncidentTools.Module.Tests.Breach;

/// <summary>A planted intrusion handled with the shipped runbook: network really cut, files really moved, accounts really locked, evidence really sealed.</summary>
public sealed class BreachTests : IDisposable
{
    private readonly ModuleHost _host = new();
    public void Dispose() => _host.Dispose();

    private BreachScene Scene(NetworkSpaces? spaces = null, bool quick = true) => new(Path.Combine(_host.Folder, "scene"), spaces?.Victim, NetworkSpaces.Responder, quick);

    private BreachRun Begin(BreachScene scene)
    {
        var run = new BreachRun(_host, scene);
        run.Declare();
        scene.Record(_host);
        return run;
    }

    [Fact]
    public void An_intruder_is_cut_off_evidence_is_sealed_and_everything_comes_back_clean()
    {
        using var spaces = new NetworkSpaces();
        var scene = Scene(spaces, quick: false);
        using var web = NetworkSpaces.Listen(spaces.Victim, "0.0.0.0");
        var port = ((IPEndPoint)web.LocalEndpoint).Port;
        var (near, far) = (new IPEndPoint(IPAddress.Parse(NetworkSpaces.VictimToResponder), port), new IPEndPoint(IPAddress.Parse(NetworkSpaces.VictimToStranger), port));
        var run = Begin(scene);
        scene.PlantShell();
        scene.ChangeFile();
        scene.PlantAccount();
        scene.PlantJob();
        scene.PlantGuesses(20, success: true);
        run.Hands["persistence_out"] = () => File.Delete(scene.PathOf("root", "etc", "cron.d", "update"));
        run.Hands["close_entry"] = scene.Release;
        run.Hands["scope"] = () =>
        {
            Assert.False(NetworkSpaces.Reaches(spaces.Far, far), "the stranger still gets in");
            Assert.True(NetworkSpaces.Reaches(spaces.Near, near), "the responder is cut off");
            // evidence first: nothing of it was touched yet
            Assert.True(File.Exists(scene.Shell));
        };
        run.Hands["rotate"] = () => Assert.False(File.Exists(scene.Shell), "the shell is still there");
        var ended = run.To();
        Assert.True(ended.State == "Succeeded", $"{ended.State} at {ended.Step}: {ended.Message}");
        Assert.Equal("web-shell", run.Value("findings", "found"));
        Assert.Equal(("SuccessAfterFailures", "NewAccount", "NewPersistence"), (run.Step("logons").Error, run.Step("accounts").Error, run.Step("persistence").Error));
        Assert.True(NetworkSpaces.Reaches(spaces.Far, far), "the isolation did not end");
        Assert.Contains("support:!", File.ReadAllText(scene.PathOf("root", "etc", "shadow")), StringComparison.Ordinal);
        Assert.Single(scene.Quarantined);
        Assert.Equal(("Succeeded", 1), (run.Step("verify_evidence").State, run.Step("verify_web").Visit));
        var evidence = (string)run.Value("seal", "folder")!;
        var manifest = File.ReadAllText(Directory.GetFiles(evidence, "manifest.json", SearchOption.AllDirectories)[0]);
        Assert.Contains("\"profiles\":[\"linux-volatile\",\"web\"]", manifest, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(scene.PathOf("copy"), Path.GetFileName(evidence), "SEAL.sha256")));
        Assert.True(_host.Run<bool>("Test-IncidentJournal -Deep -Quiet"));
    }

    [Fact]
    public void A_shell_that_comes_back_is_found_by_the_verification_and_the_second_cleaning_holds()
    {
        var scene = Scene();
        var run = Begin(scene);
        scene.PlantShell();
        scene.PlantJob();
        run.Answers["first_look"] = "-Value @{ verdict = 'confirmed'; kind = 'intrusion'; active = 'no' }";
        run.Hands["close_entry"] = scene.PlantShell; // the job that nobody removed
        run.Hands["clean_again"] = () => File.Delete(scene.PathOf("root", "etc", "cron.d", "update"));
        var ended = run.To();
        Assert.True(ended.State == "Succeeded", $"{ended.State} at {ended.Step}: {ended.Message}");
        Assert.Equal((2, 1, 2), (run.Step("verify_web").Visit, run.Step("choose").Visit, scene.Quarantined.Length));
        Assert.Equal(("Succeeded", "Succeeded"), (run.Step("quarantine_again").State, run.Step("verify_persistence").State));
    }

    [Fact]
    public void When_it_turns_out_to_be_none_isolation_quarantine_and_lock_are_taken_back_exactly()
    {
        using var spaces = new NetworkSpaces();
        var scene = Scene(spaces);
        using var web = NetworkSpaces.Listen(spaces.Victim, "0.0.0.0");
        var far = new IPEndPoint(IPAddress.Parse(NetworkSpaces.VictimToStranger), ((IPEndPoint)web.LocalEndpoint).Port);
        var rules = NetworkSpaces.Nft(spaces.Victim, "list", "ruleset");
        var run = Begin(scene);
        scene.PlantShell();
        scene.PlantAccount();
        var (shadow, mode, written) = (File.ReadAllText(scene.PathOf("root", "etc", "shadow")), Mode(scene.Shell), File.GetLastWriteTimeUtc(scene.Shell));
        run.Answers["rotate"] = "-Value @{ open_rows = 1 }";
        run.Answers["choose"] = "-Outcome take-back";
        run.Hands["choose"] = () =>
        {
            Assert.False(File.Exists(scene.Shell) || NetworkSpaces.Reaches(spaces.Far, far));
            Assert.NotEqual(shadow, File.ReadAllText(scene.PathOf("root", "etc", "shadow")));
        };
        var ended = run.To();
        Assert.True(ended.State == "RolledBack", $"{ended.State} at {ended.Step}: {ended.Message}");
        Assert.Equal((mode, written, shadow), (Mode(scene.Shell), File.GetLastWriteTimeUtc(scene.Shell), File.ReadAllText(scene.PathOf("root", "etc", "shadow"))));
        Assert.True(NetworkSpaces.Reaches(spaces.Far, far));
        Assert.Equal(rules, NetworkSpaces.Nft(spaces.Victim, "list", "ruleset"));
        Assert.Empty(scene.Quarantined);
    }

    /// <summary>The runner is killed in the middle of its evidence; another session goes on and nothing is done twice.</summary>
    [Fact]
    public void A_runner_killed_while_it_takes_evidence_is_resumed_and_nothing_is_done_twice()
    {
        var scene = Scene(quick: false);
        var kill = KillAt.Compile(_host.Folder);
        var run = Begin(scene);
        scene.PlantShell();
        _host.Run("Disconnect-IncidentStore");
        var mortal = new MortalRunner(kill, _host.Folder, scene.Workspace, BreachScript.Text);
        mortal.KillWhen(() => Directory.Exists(Path.Combine(_host.Folder, "evidence")) && Directory.GetDirectories(Path.Combine(_host.Folder, "evidence"), "evidence-*", SearchOption.AllDirectories).Length > 0);
        var lines = mortal.Finish();
        Assert.StartsWith("run Succeeded", lines[^2], StringComparison.Ordinal);
        Assert.Equal("valid True", lines[^1]);
        Assert.Single(scene.Quarantined);
        // the collection that was cut off stays as it is, beside the whole one
        var collections = Directory.GetDirectories(Path.Combine(_host.Folder, "evidence"), "evidence-*", SearchOption.AllDirectories);
        Assert.Single(collections, folder => File.Exists(Path.Combine(folder, "SHA256SUMS")));
        Assert.False(File.Exists(scene.Shell));
    }

    public static TheoryData<string, string> Faults => new()
    {
        { "nothing", "nothing" }, { "shell", "web-shell" }, { "account", "account" }, { "job", "persistence" }, { "guessed", "logon" }, { "guesses", "attempts-only" }, { "changed", "changed-files" }, { "access", "indicator" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Each_planted_fault_is_named_as_what_it_is(string fault, string named)
    {
        var scene = Scene();
        var run = Begin(scene);
        run.Answers["first_look"] = "-Value @{ verdict = 'suspected'; kind = 'intrusion'; active = 'no' }";
        Action plant = fault switch
        {
            "shell" => scene.PlantShell, "account" => scene.PlantAccount, "job" => scene.PlantJob, "guessed" => () => scene.PlantGuesses(20, success: true), "guesses" => () => scene.PlantGuesses(20, success: false),
            "changed" => scene.ChangeFile, "access" => scene.PlantAccess, _ => () => { },
        };
        plant();
        Assert.Equal("scope", run.To("scope").Step);
        Assert.Equal(named, run.Value("findings", "found"));
    }

    private static UnixFileMode Mode(string file) => OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(file);
}
