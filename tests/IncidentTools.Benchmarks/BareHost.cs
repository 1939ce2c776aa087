using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace IncidentTools.Benchmarks;

/// <summary>The PowerShell engine and nothing else: what a host of the module is at the least.</summary>
internal sealed class BareHost : IDisposable
{
    private readonly Runspace _runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());

    public BareHost() => _runspace.Open();

    /// <summary>Runs a script; its first error ends the program.</summary>
    public void Run(string script)
    {
        using var shell = PowerShell.Create(_runspace);
        shell.AddScript(script).Invoke();
        if (shell.Streams.Error.Count > 0) throw new InvalidOperationException(shell.Streams.Error[0].ToString());
    }

    public void Dispose() => _runspace.Dispose();
}
