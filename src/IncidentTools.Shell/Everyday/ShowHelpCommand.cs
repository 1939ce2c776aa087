using System.Management.Automation;

namespace IncidentTools.Shell.Everyday;

/// <summary>What Get-Help knows, as text that needs no formatting module; page by page where somebody reads.</summary>
[Cmdlet(VerbsCommon.Show, "Help")]
[OutputType(typeof(string))]
internal sealed class ShowHelpCommand : PSCmdlet
{
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)] public string? Name { get; set; }
    /// <summary>Only this parameter.</summary>
    [Parameter] public string? Parameter { get; set; }
    [Parameter] public SwitchParameter Examples { get; set; }
    /// <summary>Accepted as pwsh does: the page is always whole.</summary>
    [Parameter] public SwitchParameter Full { get; set; }

    protected override void ProcessRecord()
    {
        var width = Math.Clamp(Terminal.Width - 1, 40, 110);
        var lines = (Name is null ? Overview(width) : Topic(Name, width)).ToArray();
        if (Terminal.Interactive && MyInvocation.PipelineLength == MyInvocation.PipelinePosition) Pager.Show(lines);
        else foreach (var line in lines) WriteObject(line);
    }

    private IEnumerable<string> Overview(int width)
    {
        var commands = Ask("Get-Command -Module IncidentTools -CommandType Cmdlet").Select(item => ((CommandInfo)item.BaseObject).Name).ToArray();
        var column = commands.Max(name => name.Length) + 2;
        foreach (var name in commands)
        {
            var synopsis = HelpPage.Synopsis(Ask("param($name) Get-Help $name -ErrorAction Ignore", name).FirstOrDefault());
            yield return (name.PadRight(column) + synopsis) is var line && line.Length > width ? line[..(width - 1)] + "…" : line;
        }
        yield return "";
        yield return "help <command> shows one of them; help about_* lists the topics.";
    }

    private IEnumerable<string> Topic(string name, int width)
    {
        var found = Ask("param($name) Get-Help $name -ErrorAction SilentlyContinue", name).ToArray();
        if (found.Length == 0)
        {
            WriteError(new ErrorRecord(new ItemNotFoundException($"There is no help for '{name}'."), "HelpNotFound", ErrorCategory.ObjectNotFound, name) { ErrorDetails = new($"There is no help for '{name}'.") { RecommendedAction = "help lists the commands of this module." } });
            return [];
        }
        if (found.Length > 1) return found.Select(item => $"{item.Properties["Name"]?.Value,-36}{HelpPage.Synopsis(item)}".TrimEnd());
        if (found[0].BaseObject is string text) return text.Split('\n').Select(line => line.TrimEnd('\r'));
        var title = found[0].Properties["Name"]?.Value as string ?? name;
        var syntax = Ask("param($name) Get-Command $name -Syntax -ErrorAction Ignore", title).SelectMany(item => item.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        return new HelpPage(found[0], width).Lines(title, syntax, Parameter, Examples);
    }

    private IEnumerable<PSObject> Ask(string script, params object[] arguments) => InvokeCommand.InvokeScript(SessionState, InvokeCommand.NewScriptBlock(script), arguments);
}
