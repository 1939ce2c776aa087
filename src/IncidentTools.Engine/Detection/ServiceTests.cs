using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Runbooks;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Detection;

/// <summary>Looks at one service now and says what is not good, what could not be checked, and what its entry lacks for a runbook.</summary>
public sealed class ServiceTests
{
    private readonly DetectionParts _parts;

    internal ServiceTests(DetectionParts parts) => _parts = parts;

    /// <param name="done">Called as each result comes in, on any thread.</param>
    /// <exception cref="IncidentToolsException">ServiceNotFound, RunbookNotFound, RunbookInvalid, WorkspaceNotTrusted.</exception>
    public async Task<IReadOnlyList<IncidentServiceCheck>> RunAsync(string id, string? runbook, int concurrency, Action<IncidentServiceCheck>? done, CancellationToken cancellation)
    {
        var workspace = _parts.Workspace();
        var service = workspace.Services.GetValueOrDefault(id) ?? throw Errors.ServiceNotFound(id, Nearest.Hint(id, workspace.Services.Keys));
        var started = _parts.Time.GetTimestamp();
        var book = runbook is null ? null : _parts.Find(runbook);
        var list = _parts.CheckList(workspace, book);
        var checks = list.Of([service]);
        list.RequireTrust(checks);
        var outcomes = await _parts.Runner(workspace).RunAsync(checks, concurrency, outcome => done?.Invoke(View(service.Id, outcome)), cancellation).ConfigureAwait(false);
        List<IncidentServiceCheck> views = [.. outcomes.Select(outcome => View(service.Id, outcome))];
        foreach (var missing in book is null ? [] : Missing(service, book))
        {
            views.Add(missing);
            done?.Invoke(missing);
        }
        var all = Overall(service, views, _parts.Time.GetElapsedTime(started), UtcStamp.Truncate(_parts.Time.GetUtcNow()));
        done?.Invoke(all);
        return [.. views, all];
    }

    private IEnumerable<IncidentServiceCheck> Missing(ServiceDefinition service, RunbookDefinition book) => _parts.Evaluator is not { } evaluator ? [] : MissingKeys.Of(book, service, evaluator).Select(missing => new IncidentServiceCheck
    {
        Service = service.Id, Probe = missing.Key, Uses = "catalogue", Source = book.Id, Status = missing.Always ? "Fail" : "Warn", Error = "KeyMissing", CheckedAt = UtcStamp.Truncate(_parts.Time.GetUtcNow()),
        Message = $"{book.Id} reads {missing.Key} in {string.Join(", ", missing.Steps)}{(missing.Always ? "" : " (only when its condition holds)")}, and the entry does not have it",
    });

    internal static IncidentServiceCheck View(string service, CheckOutcome outcome) => new()
    {
        Service = service, Probe = outcome.Check.Id, Uses = outcome.Check.Uses, Source = outcome.Check.Source, Status = outcome.Result.Status.ToString(), Error = outcome.Result.Error, Message = outcome.Result.Message, Value = outcome.Result.Value,
        Unit = outcome.Result.Unit, Took = outcome.Result.Took, CheckedAt = outcome.At, Title = outcome.Check.Title,
    };

    /// <summary>Nothing looked at is nothing known.</summary>
    private static IncidentServiceCheck Overall(ServiceDefinition service, List<IncidentServiceCheck> views, TimeSpan took, DateTimeOffset now)
    {
        var worst = views.Count == 0 ? "Error" : views.MaxBy(view => Weight(view.Status))!.Status;
        var counts = views.GroupBy(view => view.Status).OrderByDescending(group => Weight(group.Key)).Select(group => $"{group.Count()} {group.Key}");
        return new IncidentServiceCheck
        {
            Service = service.Id, Probe = "overall", Uses = "", Source = "", Status = worst == "Skipped" ? "Error" : worst, Took = took, CheckedAt = now,
            Error = views.Count == 0 ? "NothingToCheck" : null, Message = views.Count == 0 ? "the entry names nothing that could be looked at: add url, healthUrl, unit, paths, dependencies or probes" : string.Join(", ", counts),
        };
    }

    private static int Weight(string status) => status switch { "Fail" => 4, "Error" => 3, "Skipped" => 2, "Warn" => 1, _ => 0 };
}
