using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace IncidentTools.Loader;

/// <summary>Loads what stands in one folder, and leaves everything else (the framework, IncidentTools.Core) to the default context.</summary>
internal sealed class EngineContext(string folder) : AssemblyLoadContext("IncidentTools")
{
    protected override Assembly? Load(AssemblyName name)
    {
        var file = Path.Combine(folder, name.Name + ".dll");
        return File.Exists(file) ? LoadFromAssemblyPath(file) : null;
    }

    protected override nint LoadUnmanagedDll(string name)
    {
        var file = Path.Combine(folder, "runtimes", Platform(), "native", OperatingSystem.IsWindows() ? name + ".dll" : OperatingSystem.IsMacOS() ? $"lib{name}.dylib" : $"lib{name}.so");
        return File.Exists(file) ? LoadUnmanagedDllFromPath(file) : 0;
    }

    private static string Platform()
    {
        var system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal) ? "linux-musl" : "linux";
        return $"{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
    }
}
