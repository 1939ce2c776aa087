using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
using IncidentTools.Engine;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Journal;
using IncidentTools.Scripting;
using IncidentTools.Scripting.Impacts;

namespace IncidentTools.Base;

/// <summary>What belongs to one runspace: its connection and its current incident. No static mutable state besides this table.</summary>
internal sealed class ModuleSession
{
    private static readonly ConditionalWeakTable<Runspace, ModuleSession> Sessions = [];
    private readonly Dictionary<(string Store, string? Workspace, string Location), IncidentEngine> _engines = [];

    private readonly LanguageLimit _language = new();
    private readonly SessionCommands _commands = new();

    public static ModuleSession Current => Of(Runspace.DefaultRunspace);
    public static ModuleSession Of(Runspace runspace) => Sessions.GetValue(runspace, static _ => new ModuleSession());

    /// <summary>A runspace that is about to end: its stores are closed.</summary>
    public static void Forget(Runspace runspace)
    {
        if (Sessions.TryGetValue(runspace, out var session)) session.Close();
        Sessions.Remove(runspace);
    }

    /// <summary>Set by Connect-IncidentStore.</summary>
    public string? ConnectedStore { get; set; }

    /// <summary>Set by Enter-Incident; one level.</summary>
    public string? CurrentIncident { get; set; }

    /// <summary>The engine of a command.</summary>
    public IncidentEngine Engine(PSCmdlet cmdlet, string? store, string? workspace) => Engine(cmdlet.SessionState, store, workspace);

    /// <summary>The engine that a command with these parameters would use (completion).</summary>
    public IncidentEngine Engine(string? store, string? workspace)
    {
        // the runspace's own proxy is closed while a pipeline runs, and completion runs in one
        using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        return Engine(shell.AddScript("$ExecutionContext.SessionState").Invoke<SessionState>()[0], store, workspace);
    }

    /// <summary>Closes every store this session has open; the next command opens what it needs again.</summary>
    public void Close()
    {
        foreach (var engine in _engines.Values)
        {
            engine.Dispose();
            (engine.Options.Scripts as IDisposable)?.Dispose();
        }
        _engines.Clear();
        ConnectedStore = null;
    }

    private IncidentEngine Engine(SessionState state, string? store, string? workspace)
    {
        _language.Note(state.LanguageMode);
        _commands.Note(state);
        var paths = state.Path;
        var location = paths.CurrentFileSystemLocation.ProviderPath;
        var path = store is not null ? paths.GetUnresolvedProviderPathFromPSPath(store)
            : ConnectedStore ?? (Environment.GetEnvironmentVariable("INCIDENTTOOLS_STORE") is { Length: > 0 } named ? Path.GetFullPath(named, location) : DefaultStore());
        var key = (path, workspace, location);
        if (_engines.TryGetValue(key, out var engine)) return engine;
        engine = new IncidentEngine(new EngineOptions
        {
            Store = path,
            Workspace = workspace is null ? null : paths.GetUnresolvedProviderPathFromPSPath(workspace),
            Location = location,
            ShippedWorkspace = ShippedWorkspace,
            Actor = new Actor(Environment.UserName, "os", "os"),
            Scripts = new ScriptHost(_language, new ScriptPlace(location, path, new ProcessRunner(TimeProvider.System), TimeProvider.System), _commands),
        });
        _engines.Add(key, engine);
        return engine;
    }

    /// <summary>Beside bin/: runbooks/ of the module.</summary>
    public static string ShippedWorkspace => Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(typeof(ModuleSession).Assembly.Location)!)!, "runbooks");

    private static string DefaultStore() => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "IncidentTools", "incidents.db");
}
