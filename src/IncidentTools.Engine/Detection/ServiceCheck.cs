using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Detection;

/// <summary>Something to look at: a probe with its arguments, whose it is, and what it means when it fails.</summary>
/// <param name="Key">Under which its state is kept: <c>service/shop/http</c>, <c>dependency/tcp:db:5432</c>.</param>
/// <param name="Services">Those it says something about; several need the same thing.</param>
/// <param name="Id">Its id within the service.</param>
/// <param name="Fault">Failing checks of one fault of a service are one incident.</param>
/// <param name="Source">probes, url, unit, paths … of the catalogue, or <c>runbook/symptom</c>.</param>
public sealed record ServiceCheck(string Key, IReadOnlyList<string> Services, string Id, string Uses, string Fault, string Source)
{
    public string? Title { get; init; }
    /// <summary>What the probe is asked; checked and converted by its shape.</summary>
    public Arguments With { get; init; } = new(new Dictionary<string, object?>());
    /// <summary>Why it cannot even be asked; null when it can.</summary>
    public string? Problem { get; init; }
    /// <summary>How often while nothing is wrong; null = at every tick.</summary>
    public TimeSpan? Every { get; init; }
    /// <summary>The machine it is asked on, over ssh; null = this one.</summary>
    public string? Host { get; init; }
    public int? Impact { get; init; }
    public int? Urgency { get; init; }
    public IReadOnlyList<string> Conditions { get; init; } = [];
    public string Class { get; init; } = "availability";
    public string? Runbook { get; init; }
    /// <summary>What the services need and do not have: name and address.</summary>
    public string? Dependency { get; init; }

    /// <summary>Whether its failure may be the work of something that the service needs.</summary>
    public bool IsAvailability => Dependency is null && Fault == Availability;

    /// <summary>Two checks that ask the same thing of the same machine are asked once.</summary>
    public string Question => $"{Uses}\n{Host}\n{PlainJson.Write(With.Values)}";

    public const string Availability = "availability";

    /// <summary>The fault that a failing probe is a symptom of, when the catalogue does not say.</summary>
    public static string FaultOf(string uses) => uses switch
    {
        "probe.http" or "probe.tcp" or "probe.ping" or "probe.dns" or "probe.service" or "probe.process" or "probe.container" => Availability,
        "probe.tls" or "probe.certificates" => "certificate",
        _ => uses["probe.".Length..],
    };
}
