using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Journal;
using IncidentTools.Engine.Journal.Sqlite;
using IncidentTools.Engine.Notifications;
using IncidentTools.Engine.Tests.Incidents;
using IncidentTools.Engine.Workspace;
using Microsoft.Extensions.Time.Testing;

namespace IncidentTools.Engine.Tests.Notifications;

/// <summary>The outbox over channels that behave as they are told.</summary>
public sealed class OutboxTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 3, 0, 0, TimeSpan.Zero));
    private readonly SqliteStore _store;
    private readonly ScriptedChannel _safe = new("file", idempotent: true), _unsafe = new("webhook", idempotent: false);

    public OutboxTests() => _store = new SqliteStore(new SqliteStoreOptions(Path.Combine(_folder.Path, "s.db"), IncidentEngine.EntryTypes, IncidentEngine.Projections, new Actor("ana", "os", "os"), "host", _time));

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    private sealed class ScriptedChannel(string name, bool idempotent) : IChannel
    {
        public Queue<Func<SendResult>> Script { get; } = new();
        public List<OutgoingMessage> Seen { get; } = [];
        public string Name => name;
        public ObjectShape Parameters => ChannelShapes.All[name];
        public bool IsIdempotent => idempotent;
        public Task<SendResult> SendAsync(OutgoingMessage message, Arguments settings, ChannelContext context, CancellationToken cancellation)
        {
            Seen.Add(message);
            return Task.FromResult(Script.Count > 0 ? Script.Dequeue()() : new SendResult(SendOutcome.Sent, "ok"));
        }
    }

    private Notifier Open(IJournalStore? store = null) => new(new IncidentJournal(store ?? _store), () => Workspace, _folder.Path, new ChannelContext(_time, new EnvironmentSecrets(), new SecretMask(), null),
        new Dictionary<string, IChannel> { ["file"] = _safe, ["webhook"] = _unsafe });

    private LoadedWorkspace Workspace => new(_folder.Path, "parameter", true, TestPolicy.Default with
    {
        Channels = new Dictionary<string, ChannelDefinition> { ["log"] = new("log", "file", new Dictionary<string, object?> { ["path"] = "out.jsonl" }), ["chat"] = new("chat", "webhook", new Dictionary<string, object?>()) },
        Audiences = new Dictionary<string, IReadOnlyList<string>> { ["internal"] = ["log"], ["stakeholders"] = ["chat"], ["both"] = ["log", "chat"], ["empty"] = [] },
    }, new Dictionary<string, ServiceDefinition>(), new ContactList(new Dictionary<string, Person>
    {
        ["ana"] = new() { Id = "ana", Name = "Ana", Methods = [new("phone", "1", 1, null, null), new("chat", "@ana", 2, null, "chat")] },
        ["bo"] = new() { Id = "bo", Name = "Bo", Methods = [new("phone", "2", 1, null, null)] },
    }, new Dictionary<string, Team>(), new Dictionary<string, EscalationPolicyDefinition>(), ""), []);

    private static NotifyRequest Say(string? audience, params string[] contacts) => new("INC-1", "update", audience, contacts, null, "Subject", "Body", new Dictionary<string, object?>());

    private IReadOnlyList<IncidentNotification> Send(NotifyRequest request)
    {
        var notifier = Open();
        _store.Append(new AppendRequest("INC-1", notifier.Intend(request)));
        notifier.DeliverDueAsync("INC-1", default).GetAwaiter().GetResult();
        return Rows();
    }

    private List<IncidentNotification> Rows() => [.. _store.Query(NotificationProjection.Instance, new ProjectionQuery()).Select(row => row.ToPublic())];
    private IEnumerable<string> Types() => _store.Read("INC-1").Select(entry => entry.Type["notification.".Length..]);
    private void Again() => Open().DeliverDueAsync("INC-1", default).GetAwaiter().GetResult();

    [Fact]
    public void A_message_is_intended_attempted_and_finished_in_the_journal()
    {
        Assert.Equal("Sent", Assert.Single(Send(Say("internal"))).State);
        Assert.Equal(["intended", "attempted", "finished"], Types());
        Assert.Contains(_store.Info.Origin, Assert.Single(_safe.Seen).Footer, StringComparison.Ordinal);
        Again();
        Assert.Single(_safe.Seen);
    }

    [Fact]
    public void What_was_refused_is_tried_three_times_in_all()
    {
        for (var index = 0; index < 5; index++) _unsafe.Script.Enqueue(() => new SendResult(SendOutcome.Rejected, "HTTP 503"));
        Send(Say("stakeholders"));
        for (var index = 0; index < 5; index++) Again();
        Assert.Equal((3, "Rejected", "HTTP 503"), (_unsafe.Seen.Count, Rows()[0].State, Rows()[0].Detail));
    }

    [Fact]
    public void What_may_have_arrived_is_sent_again_only_where_twice_is_harmless()
    {
        _unsafe.Script.Enqueue(() => new SendResult(SendOutcome.Unknown, "no answer"));
        _safe.Script.Enqueue(() => new SendResult(SendOutcome.Unknown, "disk vanished"));
        Send(Say("both"));
        Again();
        Assert.Equal((1, 2), (_unsafe.Seen.Count, _safe.Seen.Count));
        Assert.Equal(["Sent", "Unknown"], Rows().Select(row => row.State).Order(StringComparer.Ordinal));
        Assert.Single(_safe.Seen.Select(message => message.Id).Distinct());
    }

    [Fact]
    public void A_crash_while_sending_counts_as_unknown()
    {
        var notifier = Open();
        _store.Append(new AppendRequest("INC-1", notifier.Intend(Say("both"))));
        foreach (var row in Rows()) _store.Append(new AppendRequest("INC-1", [new EntryDraft(new NotificationAttempted(row.Id, 1))])); // and then the process died
        Again();
        Assert.Equal((0, 1), (_unsafe.Seen.Count, _safe.Seen.Count));
        Assert.Equal("Sending", Rows().Single(row => row.Channel == "chat").State);
    }

    [Fact]
    public void A_channel_with_a_defect_does_not_break_the_command()
    {
        _unsafe.Script.Enqueue(() => throw new InvalidOperationException("bug"));
        var row = Assert.Single(Send(Say("stakeholders")));
        Assert.Equal(("Unknown", "InvalidOperationException: bug"), (row.State, row.Detail));
    }

    [Fact]
    public void Nobody_to_notify_is_an_entry()
    {
        Assert.Equal("Unreachable", Assert.Single(Send(Say("empty"))).State);
        Assert.Equal(["unreachable"], Types());
        Assert.Equal("AudienceUnknown", Assert.Throws<IncidentToolsException>(() => Open().Intend(Say("internl"))).ErrorId);
        Assert.Contains("must dial", ((NotificationUnreachable)Open().Intend(Say(null, "bo"))[0].Data).Why, StringComparison.Ordinal);
        Assert.Contains("nobody is on call", ((NotificationUnreachable)Open().Intend(Say(null))[0].Data).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_contact_is_reached_by_the_first_way_that_a_channel_serves()
    {
        var data = (NotificationIntended)Assert.Single(Open().Intend(Say(null, "ana", "bo"))).Data;
        Assert.Equal(("ana", "chat", "@ana"), (data.Contact, data.Channel, data.Address));
    }

    [Fact]
    public void Two_senders_send_once()
    {
        _store.Append(new AppendRequest("INC-1", Open().Intend(Say("stakeholders"))));
        using var second = new SqliteStore(new SqliteStoreOptions(Path.Combine(_folder.Path, "s.db"), IncidentEngine.EntryTypes, IncidentEngine.Projections, new Actor("bo", "os", "os"), "host", _time));
        Parallel.ForEach(new[] { Open(), Open(second) }, notifier => notifier.DeliverDueAsync("INC-1", default).GetAwaiter().GetResult());
        Assert.Single(_unsafe.Seen);
    }
}
