using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Text;
using IncidentTools.Base;

namespace IncidentTools.Scripting;

/// <summary>A runspace for one script at a time, and the host it was opened with.</summary>
internal sealed class ScriptRunspace(Runspace runspace, StepHost host, string print)
{
    public Runspace Runspace => runspace;
    public StepHost Host => host;
    /// <summary>What it offered when it was opened.</summary>
    public string Print => print;
}

/// <summary>
/// Runspaces with this module in them. Opening one takes far longer than a short script, so one that a script left as it found it is used again, its
/// variables reset; one with a function, alias, module, drive, job or subscription more or less than before is not.
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
        lock (_idle) _idle.TryPop(out found);
        found ??= Open();
        try { found.Runspace.SessionStateProxy.Path.SetLocation(WildcardPattern.Escape(place.Location)); }
        catch
        {
            Close(found);
            throw;
        }
        if (place.Store is { } store) ModuleSession.Of(found.Runspace).ConnectedStore = store;
        return found;
    }

    /// <param name="ended">Whether the script came to its end; one that was stopped may have left anything.</param>
    public void Return(ScriptRunspace used, bool ended)
    {
        if (!ended || !IsAsBefore(used))
        {
            Close(used);
            return;
        }
        ModuleSession.Forget(used.Runspace);
        lock (_idle)
        {
            if (!_closed && _idle.Count < MaxIdle)
            {
                _idle.Push(used);
                return;
            }
        }
        Close(used);
    }

    public static void Close(ScriptRunspace runspace)
    {
        ModuleSession.Forget(runspace.Runspace);
        runspace.Runspace.Dispose();
    }

    public void Dispose()
    {
        lock (_idle) _closed = true;
        while (true)
        {
            ScriptRunspace? idle;
            lock (_idle) if (!_idle.TryPop(out idle)) return;
            Close(idle);
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
            return new ScriptRunspace(runspace, host, Print(runspace));
        }
        catch
        {
            runspace.Dispose();
            throw;
        }
    }

    private static bool IsAsBefore(ScriptRunspace used)
    {
        try
        {
            var runspace = used.Runspace;
            if (runspace.RunspaceStateInfo.State != RunspaceState.Opened || runspace.RunspaceAvailability != RunspaceAvailability.Available || runspace.Events.Subscribers.Count > 0 || Print(runspace) != used.Print) return false;
            runspace.ResetRunspaceState();
            used.Host.Reset();
            return true;
        }
        catch (Exception error) when (error is RuntimeException or InvalidOperationException) { return false; }
    }

    /// <summary>All that a script could leave behind beside variables, which are reset.</summary>
    private static string Print(Runspace runspace)
    {
        var proxy = runspace.SessionStateProxy;
        var found = new StringBuilder();
        foreach (var kind in new[] { "Function:", "Alias:" })
            foreach (var item in proxy.InvokeProvider.ChildItem.Get(kind, recurse: false))
                found.Append(item.BaseObject is CommandInfo command ? $"{command.Name} {command.Definition}" : item.ToString()).Append('\n');
        foreach (var drive in proxy.Drive.GetAll()) found.Append(drive.Name).Append(' ').Append(drive.Root).Append('\n');
        foreach (var looking in new[] { "Get-Module", "Get-Job" })
        {
            using var shell = PowerShell.Create();
            shell.Runspace = runspace;
            foreach (var item in shell.AddCommand(looking).Invoke()) found.Append(item.BaseObject is Job job ? $"job {job.Id}" : item.ToString()).Append('\n');
        }
        return found.ToString();
    }
}
