using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace IncidentTools.Module.Tests.Conventions;

/// <summary>Who references whom, read from the compiled files: cmdlets, engine and core in one direction, loader and shell apart.</summary>
public sealed class AssemblyTests
{
    private static string[] References(string file)
    {
        using var reader = new PEReader(File.OpenRead(file));
        var metadata = reader.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name)).Where(name => !name.StartsWith("System.", StringComparison.Ordinal) || name == "System.Management.Automation")];
    }

    private static string Packaged(string file) => Path.Combine(Path.GetDirectoryName(ModuleHost.ModulePath)!, "bin", file);

    [Fact]
    public void Cmdlets_know_the_engine_the_core_and_PowerShell_and_no_package() =>
        Assert.Equal(["IncidentTools.Core", "IncidentTools.Engine", "System.Management.Automation"], References(Packaged("IncidentTools.dll")).Order(StringComparer.Ordinal));

    [Fact]
    public void The_loader_knows_nobody() => Assert.Equal(["System.Management.Automation"], References(Packaged("IncidentTools.Loader.dll")));

    [Fact]
    public void The_core_knows_nobody() => Assert.Empty(References(Packaged("IncidentTools.Core.dll")));

    [Fact]
    public void The_shell_knows_only_PowerShell() =>
        Assert.Equal(["System.Management.Automation"], References(Path.ChangeExtension(ShellProcess.Program(), ".dll")));
}
