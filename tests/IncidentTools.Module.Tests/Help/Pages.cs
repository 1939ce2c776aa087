using IncidentTools.Help.Pages;

namespace IncidentTools.Module.Tests.Help;

/// <summary>The help source of the repository, read once.</summary>
internal static class Pages
{
    public static string FolderPath { get; } = RepoRoot.Combine("docs", "en-US");

    private static readonly Lazy<(PageFolder Folder, IReadOnlyList<PageError> Errors)> Read = new(() =>
    {
        var errors = new List<PageError>();
        return (PageFolder.Read(FolderPath, errors), errors);
    });

    public static PageFolder Folder => Read.Value.Folder;
    public static IReadOnlyList<PageError> Errors => Read.Value.Errors;
    public static CommandPage Of(string command) => Folder.Commands.SingleOrDefault(page => page.Name == command) ?? throw new InvalidOperationException($"docs/en-US/{command}.md is not there: write it (any page beside it is a pattern)");
}
