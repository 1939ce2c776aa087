using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using IncidentTools.Engine.Execution;

namespace IncidentTools.Engine.Actions.Security;

/// <summary>
/// Isolation by an nftables table of our own, ahead of all others; those stay as they are. Connections that stand are cut, too: no packet passes
/// because of what was before. The kernel itself ends it: the rules look into a set whose elements it forgets when the time is up, so that a dead
/// runner locks nobody out.
/// </summary>
internal sealed class NftIsolation : IsolationFirewall
{
    private const string Mark = "incidenttools isolation";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public override IReadOnlyList<string> Lines(IsolationOrder order) => [CommandText.Quote(Nft(order, "-f", "-")) + " <<'END'\n" + Rules(order) + "END"];
    public override string UndoText(IsolationOrder order) => CommandText.Quote(Nft(order, "delete", "table", "inet", Table(order)));

    public override string? WhyNot(IsolationOrder order, ActionContext context) =>
        (order.Namespace is null ? ["nft"] : new[] { "ip", "nft" }).Where(program => context.Processes.Find(program) is null).Select(program => $"there is no program '{program}'").FirstOrDefault();

    public override async Task<(string?, string?)> SaveAsync(IsolationOrder order, string folder, ActionContext context, CancellationToken cancellation)
    {
        var answer = await context.Processes.RunAsync(Request(order, null, "list", "ruleset") with { MaxBytes = 16 * 1024 * 1024, MaxLines = int.MaxValue }, cancellation).ConfigureAwait(false);
        if (CommandRun.NoAnswer(answer) is { } why) return (null, $"the rules could not be read: {why}");
        if (answer.ExitCode != 0) return (null, $"the rules could not be read: exit code {answer.ExitCode}{CommandRun.Said(answer)}");
        return answer.Truncated ? (null, "the rules are too many to be kept") : (answer.Output, null);
    }

    public override Task<ActionResult> ApplyAsync(IsolationOrder order, string folder, ActionContext context, CancellationToken cancellation) =>
        CommandRun.RunAsync(Request(order, Rules(order), "-f", "-"), [0], context, cancellation);

    public override async Task<IsolationState> StateAsync(IsolationOrder order, ActionContext context, CancellationToken cancellation)
    {
        // the list of all tables tells "not there" from "could not ask" without reading words
        var tables = await context.Processes.RunAsync(Request(order, null, "-j", "list", "tables"), cancellation).ConfigureAwait(false);
        if (Refused(tables) is { } why) return new(IsolationPhase.Unknown, why);
        if (!Items(tables.Output, "table").Any(table => Text(table, "family") == "inet" && Text(table, "name") == Table(order))) return new(IsolationPhase.Absent, $"there is no table {Table(order)}");
        var table = await context.Processes.RunAsync(Request(order, null, "-j", "list", "table", "inet", Table(order)) with { MaxBytes = 4 * 1024 * 1024, MaxLines = int.MaxValue }, cancellation).ConfigureAwait(false);
        return Refused(table) is { } later ? new(IsolationPhase.Unknown, later) : Read(table.Output, Table(order));
    }

    public override async Task<ActionResult> RemoveAsync(IsolationOrder order, string folder, ActionContext context, CancellationToken cancellation)
    {
        var state = await StateAsync(order, context, cancellation).ConfigureAwait(false);
        return state.Phase switch
        {
            IsolationPhase.Absent => new ActionResult(ActionOutcome.Succeeded, $"{state.Detail}: nothing is isolated"),
            IsolationPhase.Foreign => new ActionResult(ActionOutcome.Failed, state.Detail) { Error = "Foreign" },
            IsolationPhase.Unknown => new ActionResult(ActionOutcome.Failed, state.Detail) { Error = "StateUnknown" },
            _ => await CommandRun.RunAsync(Request(order, null, "delete", "table", "inet", Table(order)), [0], context, cancellation).ConfigureAwait(false),
        };
    }

    /// <summary>What <c>nft -j list table</c> says.</summary>
    internal static IsolationState Read(string json, string table)
    {
        try
        {
            if (!Items(json, "rule").Any(rule => Text(rule, "comment") == Mark)) return new(IsolationPhase.Foreign, $"the table {table} is not of our making");
            var left = Items(json, "set").Where(set => Text(set, "name") == "armed" && set.TryGetProperty("elem", out _)).SelectMany(set => set.GetProperty("elem").EnumerateArray())
                .Select(element => element.ValueKind == JsonValueKind.Object && element.TryGetProperty("elem", out var inner) && inner.TryGetProperty("expires", out var seconds) ? seconds.GetInt64() : (long?)null).ToList();
            if (left.Count == 0) return new(IsolationPhase.Expired, $"the table {table} is there, but its time is up: everything passes");
            var soonest = left.Min() is { } expires ? TimeSpan.FromSeconds(expires) : (TimeSpan?)null;
            return new(IsolationPhase.Active, $"the table {table} is in force{(soonest is { } rest ? $" for another {Duration.Format(rest)}" : "")}", soonest);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException) { return new(IsolationPhase.Unknown, $"nft said what cannot be read: {error.Message}"); }
    }

    /// <summary>One transaction: all of it or nothing.</summary>
    internal static string Rules(IsolationOrder order)
    {
        var seconds = ((long)Math.Ceiling(order.Expires.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        var text = new StringBuilder($"table inet {Table(order)} {{\n  set armed {{ typeof meta nfproto; flags timeout; elements = {{ ipv4 timeout {seconds}s, ipv6 timeout {seconds}s }}; }}\n");
        foreach (var (hook, way, face) in new[] { ("input", "saddr", "iifname"), ("output", "daddr", "oifname"), ("forward", "saddr", "") })
        {
            text.Append(CultureInfo.InvariantCulture, $"  chain gate_{hook} {{\n");
            if (face.Length > 0)
            {
                if (order.Loopback) text.Append(CultureInfo.InvariantCulture, $"    {face} \"lo\" accept\n");
                // without these no neighbour, and so no responder, is found in IPv6
                text.Append("    icmpv6 type { nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert } accept\n");
                foreach (var (family, name) in new[] { (AddressFamily.InterNetwork, "ip"), (AddressFamily.InterNetworkV6, "ip6") })
                    foreach (var address in order.Responders.Of(family)) text.Append(CultureInfo.InvariantCulture, $"    {name} {way} {address} accept\n");
            }
            text.Append(CultureInfo.InvariantCulture, $"    counter drop comment \"{Mark}\"\n  }}\n  chain {hook} {{\n    type filter hook {hook} priority -350; policy accept;\n    meta nfproto @armed jump gate_{hook}\n  }}\n");
        }
        return text.Append("}\n").ToString();
    }

    private static string Table(IsolationOrder order) => "incidenttools_" + order.Id.Replace('-', '_');

    private static string[] Nft(IsolationOrder order, params string[] arguments) => order.Namespace is { } name ? ["ip", "netns", "exec", name, "nft", .. arguments] : ["nft", .. arguments];

    private static ProcessRequest Request(IsolationOrder order, string? input, params string[] arguments)
    {
        var line = Nft(order, arguments);
        return new ProcessRequest(line[0], line[1..]) { StandardInput = input, Timeout = Limit, Environment = new Dictionary<string, string?> { ["LC_ALL"] = "C" } };
    }

    private static string? Refused(ProcessResult answer) => CommandRun.NoAnswer(answer) ?? (answer.ExitCode != 0 ? $"nft: exit code {answer.ExitCode}{CommandRun.Said(answer)}" : null);

    private static IReadOnlyList<JsonElement> Items(string json, string kind)
    {
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.GetProperty("nftables").EnumerateArray().Where(item => item.TryGetProperty(kind, out _)).Select(item => item.GetProperty(kind).Clone())];
    }

    private static string? Text(JsonElement item, string name) => item.TryGetProperty(name, out var value) ? value.GetString() : null;
}
