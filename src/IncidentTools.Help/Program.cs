using System.Text;
using System.Xml;
using IncidentTools.Help.Commands;
using IncidentTools.Help.Output;
using IncidentTools.Help.Pages;

// IncidentTools.Help <folder of pages> <manifest of the module> <folder for the help files>
// Prints every error with file and line, and writes nothing when there is one.
if (args is not [var pages, var manifest, var output])
{
    Console.Error.WriteLine("Usage: IncidentTools.Help <folder of pages> <manifest of the module> <folder for the help files>");
    return 64;
}
var errors = new List<PageError>();
var folder = PageFolder.Read(pages, errors);
var commands = ModuleCommands.Read(Path.GetFullPath(manifest)).ToDictionary(command => command.Name, StringComparer.Ordinal);
var known = new List<(CommandPage Page, CommandFacts Command)>();
foreach (var page in folder.Commands)
{
    if (!commands.TryGetValue(page.Name, out var command)) errors.Add(new PageError(page.File, 1, $"the module has no command {page.Name}"));
    else
    {
        known.Add((page, command));
        errors.AddRange(PageChecks.Of(page, command, folder.Shared));
    }
}
foreach (var error in errors.Distinct().OrderBy(error => error.File, StringComparer.Ordinal).ThenBy(error => error.Line)) Console.Out.WriteLine(error);
if (errors.Count > 0) return 1;

Directory.CreateDirectory(output);
foreach (var old in Directory.GetFiles(output, "about_*.help.txt")) File.Delete(old);
foreach (var topic in folder.Topics) File.WriteAllText(Path.Combine(output, topic.Name + ".help.txt"), topic.Render());
using var writer = XmlWriter.Create(Path.Combine(output, "IncidentTools.dll-Help.xml"), new XmlWriterSettings { Indent = true, NewLineChars = "\n", Encoding = new UTF8Encoding(false) });
new MamlWriter(folder.Shared).Write(known).Save(writer);
return 0;
