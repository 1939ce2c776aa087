using System.Management.Automation;
using System.Reflection;
using System.Runtime.Loader;

namespace IncidentTools.Loader;

/// <summary>
/// First of the nested modules, so that it listens before PowerShell looks at the cmdlets' types. It answers for one name, the engine's, and
/// loads it with its packages in a context of their own: another module's YamlDotNet or SQLite never meets ours.
/// </summary>
public sealed class EngineResolver : IModuleAssemblyInitializer
{
    private const string Engine = "IncidentTools.Engine";
    private static readonly Lazy<EngineContext> Context = new(() => new EngineContext(Path.Combine(Path.GetDirectoryName(typeof(EngineResolver).Assembly.Location)!, "dependencies")));

    /// <summary>Called by PowerShell at every import; the listener is there once (importing again takes it off first).</summary>
    public void OnImport()
    {
        AssemblyLoadContext.Default.Resolving -= Resolve;
        AssemblyLoadContext.Default.Resolving += Resolve;
    }

    private static Assembly? Resolve(AssemblyLoadContext context, AssemblyName name) => name.Name == Engine ? Context.Value.LoadFromAssemblyName(name) : null;
}
