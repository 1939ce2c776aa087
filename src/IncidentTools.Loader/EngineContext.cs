using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace IncidentTools.Loader;

/// <summary>
/// Loads what stands in one folder, and leaves everything else (the framework, IncidentTools.Core) to the default context; also a part of the
/// framework that stands here for an older one, when the host's own is as new: that is compiled already and loaded in a fraction of the time.
/// </summary>
internal sealed class EngineContext(string folder) : AssemblyLoadContext("IncidentTools")
{
    protected override Assembly? Load(AssemblyName name)
    {
        var file = Path.Combine(folder, name.Name + ".dll");
        return File.Exists(file) && !HostHas(name) ? LoadFromAssemblyPath(file) : null;
    }

    private static bool HostHas(AssemblyName name)
    {
        if (name.Name?.StartsWith("System.", StringComparison.Ordinal) != true || AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") is not string trusted) return false;
        var own = $"{Path.DirectorySeparatorChar}{name.Name}.dll";
        return trusted.Split(Path.PathSeparator).FirstOrDefault(file => file.EndsWith(own, StringComparison.OrdinalIgnoreCase)) is { } found && AssemblyName.GetAssemblyName(found).Version >= name.Version;
    }

    protected override nint LoadUnmanagedDll(string name)
    {
        var file = Path.Combine(folder, "runtimes", Platform(), "native", OperatingSystem.IsWindows() ? name.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) ? name : name + ".dll" : OperatingSystem.IsMacOS() ? $"lib{name}.dylib" : $"lib{name}.so");
        return File.Exists(file) ? LoadUnmanagedDllFromPath(file) : 0;
    }

    private static string Platform()
    {
        var system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal) ? "linux-musl" : "linux";
        return $"{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
    }
}
