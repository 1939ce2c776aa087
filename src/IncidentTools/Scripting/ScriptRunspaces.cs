using System.Management.Automation;
using System.Management.Automation.Runspaces;
using IncidentTools.Base;

namespace IncidentTools.Scripting;

/// <summary>A runspace for one script at a time, its thread, and the host it was opened with.</summary>
internal sealed class ScriptRunspace(Runspace runspace, StepHost host) : IDisposable
{
    private readonly RunspaceSnapshot _before = new(runspace);
    private Task<bool> _clean = Task.FromResult(true);

    public Runspace Runspace => runspace;
    public StepHost Host => host;
    public ScriptThread Thread { get; } = new();

    /// <summary>Puts it back to how it was, while the caller goes on with what the script gave.</summary>
    public void Clean() => _clean = Thread.Run(() =>
    {
        try { return _before.Restore(runspace); }
        catch (Exception error) when (error is RuntimeException or InvalidOperationException) { return false; }
    });

    /// <summary>Waits for that. False: a script left something that cannot be put back.</summary>
    public bool IsClean() => _clean.GetAwaiter().GetResult();

    public void Dispose()
    {
        ModuleSession.Forget(runspace);
        runspace.Dispose();
        Thread.Dispose();
    }
}

/// <summary>
/// Runspaces with this module in them. Opening one takes far longer than a short script, so one that a script left as it found it is used again, its
/// variables put back; one with a function, alias, module, drive, job or subscription more or less than before is not.
/// </summary>
internal sealed class ScriptRunspaces(string manifest, ScriptPlace place) : IDisposable
{
    private const int MaxIdle = 4;
    private readonly Stack<ScriptRunspace> _idle = new();
    private bool _closed;

    /// <exception cref="RuntimeException">It cannot be opened: its folder is gone, say.</exception>
    public ScriptRunspace Rent()
    {
        ScriptRunspace? found;
        do
        {
            lock (_idle) _idle.TryPop(out found);
            if (found?.IsClean() != false) break;
            found.Dispose();
        } while (true);
        found ??= Open();
        try { Enter(found.Runspace.SessionStateProxy.Path); }
        catch
        {
            found.Dispose();
            throw;
        }
        if (place.Store is { } store) ModuleSession.Of(found.Runspace).ConnectedStore = store;
        return found;
    }

    /// <summary>Into the caller's folder, where it mostly is already; to set it is slow.</summary>
    private void Enter(PathIntrinsics path)
    {
        if (path.CurrentLocation is not { Provider.Name: "FileSystem" } here || !here.ProviderPath.Equals(place.Location, StringComparison.Ordinal) || !Directory.Exists(place.Location))
            path.SetLocation(WildcardPattern.Escape(place.Location));
    }

    /// <param name="ended">Whether the script came to its end; one that was stopped may have left anything.</param>
    public void Return(ScriptRunspace used, bool ended)
    {
        ModuleSession.Forget(used.Runspace);
        if (ended)
        {
            used.Host.Reset();
            lock (_idle)
            {
                if (!_closed && _idle.Count < MaxIdle)
                {
                    used.Clean();
                    _idle.Push(used);
                    return;
                }
            }
        }
        used.Dispose();
    }

    public void Dispose()
    {
        lock (_idle) _closed = true;
        while (true)
        {
            ScriptRunspace? idle;
            lock (_idle) if (!_idle.TryPop(out idle)) return;
            idle.IsClean(); // a runspace at work cannot be closed
            idle.Dispose();
        }
    }

    private ScriptRunspace Open()
    {
        var state = InitialSessionState.CreateDefault2();
        state.LanguageMode = PSLanguageMode.FullLanguage; // the caller's own: any other was refused
        state.Variables.Add(new SessionStateVariableEntry("ErrorActionPreference", ActionPreference.Stop, ""));
        state.Variables.Add(new SessionStateVariableEntry("ProgressPreference", ActionPreference.SilentlyContinue, ""));
        state.ImportPSModule([manifest]);
        state.ThreadOptions = PSThreadOptions.UseCurrentThread;
        var host = new StepHost();
        var runspace = RunspaceFactory.CreateRunspace(host, state);
        try
        {
            runspace.Open();
            return new ScriptRunspace(runspace, host);
        }
        catch
        {
            runspace.Dispose();
            throw;
        }
    }
}
