using System.IO.Compression;
using System.Xml.Linq;

namespace IncidentTools.Module.Tests.Package;

/// <summary>The package as build.ps1 makes it in the bare engine, and the module as somebody gets it who installs it.</summary>
public sealed class PackageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("incidenttools-").FullName;
    private string Store => Path.Combine(_folder, "incidents.db");
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Packs what is laid out already; the same files as a Release build, which only build.ps1 without -NoBuild makes.</summary>
    private string Pack()
    {
        NeedsSdk();
        var result = ShellProcess.Run(Store, "-File", RepoRoot.Combine("build.ps1"), "-Task", "Package", "-NoBuild");
        Assert.True(result.Code == 0, result.Output + result.Errors);
        return Path.Combine(RepoRoot.Path, "out", $"IncidentTools.{Path.GetFileName(Path.GetDirectoryName(ModuleHost.ModulePath))}.nupkg");
    }

    [Fact]
    public void The_package_is_a_gallery_package_and_the_same_every_time()
    {
        var package = Pack();
        var first = File.ReadAllBytes(package);
        using (var zip = ZipFile.OpenRead(package))
        {
            var metadata = XDocument.Load(zip.GetEntry("IncidentTools.nuspec")!.Open()).Root!.Elements().Single();
            string Of(string name) => metadata.Elements().Single(element => element.Name.LocalName == name).Value;
            Assert.Equal(("IncidentTools", "MIT"), (Of("id"), Of("license")));
            foreach (var tag in new[] { "PSModule", "PSEdition_Core", "PSCmdlet_Start-Incident", "PSCommand_Start-Incident" }) Assert.Contains(tag, Of("tags").Split(' '));
            Assert.DoesNotContain(zip.Entries, entry => entry.Name.EndsWith(".pdb", StringComparison.Ordinal));
            Assert.Single(zip.Entries.Select(entry => entry.LastWriteTime.DateTime).Distinct());
        }
        Pack();
        Assert.Equal(first, File.ReadAllBytes(package));
    }

    [Fact]
    public void A_file_too_many_or_too_few_stops_the_build()
    {
        NeedsSdk();
        // a tree of its own: build.ps1 works on the folder it stands in
        File.Copy(RepoRoot.Combine("build.ps1"), Path.Combine(_folder, "build.ps1"));
        Directory.CreateDirectory(Path.Combine(_folder, "tests"));
        var expected = File.ReadAllLines(RepoRoot.Combine("tests", "package-files.txt"));
        File.WriteAllLines(Path.Combine(_folder, "tests", "package-files.txt"), expected.Append("missing.txt"));
        Copy(Path.GetDirectoryName(ModuleHost.ModulePath)!, Path.Combine(_folder, "out", "IncidentTools", "0.1.0"));
        File.WriteAllText(Path.Combine(_folder, "out", "IncidentTools", "0.1.0", "surplus.txt"), "left behind");
        var result = ShellProcess.Run(Store, "-File", Path.Combine(_folder, "build.ps1"), "-Task", "Package", "-NoBuild");
        Assert.Equal(1, result.Code);
        Assert.Contains("- missing.txt", result.Output, StringComparison.Ordinal);
        Assert.Contains("+ surplus.txt", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_unzipped_package_works_in_a_process_that_has_nothing_else()
    {
        var package = Pack();
        var module = Path.Combine(_folder, "out", "IncidentTools", "0.1.0");
        ZipFile.ExtractToDirectory(package, module);
        // the Shell imports the module that stands in out/ above it: this copy finds the unzipped one
        Copy(Path.GetDirectoryName(ShellProcess.Program())!, Path.Combine(_folder, "shell"));
        var program = Path.Combine(_folder, "shell", "IncidentTools.Shell.dll");
        string Lines(string command)
        {
            var result = ShellProcess.RunProgram(program, Store, "-Command", command);
            Assert.True(result.Code == 0, result.Output + result.Errors);
            return result.Output.ReplaceLineEndings("\n").Trim();
        }
        Assert.Equal(module, Lines("(Get-Module IncidentTools).ModuleBase"));
        using var host = new ModuleHost();
        Assert.Equal(string.Join('\n', host.Run("Get-Command -Module IncidentTools -CommandType Cmdlet | ForEach-Object Name").Select(name => name.ToString())), Lines("Get-Command -Module IncidentTools -CommandType Cmdlet | ForEach-Object Name"));
        Assert.Equal("INC-1", Lines("(Start-Incident 'from the package' -NoPage).Id"));
        Assert.Equal("True", Lines("Test-IncidentJournal -Deep -Quiet"));
        Assert.StartsWith("Declares an incident", Lines("(Get-Help Start-Incident).Synopsis"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_task_that_does_not_exist_is_named_and_ends_with_64() => Assert.Equal(64, ShellProcess.Run(Store, "-File", RepoRoot.Combine("build.ps1"), "-Task", "Pakage").Code);

    [Fact]
    public void Pester_is_said_to_be_skipped_where_there_is_none()
    {
        Assert.SkipWhen((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, OperatingSystem.IsWindows() ? "pwsh.exe" : "pwsh"))), "there is a pwsh here, which runs the suites");
        var result = ShellProcess.Run(Store, "-File", RepoRoot.Combine("build.ps1"), "-Task", "Pester");
        Assert.Equal(0, result.Code);
        Assert.Contains("SKIPPED: Pester", result.Output, StringComparison.Ordinal);
    }

    private static void NeedsSdk() =>
        Assert.SkipUnless((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"))), "needs the SDK's dotnet on PATH");

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
