using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Actions.Security;

/// <summary>What an isolation does, whichever firewall does it.</summary>
/// <param name="Id">A word that names it on the machine.</param>
/// <param name="Expires">After which traffic flows again by itself.</param>
internal sealed record IsolationOrder(string Id, Responders Responders, bool Loopback, TimeSpan Expires, string? Namespace)
{
    public static IsolationOrder Of(Arguments with, out string? whyNot) => new(with.TextOrNull("id") ?? "isolate", Responders.Read(with.Texts("responders"), out whyNot), with["loopback"] as bool? ?? true,
        with.Duration("expires") ?? TimeSpan.FromHours(4), with.TextOrNull("netns"));
}

internal enum IsolationPhase { Absent, Active, Expired, Foreign, Unknown }

/// <param name="Detail">In words.</param>
/// <param name="Left">How long it still holds; null = not told.</param>
internal sealed record IsolationState(IsolationPhase Phase, string Detail, TimeSpan? Left = null);

/// <summary>A firewall that can isolate this machine.</summary>
internal abstract class IsolationFirewall
{
    public static IsolationFirewall Of(string kind) => kind switch
    {
        "nft" => new NftIsolation(),
        "netsh" => new WindowsIsolation(),
        _ => OperatingSystem.IsWindows() ? new WindowsIsolation() : new NftIsolation(),
    };

    public abstract IReadOnlyList<string> Lines(IsolationOrder order);
    public abstract string UndoText(IsolationOrder order);
    public abstract string? WhyNot(IsolationOrder order, ActionContext context);
    /// <summary>The rules as they are now, for the record; null when they cannot be read, and then nothing is changed.</summary>
    public abstract Task<(string? Rules, string? WhyNot)> SaveAsync(IsolationOrder order, string folder, ActionContext context, CancellationToken cancellation);
    public abstract Task<ActionResult> ApplyAsync(IsolationOrder order, string folder, ActionContext context, CancellationToken cancellation);
    public abstract Task<IsolationState> StateAsync(IsolationOrder order, ActionContext context, CancellationToken cancellation);
    /// <summary>Takes exactly our own away.</summary>
    public abstract Task<ActionResult> RemoveAsync(IsolationOrder order, string folder, ActionContext context, CancellationToken cancellation);
}
