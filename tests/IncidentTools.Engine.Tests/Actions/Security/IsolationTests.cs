using System.Net;
using System.Net.Sockets;
using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Actions.Security;
using IncidentTools.Engine.Foundation;
using static IncidentTools.Engine.Tests.Actions.ActionBench;

namespace IncidentTools.Engine.Tests.Actions.Security;

/// <summary>Traffic that is really cut, in namespaces of the test's own.</summary>
public sealed class IsolationTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ActionBench _bench = new();
    private readonly IAction _action = Action("action.firewall-isolate");

    public void Dispose() => _folder.Dispose();

    private Arguments With(string more) => Read(_action.Parameters, $"{{ saveTo: '{_folder.Path}', firewall: nft, {more} }}");

    [Fact]
    public async Task Strangers_are_cut_off_at_once_responders_are_not_and_the_undo_takes_exactly_ours_away()
    {
        using var spaces = new NetworkSpaces();
        using var web = NetworkSpaces.Listen(spaces.Victim, "0.0.0.0");
        using var command = NetworkSpaces.Listen(spaces.Far, NetworkSpaces.Stranger);
        var (near, far) = (new IPEndPoint(IPAddress.Parse(NetworkSpaces.VictimToResponder), Port(web)), new IPEndPoint(IPAddress.Parse(NetworkSpaces.VictimToStranger), Port(web)));
        NetworkSpaces.Nft(spaces.Victim, "add", "table", "inet", "theirs");
        var before = NetworkSpaces.Nft(spaces.Victim, "list", "ruleset");
        Assert.True(NetworkSpaces.Reaches(spaces.Near, near) && NetworkSpaces.Reaches(spaces.Far, far) && NetworkSpaces.Reaches(spaces.Victim, command.LocalEndpoint));
        // one that stands already, as an actor's would
        using var standing = NetworkSpaces.Connect(spaces.Far, far)!;
        using var served = await AcceptLast(web, standing);

        var (with, context) = (With($"netns: {spaces.Victim}, responders: [{NetworkSpaces.Responder}], expires: 10m"), _bench.Context);
        Assert.Null(await _action.PreconditionAsync(with, context, default));
        Assert.Equal(CheckState.NotDone, (await _action.CheckAsync(with, context, default)).State);
        var result = await _action.ExecuteAsync(with, context, default);
        Assert.True(result.Outcome == ActionOutcome.Succeeded, result.Message + result.Output);
        Assert.Equal(CheckState.Done, (await _action.CheckAsync(with, context, default)).State);
        Assert.True(NetworkSpaces.Reaches(spaces.Near, near), "the responder is cut off");
        Assert.False(NetworkSpaces.Reaches(spaces.Far, far), "the stranger still gets in");
        Assert.False(NetworkSpaces.Reaches(spaces.Victim, command.LocalEndpoint), "the victim still gets out");
        Assert.True(NetworkSpaces.Reaches(spaces.Victim, new IPEndPoint(IPAddress.Loopback, Port(web))), "loopback is cut");
        Assert.False(Hears(standing, served), "a connection that stood still speaks");
        Assert.Contains("take that away first", await _action.PreconditionAsync(with, context, default), StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(Directory.GetFiles(_folder.Path, "rules-before.txt", SearchOption.AllDirectories)[0]));

        var undone = await _action.UndoAsync(with, result.UndoData, context, default)!;
        Assert.Equal(ActionOutcome.Succeeded, undone.Outcome);
        Assert.True(NetworkSpaces.Reaches(spaces.Far, far) && NetworkSpaces.Reaches(spaces.Victim, command.LocalEndpoint));
        Assert.Equal(before, NetworkSpaces.Nft(spaces.Victim, "list", "ruleset"));
        Assert.Equal(ActionOutcome.Succeeded, (await _action.UndoAsync(with, result.UndoData, context, default)!).Outcome);
    }

    [Fact]
    public async Task It_ends_by_itself_without_anybody_of_ours()
    {
        using var spaces = new NetworkSpaces();
        using var web = NetworkSpaces.Listen(spaces.Victim, "0.0.0.0");
        var far = new IPEndPoint(IPAddress.Parse(NetworkSpaces.VictimToStranger), Port(web));
        var (with, context) = (With($"netns: {spaces.Victim}, responders: ['{NetworkSpaces.Responder}', '2001:db8::7'], loopback: false, expires: 12s"), _bench.Context);
        var result = await _action.ExecuteAsync(with, context, default);
        Assert.True(result.Outcome == ActionOutcome.Succeeded, result.Message + result.Output);
        Assert.False(NetworkSpaces.Reaches(spaces.Far, far));
        Assert.False(NetworkSpaces.Reaches(spaces.Victim, new IPEndPoint(IPAddress.Loopback, Port(web))));
        for (var tries = 0; tries < 100 && !NetworkSpaces.Reaches(spaces.Far, far); tries++) await Task.Delay(200);
        Assert.True(NetworkSpaces.Reaches(spaces.Far, far), "it did not end");
        var check = await _action.CheckAsync(with, context, default);
        Assert.Equal(CheckState.Unknown, check.State);
        Assert.Contains("its time is up", check.Message, StringComparison.Ordinal);
        Assert.Equal(ActionOutcome.Succeeded, (await _action.UndoAsync(with, result.UndoData, context, default)!).Outcome);
    }

    [Fact]
    public async Task A_table_of_somebody_else_with_our_name_is_neither_used_nor_removed()
    {
        using var spaces = new NetworkSpaces();
        NetworkSpaces.Nft(spaces.Victim, "add", "table", "inet", "incidenttools_isolate");
        var with = With($"netns: {spaces.Victim}, responders: [{NetworkSpaces.Responder}]");
        Assert.Contains("not of our making", await _action.PreconditionAsync(with, _bench.Context, default), StringComparison.Ordinal);
        Assert.Equal("Foreign", (await _action.UndoAsync(with, new Dictionary<string, object?>(), _bench.Context, default)!).Error);
        Assert.Contains("incidenttools_isolate", NetworkSpaces.Nft(spaces.Victim, "list", "tables"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.0.0.0/0", "whole network"), InlineData("example.com", "neither an IP address"), InlineData("10.0.0.1; flush ruleset", "neither an IP address"), InlineData("10", "neither an IP address"), InlineData("10.0.0.0/33", "neither an IP address")]
    public async Task What_is_no_address_never_reaches_a_rule(string responder, string why)
    {
        Assert.Contains(why, await _action.PreconditionAsync(With($"responders: ['{responder}']"), _bench.Context, default), StringComparison.Ordinal);
        Assert.Empty(_bench.Programs.Runs);
    }

    [Fact]
    public void The_rules_hold_both_families_and_nothing_passes_for_what_was_before()
    {
        var order = IsolationOrder.Of(With("responders: [192.0.2.0/28, '2001:db8::1'], id: web-1, expires: 90m"), out var wrong);
        Assert.Null(wrong);
        var rules = NftIsolation.Rules(order);
        Assert.Contains("table inet incidenttools_web_1 {", rules, StringComparison.Ordinal);
        Assert.Contains("timeout 5400s", rules, StringComparison.Ordinal);
        Assert.Contains("ip saddr 192.0.2.0/28 accept", rules, StringComparison.Ordinal);
        Assert.Contains("ip6 daddr 2001:db8::1 accept", rules, StringComparison.Ordinal);
        Assert.DoesNotContain("ct state", rules, StringComparison.Ordinal);
        Assert.Equal(3, rules.Split("counter drop").Length - 1);
    }

    [Theory]
    [InlineData(true, "Domain Profile Settings:\r\n-----\r\nFirewall Policy                       BlockInbound,BlockOutbound\r\nOk.\r\n", "Active")]
    [InlineData(false, "Domänenprofil-Einstellungen:\r\nFirewallrichtlinie                    BlockInbound,AllowOutbound\r\nOK.\r\n", "Absent")]
    [InlineData(true, "Firewall Policy  BlockInbound,BlockOutbound\r\nFirewall Policy  BlockInbound,AllowOutbound\r\n", "Unknown")]
    [InlineData(false, "Firewall Policy  BlockInbound,BlockOutbound\r\n", "Foreign")]
    [InlineData(true, "The service has not been started.", "Unknown")]
    public void What_netsh_says_is_read_by_its_untranslated_words(bool ours, string text, string phase) => Assert.Equal(phase, WindowsIsolation.Read(ours, text).Phase.ToString());

    [Fact]
    public void Windows_switches_every_other_rule_off_and_can_import_what_was()
    {
        var with = Read(_action.Parameters, "{ saveTo: /evidence, firewall: netsh, responders: [192.0.2.7, 192.0.2.8] }");
        var plan = _action.Plan(with);
        Assert.Contains("netsh.exe advfirewall firewall set rule name=all new enable=no", plan.Commands);
        Assert.Contains("netsh.exe advfirewall firewall add rule name=IncidentTools-isolate dir=in action=allow remoteip=192.0.2.7,192.0.2.8", plan.Commands);
        Assert.Contains("advfirewall import", plan.Undo, StringComparison.Ordinal);
    }

    private static int Port(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>The one at the end of the queue: others came before to see that they can.</summary>
    private static async Task<Socket> AcceptLast(TcpListener listener, Socket peer)
    {
        while (true)
        {
            var socket = await listener.AcceptSocketAsync().WaitAsync(TimeSpan.FromSeconds(30));
            if (socket.RemoteEndPoint!.Equals(peer.LocalEndPoint)) return socket;
            socket.Dispose();
        }
    }

    private static bool Hears(Socket from, Socket to)
    {
        from.Send([1]);
        to.ReceiveTimeout = 1500;
        try { return to.Receive(new byte[1]) == 1; }
        catch (SocketException) { return false; }
    }
}
