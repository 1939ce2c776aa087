namespace IncidentTools.Engine.Tests;

/// <summary>The repository that the tests were built from; null when only the built tests are there (the runs on other platforms).</summary>
internal static class RepoRoot
{
    public static string? Path { get; } = Find();

    private static string? Find()
    {
        // the runs on other platforms say where it is
        if (Environment.GetEnvironmentVariable("INCIDENTTOOLS_REPO") is { Length: > 0 } named) return named;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "IncidentTools.sln"))) return folder.FullName;
        return null;
    }

    public static string Require()
    {
        Assert.SkipWhen(Path is null, "needs the repository's files beside the tests");
        return Path!;
    }
}
