namespace IncidentTools.Engine.Tests.Architecture;

/// <summary>What can be said of the source files themselves.</summary>
public sealed class SourceTests
{
    private const int MostLines = 300;

    private static IEnumerable<string> Files(string pattern) =>
        new[] { "src", "tests" }.Select(folder => Path.Combine(RepoRoot.Require(), folder)).SelectMany(folder => Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories))
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"));

    [Fact]
    public void No_file_is_longer_than_can_be_read_at_once()
    {
        var files = Files("*.cs").ToArray();
        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.True(File.ReadLines(file).Count() <= MostLines, $"{Path.GetFileName(file)} has more than {MostLines} lines"));
    }

    [Fact]
    public void Versions_of_packages_are_in_one_file() =>
        Assert.All(Files("*.csproj"), file => Assert.DoesNotContain(File.ReadLines(file), line => line.Contains("PackageReference", StringComparison.Ordinal) && line.Contains("Version=", StringComparison.Ordinal)));
}
