using System.Management.Automation;
using System.Runtime.Loader;

namespace IncidentTools.Module.Tests.Load;

public class LoadTests
{
    private static readonly string[] Heavy = ["YamlDotNet", "Microsoft.Data.Sqlite", "MailKit", "NodaTime", "IncidentTools.Engine"];

    [Fact]
    public void Importing_brings_the_commands_and_the_types()
    {
        using var host = new ModuleHost();
        Assert.Equal("IncidentTools", host.Text("(Get-Command Start-Incident).ModuleName"));
        Assert.Equal("IncidentTools.Incident", host.Text("[IncidentTools.Incident].FullName"));
        Assert.Equal("Confirm-Incident", host.Text("(Get-Command Acknowledge-Incident).Definition"));
    }

    [Fact]
    public void Importing_loads_none_of_the_engine()
    {
        using var host = new ModuleHost(import: false);
        var loaded = ShellProcess.Run(host.Store, "-Command", "[AppDomain]::CurrentDomain.GetAssemblies() | ForEach-Object { $_.GetName().Name }").Output.Split('\n', StringSplitOptions.TrimEntries);
        Assert.Contains("IncidentTools.Loader", loaded);
        Assert.Empty(Heavy.Intersect(loaded));
    }

    [Fact]
    public void Our_packages_live_in_a_context_of_their_own()
    {
        using var host = new ModuleHost();
        host.Run("Start-Incident 'x'");
        foreach (var name in Heavy.Except(["MailKit"]))
            Assert.DoesNotContain(AssemblyLoadContext.Default.Assemblies, assembly => assembly.GetName().Name == name && assembly.Location.StartsWith(Path.GetDirectoryName(ModuleHost.ModulePath)!, StringComparison.Ordinal));
        Assert.Contains(AssemblyLoadContext.All.Where(context => context.Name == "IncidentTools").SelectMany(context => context.Assemblies), assembly => assembly.GetName().Name == "Microsoft.Data.Sqlite");
    }

    [Fact]
    public void Importing_again_by_force_and_after_removal_works()
    {
        using var host = new ModuleHost();
        host.Run("Start-Incident 'one'");
        host.Run($"Import-Module '{ModuleHost.ModulePath}' -Force; Start-Incident 'two'");
        host.Run($"Remove-Module IncidentTools; Import-Module '{ModuleHost.ModulePath}'; Start-Incident 'three'");
        Assert.Equal(3, host.Run("Get-Incident").Count);
    }

    [Fact]
    public void Two_runspaces_at_once_have_their_own_session()
    {
        using var first = new ModuleHost();
        using var second = new ModuleHost();
        Parallel.Invoke(() => first.Run("Start-Incident 'mine'"), () => second.Run("Start-Incident 'yours'"));
        first.Run("Enter-Incident 1");
        Assert.Equal("mine", first.Run<Incident>("Get-Incident -Current").Title);
        Assert.Equal("IncidentNotGiven", second.ErrorId("Get-Incident -Current"));
    }

    [Fact]
    public void A_command_loads_the_module_by_its_name()
    {
        using var host = new ModuleHost(import: false);
        var parent = Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(ModuleHost.ModulePath)))!;
        host.Run($"$env:PSModulePath = '{parent}'; $PSDefaultParameterValues['*-*:Store'] = $store");
        Assert.Equal("INC-1", host.Text("(Start-Incident 'autoloaded').Id")); // no type of ours: this method is compiled before the module is there
    }

    [Fact]
    public void A_foreign_YamlDotNet_in_the_process_does_not_matter()
    {
        // as another module would: its own copy, loaded into the default context
        var copy = Path.Combine(Directory.CreateTempSubdirectory("foreign-").FullName, "YamlDotNet.dll");
        File.Copy(Path.Combine(Path.GetDirectoryName(ModuleHost.ModulePath)!, "bin", "dependencies", "YamlDotNet.dll"), copy);
        AssemblyLoadContext.Default.LoadFromAssemblyPath(copy);
        using var host = new ModuleHost();
        Assert.Equal("True", host.Text("(Test-IncidentWorkspace).Valid")); // no type of ours: this method is compiled before the module is there
    }

    [Fact]
    public void The_manifest_is_valid_and_lists_exactly_the_commands_of_the_assembly()
    {
        using var host = new ModuleHost();
        var manifest = host.Run<PSModuleInfo>($"Test-ModuleManifest '{ModuleHost.ModulePath}'");
        var listed = manifest.ExportedCmdlets.Keys.Order(StringComparer.Ordinal).ToArray();
        var compiled = host.Run("Get-Command -Module IncidentTools -CommandType Cmdlet").Select(item => ((CmdletInfo)item.BaseObject).ImplementingType.Assembly).First()
            .GetTypes().Select(type => type.GetCustomAttributes(typeof(CmdletAttribute), false).OfType<CmdletAttribute>().SingleOrDefault()).OfType<CmdletAttribute>()
            .Select(attribute => $"{attribute.VerbName}-{attribute.NounName}").Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(compiled, listed);
    }
}
