using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Journal;
using IncidentTools.Engine.Notifications;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Runbooks;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Execution;

/// <summary>What runs are made of; given by the composition root, so that execution knows incidents only as plain data.</summary>
public sealed record RunParts
{
    public required IncidentJournal Journal { get; init; }
    public required TimeProvider Time { get; init; }
    public required Actor Actor { get; init; }
    public required string Host { get; init; }
    /// <summary>A runbook by id or path.</summary>
    public required Func<string, RunbookDefinition> Find { get; init; }
    /// <summary>A runbook from the bytes a run is bound to.</summary>
    public required Func<string, byte[], RunbookDefinition> Read { get; init; }
    public required IUseCatalog Uses { get; init; }
    public required Func<IExpressionEvaluator> Expressions { get; init; }
    public required IReadOnlyDictionary<string, IProbe> Probes { get; init; }
    public required IReadOnlyDictionary<string, IAction> Actions { get; init; }
    /// <summary>Puts something else in the place of an action, program or script: rehearsals and exercises do. Probes are replaced in <see cref="Probes"/>.</summary>
    public Func<IAction, IAction>? StandIn { get; init; }
    public required IProcessRunner Processes { get; init; }
    public IScriptRunner? Scripts { get; init; }
    /// <summary>Null where there is no PowerShell: no script runs there either.</summary>
    public IScriptInspector? Inspector { get; init; }
    public required ISecretSource Secrets { get; init; }
    public required SecretMask Mask { get; init; }
    /// <summary>What a message means for the stream: the intents, and the update it is for the incident's clocks.</summary>
    public required Func<NotifyRequest, IReadOnlyList<EntryDraft>> Post { get; init; }
    /// <summary>A deadline that begins and outlives the run.</summary>
    public required Func<ClockRequest, EntryDraft?> Clock { get; init; }
    /// <summary>Sends what is written and due in a stream; never throws for a channel that is down.</summary>
    public required Func<string, CancellationToken, Task> Deliver { get; init; }
    public required Func<LoadedWorkspace> Workspace { get; init; }
    /// <summary>An incident as <c>$incident</c>; throws when there is none.</summary>
    public required Func<string, IReadOnlyDictionary<string, object?>> Incident { get; init; }
    /// <summary>Folders where templates stand: the workspace's, then the shipped.</summary>
    public required Func<IReadOnlyList<string>> TemplateFolders { get; init; }
    /// <summary>Folder of this machine for what must not be lost: logs before a restart.</summary>
    public string Evidence { get; init; } = "";
    /// <summary>Between looks at the journal for a cancel while a step works.</summary>
    public TimeSpan Watch { get; init; } = TimeSpan.FromSeconds(1);
}

/// <param name="Warn">How long before its end it becomes urgent.</param>
public sealed record ClockRequest(string Name, string Title, DateTimeOffset From, DateTimeOffset Due, IReadOnlyList<TimeSpan> Warn);
