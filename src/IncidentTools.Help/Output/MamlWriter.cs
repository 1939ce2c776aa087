using System.Xml.Linq;
using IncidentTools.Help.Commands;
using IncidentTools.Help.Pages;

namespace IncidentTools.Help.Output;

/// <summary>Writes the file that Get-Help reads for compiled commands. Words come from the page, everything else from the command.</summary>
internal sealed class MamlWriter(IReadOnlyList<ParameterText> shared)
{
    private static readonly XNamespace Msh = "http://msh", Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace Maml = "http://schemas.microsoft.com/maml/2004/10", Dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    public XDocument Write(IEnumerable<(CommandPage Page, CommandFacts Command)> commands) => new(
        new XDeclaration("1.0", "utf-8", null),
        new XElement(Msh + "helpItems", new XAttribute("schema", "maml"), commands.Select(pair => Item(pair.Page, pair.Command))));

    private XElement Item(CommandPage page, CommandFacts command) => new(
        Command + "command",
        new XAttribute(XNamespace.Xmlns + "maml", Maml), new XAttribute(XNamespace.Xmlns + "command", Command), new XAttribute(XNamespace.Xmlns + "dev", Dev),
        new XElement(Command + "details", new XElement(Command + "name", command.Name), new XElement(Command + "verb", command.Verb), new XElement(Command + "noun", command.Noun), Text("description", [new TextBlock(page.Synopsis)])),
        Text("description", page.Description),
        new XElement(Command + "syntax", command.Sets.Select(set => new XElement(Command + "syntaxItem", new XElement(Maml + "name", command.Name), set.Select(parameter => Parameter(page, parameter, inSyntax: true))))),
        new XElement(Command + "parameters", command.Parameters.Select(parameter => Parameter(page, parameter, inSyntax: false))),
        new XElement(Command + "inputTypes", page.Inputs.Select(type => new XElement(Command + "inputType", Type(type.Type), Text("description", type.Text)))),
        new XElement(Command + "returnValues", page.Outputs.Select(type => new XElement(Command + "returnValue", Type(type.Type), Text("description", type.Text)))),
        new XElement(Maml + "alertSet", Text("alert", page.Notes)),
        new XElement(Command + "examples", page.Examples.Select(Example)),
        new XElement(Command + "relatedLinks", page.Links.Select(link => new XElement(
            Maml + "navigationLink", new XElement(Maml + "linkText", link.Text), new XElement(Maml + "uri", link.Target.StartsWith("https://", StringComparison.Ordinal) ? link.Target : null)))));

    private XElement Parameter(CommandPage page, ParameterFacts facts, bool inSyntax)
    {
        var words = page.Parameters.Concat(shared).FirstOrDefault(text => text.Name == facts.Name);
        return new XElement(
            Command + "parameter", new XAttribute("required", facts.Mandatory ? "true" : "false"), new XAttribute("variableLength", "true"), new XAttribute("globbing", facts.Wildcards ? "true" : "false"),
            new XAttribute("pipelineInput", Pipeline(facts)), new XAttribute("position", facts.Position?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "named"),
            new XAttribute("aliases", facts.Aliases.Count == 0 ? "none" : string.Join(", ", facts.Aliases)),
            new XElement(Maml + "name", facts.Name), Text("description", [.. words?.Text ?? [new TextBlock(facts.HelpMessage ?? "")], .. Values(facts, words)]),
            inSyntax && facts.Values.Count > 0 ? new XElement(Command + "parameterValueGroup", facts.Values.Select(value => ParameterValue(value))) : null,
            facts.IsSwitch ? null : ParameterValue(facts.Type), Type(facts.Type), new XElement(Dev + "defaultValue", words?.Default ?? facts.Default ?? (facts.IsSwitch ? "off" : "none")));
    }

    private static IEnumerable<TextBlock> Values(ParameterFacts facts, ParameterText? words) =>
        words?.Facts.GetValueOrDefault("Values") is { } values ? [new TextBlock($"Accepted values: {values}.")] : facts.Values.Count > 0 ? [new TextBlock($"Accepted values: {string.Join(", ", facts.Values)}.")] : [];

    private static string Pipeline(ParameterFacts facts) => facts.Pipeline switch
    {
        "no" => "false",
        "by value" => "true (ByValue)",
        "by name" => "true (ByPropertyName)",
        _ => "true (ByValue, ByPropertyName)",
    };

    private static XElement ParameterValue(string text) => new(Command + "parameterValue", new XAttribute("required", "true"), new XAttribute("variableLength", "false"), text);

    private static XElement Type(string name) => new(Dev + "type", new XElement(Maml + "name", name), new XElement(Maml + "uri"));

    private static XElement Example(Example example, int index)
    {
        var output = example.Output is null ? null : new XElement(Maml + "para", example.Output);
        return new XElement(
            Command + "example", new XElement(Maml + "title", $"---------- Example {index + 1}: {example.Title} ----------"), new XElement(Dev + "code", example.Code),
            new XElement(Dev + "remarks", output, new XElement(Maml + "para", example.Purpose), new XElement(Maml + "para")));
    }

    private static XElement Text(string name, IEnumerable<TextBlock> blocks)
    {
        var paragraphs = new List<string>();
        var inList = false;
        foreach (var block in blocks)
        {
            // items of a list stand together
            if (inList && block.Lead.Length > 0) paragraphs[^1] += "\n" + block;
            else paragraphs.Add(block.ToString());
            inList = block.Lead.Length > 0;
        }
        return new XElement(Maml + name, paragraphs.Select(text => new XElement(Maml + "para", text)));
    }
}
