namespace IncidentTools.Module.Tests;

/// <summary>The repository, found upward from the tests or named by INCIDENTTOOLS_REPO.</summary>
internal static class RepoRoot
{
    public static string Path { get; } = Environment.GetEnvironmentVariable("INCIDENTTOOLS_REPO") ?? Find();

    public static string Combine(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "IncidentTools.sln"))) return folder.FullName;
        throw new InvalidOperationException("the repository is not there: set INCIDENTTOOLS_REPO");
    }
}
