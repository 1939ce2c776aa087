using System.Management.Automation;
using System.Text.RegularExpressions;
using IncidentTools.Help.Pages;

namespace IncidentTools.Module.Tests.Help;

/// <summary>Every example of every page, as a user would type it, in a store, a folder and a session of its own.</summary>
public partial class ExampleTests
{
    // if an example forgets to say which store, it is this one and never the user's own
    static ExampleTests()
    {
        if (Environment.GetEnvironmentVariable("INCIDENTTOOLS_STORE") is null or "")
            Environment.SetEnvironmentVariable("INCIDENTTOOLS_STORE", Path.Combine(Directory.CreateTempSubdirectory("incidenttools-").FullName, "examples.db"));
    }

    public static TheoryData<string, string> All
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var page in Pages.Folder.Commands)
                foreach (var example in page.Examples) data.Add(page.Name, example.Title);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void An_example_does_what_its_page_shows(string command, string title)
    {
        var page = Pages.Of(command);
        var example = page.Examples.Single(example => example.Title == title);
        Assert.SkipWhen(example.Needs is not null, $"needs {example.Needs}");
        Assert.SkipWhen(OperatingSystem.IsWindows() && UnixPrograms().IsMatch(page.Setup + example.Setup), "the page's runbook starts a program of Unix");
        var screen = new PrintingHost();
        using var host = new ModuleHost(host: screen);
        host.Run("$PSDefaultParameterValues.Clear(); $null = Connect-IncidentStore -Store $store");
        foreach (var setup in new[] { page.Setup, example.Setup }.OfType<string>()) host.Run(setup);
        var errors = Print(host, example.Code);
        if (example.ErrorId is { } id)
        {
            Assert.Contains(id, errors.Select(error => error.FullyQualifiedErrorId.Split(',')[0]));
            return;
        }
        Assert.True(errors.Count == 0, string.Join(Environment.NewLine, errors.Select(error => $"{error.FullyQualifiedErrorId}: {error}")));
        var difference = example.Output is { } shown ? ShownOutput.Difference(shown, screen.Printed) : null;
        Assert.True(difference is null, $"{command}, '{title}':\n{difference}\n\n{screen.Printed}");
    }

    [Fact]
    public void An_example_belongs_to_its_command()
    {
        foreach (var page in Pages.Folder.Commands)
            foreach (var example in page.Examples) Assert.True(example.Code.Contains(page.Name, StringComparison.Ordinal), $"{page.Name}, '{example.Title}' does not use it");
    }

    [Theory]
    [InlineData("INC-1   P0\n2026-01-01 10:00", "INC-1 P0\n2031-12-24 23:59:59", true)]
    [InlineData("a … c", "a b c", true)]
    [InlineData("a\n…", "a\nb\nc", true)]
    [InlineData("a\n…\nc", "a\nb\nc", true)]
    [InlineData("a", "b", false)]
    [InlineData("a", "a\nb", false)]
    [InlineData("a\nb", "a", false)]
    [InlineData("a\n…\nd", "a\nb\nc", false)]
    [InlineData("2026-01-01 10:00", "yesterday", false)]
    public void Shown_output_is_held_against_what_was_printed(string shown, string printed, bool same) => Assert.Equal(same, ShownOutput.Difference(shown, printed) is null);

    [GeneratedRegex(@"program: (touch|sleep|rm)\b")] private static partial Regex UnixPrograms();

    private static List<ErrorRecord> Print(ModuleHost host, string code)
    {
        using var shell = PowerShell.Create();
        shell.Runspace = host.Runspace;
        shell.AddScript(code).AddCommand("Out-Default");
        var errors = new List<ErrorRecord>();
        try { shell.Invoke(); }
        catch (RuntimeException error) { errors.Add(error.ErrorRecord); }
        return [.. errors, .. shell.Streams.Error];
    }
}
