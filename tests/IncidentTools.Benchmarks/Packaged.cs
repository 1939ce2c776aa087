using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace IncidentTools.Benchmarks;

/// <summary>The module as it is packaged: out/IncidentTools/&lt;version&gt;, found upward from this program.</summary>
internal static class Packaged
{
    public static string Module { get; } = Find();
    private static string Bin => Path.Combine(Path.GetDirectoryName(Module)!, "bin");
    private static string Dependencies => Path.Combine(Bin, "dependencies");

    /// <exception cref="InvalidOperationException">The module was built for debugging: its numbers mean nothing.</exception>
    public static void RequireRelease()
    {
        var core = AssemblyLoadContext.Default.LoadFromAssemblyPath(Path.Combine(Bin, "IncidentTools.Core.dll"));
        if (core.GetCustomAttribute<DebuggableAttribute>() is { IsJITOptimizerDisabled: true }) throw new InvalidOperationException("the module was built for debugging: run this with -c Release");
    }

    /// <summary>Lets this process use the packaged engine and its packages directly, without the module's loader.</summary>
    public static void UseEngine()
    {
        AssemblyLoadContext.Default.Resolving += static (context, name) =>
            new[] { Bin, Dependencies }.Select(folder => Path.Combine(folder, name.Name + ".dll")).FirstOrDefault(File.Exists) is { } file ? context.LoadFromAssemblyPath(file) : null;
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += static (_, name) =>
            Directory.GetFiles(Path.Combine(Dependencies, "runtimes", RuntimeInformation.RuntimeIdentifier, "native"), $"*{name}*") is [var file] ? NativeLibrary.Load(file) : 0;
    }

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var output = Path.Combine(folder.FullName, "out", "IncidentTools");
            if (Directory.Exists(output)) return Path.Combine(Directory.GetDirectories(output).Order(StringComparer.Ordinal).Last(), "IncidentTools.psd1");
        }
        throw new InvalidOperationException("the packaged module is not there: build the solution first");
    }
}
