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

    [Fact]
    public void Every_library_that_ships_is_named_with_its_licence()
    {
        var module = Path.GetDirectoryName(ModuleHost.ModulePath)!;
        var notices = File.ReadAllLines(Path.Combine(module, "THIRD-PARTY-NOTICES.md"));
        var libraries = Directory.GetFiles(Path.Combine(module, "bin", "dependencies"), "*.dll").Select(Path.GetFileNameWithoutExtension).Where(name => !name!.StartsWith("IncidentTools.", StringComparison.Ordinal));
        Assert.All(libraries, name => Assert.Contains(notices, line => line.StartsWith($"| {name} |", StringComparison.Ordinal) || line.StartsWith($"| {name}.Core |", StringComparison.Ordinal)));
    }
}
