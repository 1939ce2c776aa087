using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Execution.Remote;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Incidents;
using IncidentTools.Engine.Journal;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Runbooks;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Detection;

/// <summary>What detection is made of; given by the composition root.</summary>
internal sealed record DetectionParts
{
    public required IncidentJournal Journal { get; init; }
    /// <summary>Whether there is a store already.</summary>
    public required Func<bool> StoreIsThere { get; init; }
    public required IncidentService Incidents { get; init; }
    public required TimeProvider Time { get; init; }
    public required string Host { get; init; }
    public required Func<LoadedWorkspace> Workspace { get; init; }
    public required Func<RunbookLibrary> Library { get; init; }
    public required IUseCatalog Uses { get; init; }
    /// <summary>Null where there is no PowerShell.</summary>
    public required IExpressionEvaluator? Evaluator { get; init; }
    public required IReadOnlyDictionary<string, IProbe> Probes { get; init; }
    public required IProcessRunner Processes { get; init; }
    public required ISecretSource Secrets { get; init; }
    public required SecretMask Mask { get; init; }
    /// <summary>The pages that a declaration means.</summary>
    public required Func<string, IncidentDeclared, IReadOnlyList<EntryDraft>> Page { get; init; }
    /// <summary>Sends what is written and due of an incident.</summary>
    public required Func<string, CancellationToken, Task> Deliver { get; init; }

    public RunbookDefinition Find(string runbook) => Library().Find(runbook);

    /// <param name="more">A runbook that counts although the library may have another under its name.</param>
    public CheckList CheckList(LoadedWorkspace workspace, RunbookDefinition? more = null) => new(workspace, Uses, Evaluator,
        [.. Library().All().Select(file => file.Book).OfType<RunbookDefinition>().Where(book => book.Id != more?.Id), .. more is null ? Array.Empty<RunbookDefinition>() : [more]], Time.GetUtcNow());

    public CheckRunner Runner(LoadedWorkspace workspace) => new(Probes, Time, Processes, Secrets, Mask, () => SshSettings.Find(workspace.Trusted ? workspace.Path : null));
}
