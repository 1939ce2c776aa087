using IncidentTools.Engine.Foundation.Shapes;

namespace IncidentTools.Engine.Runbooks;

public enum UseRole { Probe, Action, Kind }

/// <summary>Something a step can use: its name and the shape of its <c>with</c>.</summary>
/// <param name="Name">As written after <c>uses</c>: probe.http, action.service-control, manual …</param>
public sealed record UseInfo(string Name, string Summary, ObjectShape With, UseRole Role)
{
    /// <summary>Whether it has an effect, so that an attempt whose result is lost is in doubt: actions, command and script.</summary>
    public bool HasEffect => Role == UseRole.Action || Name is "command" or "script";
}

/// <summary>Everything that may stand after <c>uses</c>. Given by the composition root: runbooks know no probe and no action.</summary>
public interface IUseCatalog
{
    UseInfo? Find(string uses);
    IReadOnlyCollection<UseInfo> All { get; }
}
