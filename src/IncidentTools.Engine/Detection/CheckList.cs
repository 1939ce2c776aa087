using IncidentTools.Engine.Runbooks;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Detection;

/// <summary>Everything that is looked at for some services.</summary>
internal sealed class CheckList(LoadedWorkspace workspace, IUseCatalog uses, IExpressionEvaluator? evaluator, IReadOnlyList<RunbookDefinition> books, DateTimeOffset now)
{
    // what others start programs, or may
    private static readonly HashSet<string> StartNothing = new(["probe.http", "probe.tcp", "probe.dns", "probe.tls", "probe.ping", "probe.disk", "probe.process", "probe.cpu", "probe.memory", "probe.pressure", "probe.certificates", "probe.clock"], StringComparer.Ordinal);
    // without PowerShell nobody can work out what a symptom asks
    private readonly SymptomChecks? _symptoms = evaluator is null ? null : new SymptomChecks(uses, evaluator, books, now);

    /// <summary>One line a check; what several services need names them all.</summary>
    public IReadOnlyList<ServiceCheck> Of(IEnumerable<ServiceDefinition> services)
    {
        var all = new Dictionary<string, ServiceCheck>(StringComparer.Ordinal);
        foreach (var service in services)
            foreach (var check in Of(service))
                all[check.Key] = all.TryGetValue(check.Key, out var known) ? known with { Services = [.. known.Services.Union(check.Services)] } : check;
        return [.. all.Values];
    }

    /// <summary>A symptom that asks what the catalogue asks already only says which runbook it is for.</summary>
    private IEnumerable<ServiceCheck> Of(ServiceDefinition service)
    {
        var checks = CatalogueChecks.Of(service).ToList();
        foreach (var symptom in _symptoms?.Of(service) ?? [])
        {
            var same = symptom.Problem is not null ? -1 : checks.FindIndex(check => check.Problem is null && check.Question == symptom.Question);
            if (same < 0) checks.Add(symptom);
            else if (checks[same].Runbook is null) checks[same] = checks[same] with { Runbook = symptom.Runbook };
        }
        return checks;
    }

    /// <exception cref="IncidentToolsException">WorkspaceNotTrusted: something of a workspace that nobody looked at would start programs.</exception>
    public void RequireTrust(IEnumerable<ServiceCheck> checks)
    {
        if (!workspace.Trusted && checks.Any(check => check.Problem is null && (check.Host is not null || !StartNothing.Contains(check.Uses)))) throw Errors.WorkspaceNotTrusted(workspace.Path);
    }
}
