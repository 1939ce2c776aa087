using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
using IncidentTools.Engine;
using IncidentTools.Engine.Journal;

namespace IncidentTools.Base;

/// <summary>What belongs to one runspace: its connection and its current incident. No static mutable state besides this table.</summary>
internal sealed class ModuleSession
{
    private static readonly ConditionalWeakTable<Runspace, ModuleSession> Sessions = [];
    private readonly Dictionary<(string Store, string? Workspace, string Location), IncidentEngine> _engines = [];

    public static ModuleSession Current => Sessions.GetValue(Runspace.DefaultRunspace, static _ => new ModuleSession());

    /// <summary>Set by Connect-IncidentStore.</summary>
    public string? ConnectedStore { get; set; }

    /// <summary>Set by Enter-Incident; one level.</summary>
    public string? CurrentIncident { get; set; }

    public IncidentEngine Engine(PSCmdlet cmdlet, string? store, string? workspace)
    {
        var location = cmdlet.SessionState.Path.CurrentFileSystemLocation.ProviderPath;
        var path = store is not null ? cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(store)
            : ConnectedStore ?? Environment.GetEnvironmentVariable("INCIDENTTOOLS_STORE") ?? DefaultStore();
        var key = (path, workspace, location);
        if (_engines.TryGetValue(key, out var engine)) return engine;
        engine = new IncidentEngine(new EngineOptions
        {
            Store = path,
            Workspace = workspace is null ? null : cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(workspace),
            Location = location,
            ShippedWorkspace = Path.Combine(cmdlet.MyInvocation.MyCommand.Module?.ModuleBase ?? AppContext.BaseDirectory, "runbooks"),
            Actor = new Actor(Environment.UserName, "os", "os"),
        });
        _engines.Add(key, engine);
        return engine;
    }

    private static string DefaultStore() => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "IncidentTools", "incidents.db");
}
