using System.Security.Cryptography;

namespace IncidentTools.Module.Tests.Outage;

/// <summary>A real 502 handled with the shipped runbook, and what happens when it is another fault or the commander says no.</summary>
public sealed class OutageTests : IDisposable
{
    private readonly ModuleHost _host = new();
    private NginxOutage? _outage;

    public void Dispose()
    {
        _outage?.Dispose();
        _host.Dispose();
    }

    [Fact]
    public void A_stopped_upstream_is_told_from_its_proxy_restarted_once_approved_and_verified()
    {
        var outage = Given(quick: false);
        outage.Control("upstream", "stop");
        Assert.Equal(502, outage.Status());
        var run = Declare();
        Assert.Equal(("Waiting", "Answer", "findings"), (run.State, run.WaitReason, run.Step));
        Assert.Equal(("Failed", 502L), (Step("look").State, Value("look", "status")));
        Assert.Equal("Succeeded", Step("port").State); // the proxy listens
        Assert.Equal(("Failed", "ConnectionRefused"), (Step("upstream").State, Step("upstream").Error));
        Assert.Equal(("Failed", "Succeeded"), (Step("state").State, Step("disk").State));
        Assert.Contains("upstream_refused", Step("errors").Message + string.Join(' ', Step("errors").Detail.Keys) + Text("errors"), StringComparison.Ordinal);

        run = Answer("findings", "-Value @{ intruder = 'no'; changed = 'no' }");
        Assert.Equal("process", Value("cause", "cause"));
        Assert.Equal(("Waiting", "Approval", "drain"), (run.State, run.WaitReason, run.Step));
        Assert.Empty(outage.Balancer);
        run = Approve("drain");
        Assert.Equal(("Waiting", "Approval", "restart"), (run.State, run.WaitReason, run.Step));
        Assert.Contains($"{outage.PathOf("ctl.sh")} upstream restart", Step("restart").Prompt, StringComparison.Ordinal);
        Assert.Equal((0, "drain", 502), (outage.Restarts, Assert.Single(outage.Balancer), outage.Status()));

        run = Approve("restart");
        Assert.Equal("recover", run.Step);
        Assert.Equal((1, 200), (outage.Restarts, outage.Status()));
        Assert.Equal(["drain", "undrain"], outage.Balancer);
        Assert.Equal(("Succeeded", "Succeeded", "Succeeded"), (Step("verify").State, Step("verify_again").State, Step("verify_state").State));
        Assert.Equal("Succeeded", Answer("recover", "-Note 'nothing temporary'").State);
        Kept((string)Value("keep", "folder")!);
        Assert.Contains("lb.sh undrain", Step("drain").Undo, StringComparison.Ordinal);
        Assert.Contains("cannot be taken back", Step("restart").Undo, StringComparison.Ordinal);
        Assert.Equal("UndoByHand", _host.ErrorId("Undo-RunbookStep restart -Run $run"));
        _host.Run("Undo-RunbookStep drain -Run $run");
        Assert.Equal("Undone", Step("drain").State);
        Assert.Equal(["drain", "undrain", "undrain"], outage.Balancer);
        Assert.Equal(1, outage.Restarts);
        Assert.True(_host.Run<bool>("Test-IncidentJournal -Deep -Quiet"));
    }

    [Fact]
    public void A_stopped_proxy_in_front_of_a_living_upstream_is_named_and_the_upstream_is_left_alone()
    {
        var outage = Given(quick: true);
        outage.Control("proxy", "stop");
        Assert.Null(outage.Status());
        Declare();
        Assert.Equal(("Failed", "ConnectionRefused"), (Step("port").State, Step("port").Error));
        Assert.Equal(("Succeeded", "Succeeded"), (Step("upstream").State, Step("state").State));
        var run = Answer("findings", "-Value @{ intruder = 'no'; changed = 'no' }");
        Assert.Equal("proxy", Value("cause", "cause"));
        // nothing runs that could be reloaded, so the people choose
        Assert.Equal(("choose", "Failed", "Pending"), (run.Step, Step("reload").State, Step("restart").State));
        outage.Control("proxy", "start");
        Assert.Equal("recover", Answer("choose", "-Outcome reload").Step);
        Assert.Equal(("Succeeded", 2), (Step("reload").State, Step("reload").Visit));
        Assert.Equal("Succeeded", Answer("recover").State);
        Assert.Equal((0, 200), (outage.Restarts, outage.Status()));
        Assert.Empty(outage.Balancer);
    }

    [Fact]
    public void A_configuration_that_is_broken_is_not_loaded()
    {
        var outage = Given(quick: true);
        outage.Control("proxy", "stop");
        File.AppendAllText(outage.PathOf("proxy", "nginx.conf"), "no_such_directive on;\n");
        Declare();
        var run = Answer("findings", "-Value @{ intruder = 'no'; changed = 'no' }");
        Assert.Equal(("choose", "PreconditionFailed"), (run.Step, Step("reload").Error));
        Assert.Contains("no_such_directive", Step("reload").Message, StringComparison.Ordinal);
        Assert.Equal(0, outage.Restarts);
    }

    [Fact]
    public void A_restart_that_is_denied_is_not_done_and_the_drained_instance_goes_back()
    {
        var outage = Given(quick: true);
        outage.Control("upstream", "stop");
        Declare();
        Answer("findings", "-Value @{ intruder = 'no'; changed = 'no' }");
        Approve("drain");
        _host.Run("Deny-RunbookStep restart -Run $run -Note 'a dump first'");
        var run = Resume();
        Assert.Equal(("choose", "Failed", "Rejected"), (run.Step, Step("restart").State, Step("restart").Error));
        Assert.Contains("a dump first", Step("restart").Message, StringComparison.Ordinal);
        Assert.Equal(["drain", "undrain"], outage.Balancer);
        Assert.Equal("Failed", Step("verify").State); // still 502, and said so
        run = Answer("choose", "-Outcome give-up");
        Assert.Equal(("Failed", 1), (run.State, run.ExitCode));
        Assert.Equal((0, 502), (outage.Restarts, outage.Status()));
    }

    [Fact]
    public void A_sign_of_an_intruder_stops_everything()
    {
        var outage = Given(quick: true);
        outage.Control("upstream", "stop");
        Declare();
        var run = Answer("findings", "-Value @{ intruder = 'unsure'; changed = 'yes' }");
        Assert.Equal(("Failed", "intrusion"), (run.State, Value("cause", "cause")));
        Assert.Equal((0, 502), (outage.Restarts, outage.Status()));
        Assert.Empty(outage.Balancer);
    }

    private NginxOutage Given(bool quick)
    {
        _outage = new NginxOutage(Path.Combine(_host.Folder, "outage"), quick);
        Assert.Equal(200, _outage.Status());
        _host.Run($"$PSDefaultParameterValues['*-*:Workspace'] = '{_outage.Workspace}'");
        return _outage;
    }

    /// <summary>The incident, its commander, and the run up to its first question.</summary>
    private RunbookRun Declare()
    {
        _host.Run("$null = Start-Incident 'Shop gives 502' -Service web -Impact 1 -Urgency 1; $null = Confirm-Incident 1; $null = Set-IncidentRole 1 -Role incident-commander -Contact ana");
        var run = _host.Run<RunbookRun>("Invoke-Runbook -Incident 1 -Parameter @{ settle = '1s' } -Patience 1m");
        _host.Run($"$run = '{run.Run}'");
        return run;
    }

    private RunbookRun Answer(string step, string with = "")
    {
        _host.Run($"Complete-RunbookStep -Run $run -Step {step} {with}");
        return Resume();
    }

    private RunbookRun Approve(string step)
    {
        _host.Run($"Approve-RunbookStep -Run $run -Step {step}");
        return Resume();
    }

    // a run that ended badly is an error, too
    private RunbookRun Resume() => Assert.IsType<RunbookRun>(Assert.Single(_host.Try("Resume-RunbookRun $run -Patience 1m").Output).BaseObject);

    private RunbookStep Step(string id) => (RunbookStep)_host.Run($"Get-RunbookStep $run -Step {id}")[^1].BaseObject;
    private object? Value(string step, string key) => Assert.IsType<IReadOnlyDictionary<string, object?>>(Step(step).Value, exactMatch: false)[key];
    private string Text(string step) => string.Join(' ', Step(step).Detail.Values.Select(value => value is System.Collections.IEnumerable list and not string ? string.Join(' ', list.Cast<object?>()) : $"{value}"));

    /// <summary>The proxy's log is kept, whole, with a sum that fits.</summary>
    private static void Kept(string folder)
    {
        var sums = File.ReadAllLines(Path.Combine(folder, "SHA256SUMS"));
        var words = Assert.Single(sums).Split("  ");
        var log = File.ReadAllBytes(Path.Combine(folder, words[1]));
        Assert.Equal(words[0], Convert.ToHexString(SHA256.HashData(log)).ToLowerInvariant());
        Assert.Contains("Connection refused", System.Text.Encoding.UTF8.GetString(log), StringComparison.Ordinal);
    }
}
