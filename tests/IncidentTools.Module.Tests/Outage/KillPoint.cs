namespace IncidentTools.Module.Tests.Outage;

/// <summary>A write transaction of the journal at which a runner is killed.</summary>
/// <param name="Write">1 = its first.</param>
internal sealed record KillPoint(int Write, KillMoment Moment)
{
    public static KillPoint Never { get; } = new(0, KillMoment.Before);

    public static IEnumerable<KillPoint> UpTo(int writes, params KillMoment[] moments) => Enumerable.Range(1, writes).SelectMany(write => moments.Select(moment => new KillPoint(write, moment)));

    public override string ToString() => $"{Moment} write {Write}";
}
