using System.Diagnostics;
using IncidentTools.Help.Commands;
using IncidentTools.Help.Pages;

namespace IncidentTools.Module.Tests.Help;

/// <summary>A page that is wrong is refused, with its file and line.</summary>
public class MalformedPageTests
{
    private const string Good = """
        # Get-Thing

        ## SYNOPSIS
        Gets things.

        ## DESCRIPTION
        All of them.

        ## EXAMPLES

        ### One
        To see one.

        ```powershell
        Get-Thing 1
        ```

        ### Two
        <!-- setup: $x = 1 -->
        To see two.

        ```powershell
        Get-Thing 2
        ```

        ```text
        2
        ```

        ### Three
        <!-- needs: full PowerShell -->
        To see three.

        ```powershell
        Get-Thing 3
        ```

        ## PARAMETERS

        ### -Kind
        Which kind.

        ```yaml
        Default: big
        Values: big, small
        Pipeline: by name
        ```

        ## INPUTS

        ### String
        A name.

        ## OUTPUTS

        ### System.String
        A thing.

        ## NOTES
        None.

        ## RELATED LINKS
        - [Somewhere](https://example.com/)
        """;

    private static readonly ParameterFacts Kind = new("Kind", "String", false, false, 0, "big", "by name", [], ["big", "small"], false, "Which kind.");
    private static readonly CommandFacts Thing = new("Get-Thing", "Get", "Thing", [[Kind]], [Kind], ["System.String"]);

    private static (CommandPage? Page, List<PageError> Errors) Read(string text)
    {
        var errors = new List<PageError>();
        return (new PageReader("Get-Thing.md", errors).Read(text), errors);
    }

    [Fact]
    public void A_good_page_is_read_whole()
    {
        var (page, errors) = Read(Good);
        Assert.Empty(errors);
        Assert.Equal(("Gets things.", 3, "$x = 1", "2", "full PowerShell"), (page!.Synopsis, page.Examples.Count, page.Examples[1].Setup, page.Examples[1].Output, page.Examples[2].Needs));
        Assert.Empty(PageChecks.Of(page, Thing, []));
    }

    [Theory]
    [InlineData("# Get-Thing", "# Get-Thing\n\n# Another", 1, "one heading of the first level")]
    [InlineData("## NOTES", "## NOTE", 59, "'NOTE' is not a heading")]
    [InlineData("## NOTES\nNone.", "", 1, "'## NOTES' is missing")]
    [InlineData("## NOTES\nNone.", "## NOTES", 59, "'NOTES' is empty")]
    [InlineData("## NOTES\nNone.", "## INPUTS\n### String\nTwice.", 59, "'INPUTS' is there twice")]
    [InlineData("Gets things.", "Gets things.\n\nMany.", 3, "one paragraph")]
    [InlineData("To see one.", "", 11, "does not say in a sentence")]
    [InlineData("```powershell\nGet-Thing 1\n```", "", 11, "no block of powershell")]
    [InlineData("```powershell\nGet-Thing 1", "```sh\nGet-Thing 1", 14, "blocks of powershell and text")]
    [InlineData("<!-- setup: $x = 1 -->", "<!-- prepare: $x = 1 -->", 19, "a comment of an example is")]
    [InlineData("### Three\n<!-- needs: full PowerShell -->\nTo see three.\n\n```powershell\nGet-Thing 3\n```", "", 9, "2 example(s)")]
    [InlineData("### -Kind", "### Kind", 40, "name with the dash")]
    [InlineData("Which kind.", "", 40, "-Kind says nothing")]
    [InlineData("Pipeline: by name", "Pipelin: by name", 46, "is not one of Default: …")]
    [InlineData("Pipeline: by name", "Default: big", 46, "'Default' is there twice")]
    [InlineData("### String\nA name.", "String", 49, "a heading of the third level for each type")]
    [InlineData("- [Somewhere](https://example.com/)", "- Somewhere", 63, "begins with the link")]
    public void A_malformed_page_is_refused_at_its_line(string from, string to, int line, string message)
    {
        Assert.Contains(from, Good, StringComparison.Ordinal);
        var errors = Read(Good.Replace(from, to, StringComparison.Ordinal)).Errors;
        Assert.Contains(errors, error => error.Line == line && error.Message.Contains(message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Default: big", "Default: small", "Default: big")]
    [InlineData("Default: big\n", "", "Default: big")]
    [InlineData("Values: big, small", "Values: big", "Values: big, small")]
    [InlineData("Values: big, small\n", "", "Values: big, small")]
    [InlineData("Pipeline: by name\n", "", "Pipeline: by name")]
    [InlineData("Pipeline: by name", "Pipeline: by value", "Pipeline: by name")]
    [InlineData("Pipeline: by name", "Pipeline: by name\nAliases: K", "Aliases: ")]
    [InlineData("Pipeline: by name", "Pipeline: by name\nWildcards: yes", "Wildcards: no")]
    [InlineData("### -Kind", "### -Sort", "has no parameter -Sort")]
    [InlineData("### System.String", "### System.Int32", "the outputs of Get-Thing are System.String")]
    [InlineData("### String\nA name.", "### None\nNothing.", "takes input from the pipeline")]
    public void A_page_that_lies_about_its_command_is_refused(string from, string to, string message)
    {
        Assert.Contains(from, Good, StringComparison.Ordinal);
        var (page, errors) = Read(Good.Replace(from, to, StringComparison.Ordinal));
        Assert.Empty(errors);
        Assert.Contains(PageChecks.Of(page!, Thing, []), error => error.Message.Contains(message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_shared_parameter_must_be_true_for_every_command_that_uses_it()
    {
        var shared = new List<PageError>();
        var words = new PageReader("shared.md", shared).ReadShared("# Shared\n\n## -Kind\nWhich kind.\n\n```yaml\nDefault: small\n```\n");
        Assert.Empty(shared);
        var (page, _) = Read(Good.Replace("### -Kind\nWhich kind.\n\n```yaml\nDefault: big\nValues: big, small\nPipeline: by name\n```", "", StringComparison.Ordinal));
        Assert.Contains(PageChecks.Of(page!, Thing, words), error => error is { File: "shared.md", Line: 3 } && error.Message.Contains("Default: big", StringComparison.Ordinal));
    }

    [Fact]
    public void The_program_prints_place_and_message_the_way_a_build_understands_and_writes_nothing()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "starts the program with the dotnet of a Unix machine");
        var folder = Directory.CreateTempSubdirectory("incidenttools-").FullName;
        File.WriteAllText(Path.Combine(folder, "Get-Incident.md"), Good.Replace("Get-Thing", "Get-Incident", StringComparison.Ordinal).Replace("https://example.com/", "Nowhere.md", StringComparison.Ordinal));
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        foreach (var argument in new[] { typeof(PageReader).Assembly.Location, folder, ModuleHost.ModulePath, Path.Combine(folder, "out") }) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(1, process.ExitCode);
        Assert.Contains($"{Path.Combine(folder, "Get-Incident.md")}(63): error HELP: the link leads nowhere: Nowhere.md", output, StringComparison.Ordinal);
        Assert.Contains("(40): error HELP: Get-Incident has no parameter -Kind", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(folder, "out")));
        Directory.Delete(folder, recursive: true);
    }
}
