using System.Management.Automation;
using System.Text.RegularExpressions;
using IncidentTools.Help.Commands;
using IncidentTools.Help.Pages;

namespace IncidentTools.Module.Tests.Help;

/// <summary>What Get-Help gives for the packaged module, and whether it is complete and true.</summary>
public sealed partial class HelpTests : IDisposable
{
    private readonly ModuleHost _host = new();
    public void Dispose() => _host.Dispose();

    private IReadOnlyList<CmdletInfo> Commands() => [.. _host.Run("Get-Command -Module IncidentTools -CommandType Cmdlet").Select(item => (CmdletInfo)item.BaseObject)];

    private static IEnumerable<string> ParametersOf(CmdletInfo command) => command.Parameters.Keys.Where(name => !Cmdlet.CommonParameters.Contains(name));

    [Fact]
    public void No_page_is_malformed_and_no_link_leads_nowhere() => Assert.Empty(Pages.Errors);

    [Fact]
    public void Every_command_has_a_page_and_no_page_lacks_a_command() =>
        Assert.Equal(Commands().Select(command => command.Name).Order(StringComparer.Ordinal), Pages.Folder.Commands.Select(page => page.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Get_Help_finds_synopsis_description_and_three_examples_of_every_command()
    {
        foreach (var command in Commands())
        {
            var help = Assert.Single(_host.Run($"Get-Help {command.Name} -Full"));
            Assert.Equal(Pages.Of(command.Name).Synopsis, help.Properties["Synopsis"].Value);
            Assert.False(string.IsNullOrWhiteSpace(_host.Text($"(Get-Help {command.Name}).description[0].Text")), command.Name);
            Assert.True(int.Parse(_host.Text($"@((Get-Help {command.Name} -Examples).examples.example).Count")!) >= 3, command.Name);
        }
        Assert.Equal("Confirm-Incident", _host.Text("(Get-Help Acknowledge-Incident).Name"));
    }

    [Fact]
    public void Every_parameter_is_documented_and_none_that_does_not_exist()
    {
        foreach (var command in Commands())
        {
            var page = Pages.Of(command.Name);
            var documented = page.Parameters.Select(parameter => parameter.Name).Union(Pages.Folder.Shared.Select(parameter => parameter.Name)).ToHashSet();
            foreach (var name in ParametersOf(command)) Assert.True(documented.Contains(name), $"docs/en-US/{command.Name}.md does not say what -{name} is");
            foreach (var parameter in page.Parameters) Assert.True(command.Parameters.ContainsKey(parameter.Name), $"{command.Name} has no -{parameter.Name}");
        }
    }

    [Fact]
    public void Get_Help_says_of_each_parameter_what_its_attributes_say()
    {
        foreach (var command in Commands())
        {
            foreach (var name in ParametersOf(command))
            {
                var attribute = command.Parameters[name].Attributes.OfType<ParameterAttribute>().First();
                string Of(string property) => _host.Text($"(Get-Help {command.Name} -Parameter {name}).{property}") ?? "";
                Assert.False(string.IsNullOrWhiteSpace(Of("description[0].Text")), $"{command.Name} -{name}");
                Assert.Equal(attribute.ValueFromPipeline, Of("pipelineInput").Contains("ByValue", StringComparison.Ordinal));
                Assert.Equal(attribute.ValueFromPipelineByPropertyName, Of("pipelineInput").Contains("ByPropertyName", StringComparison.Ordinal));
                Assert.Equal(attribute.Position < 0 ? "named" : $"{attribute.Position}", Of("position"));
                Assert.False(string.IsNullOrWhiteSpace(Of("defaultValue")), $"{command.Name} -{name} says nothing of its default");
            }
        }
    }

    [Fact]
    public void Defaults_values_aliases_and_outputs_on_the_pages_are_those_of_the_commands()
    {
        var errors = Commands().SelectMany(command => PageChecks.Of(Pages.Of(command.Name), CommandFacts.Of(command), Pages.Folder.Shared));
        Assert.Empty(errors);
    }

    [Fact]
    public void Topics_are_found_by_their_name()
    {
        Assert.NotEmpty(Pages.Folder.Topics);
        foreach (var topic in Pages.Folder.Topics)
            Assert.StartsWith($"TOPIC\n    {topic.Name}\n", _host.Text($"Get-Help {topic.Name}")!.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        foreach (var name in new[] { "about_IncidentTools", "about_IncidentSeverity", "about_IncidentJournal", "about_IncidentWorkspace" }) Assert.Contains(name, Pages.Folder.Topics.Select(topic => topic.Name));
    }

    [Fact]
    public void A_command_that_is_named_anywhere_exists()
    {
        var known = Commands().Select(command => command.Name).Concat(["Acknowledge-Incident", "Reopen-Incident"]).ToHashSet(StringComparer.Ordinal);
        foreach (var file in Directory.GetFiles(Pages.FolderPath, "*.md"))
            foreach (Match match in OurCommand().Matches(File.ReadAllText(file))) Assert.True(known.Contains(match.Value), $"{Path.GetFileName(file)} names {match.Value}");
    }

    [Fact]
    public void An_error_id_that_is_named_is_in_the_catalogue()
    {
        var known = typeof(Errors).GetMethods().Select(method => method.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var page in Pages.Folder.Commands)
        {
            foreach (var id in page.Examples.Select(example => example.ErrorId).OfType<string>()) Assert.True(known.Contains(id), $"{page.Name} shows {id}");
            foreach (var note in page.Notes.SkipWhile(note => !note.Text.StartsWith("Errors", StringComparison.Ordinal)).Where(note => note.Lead.Length > 0))
                foreach (Match match in Id().Matches(note.Text.Split(':')[0])) Assert.True(known.Contains(match.Value), $"{page.Name} names {match.Value}");
        }
    }

    [GeneratedRegex(@"\b[A-Z][a-z]+-(?:Incident|Escalation|Runbook|OnCall)[A-Za-z]*")] private static partial Regex OurCommand();
    [GeneratedRegex(@"\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\b")] private static partial Regex Id();
}
