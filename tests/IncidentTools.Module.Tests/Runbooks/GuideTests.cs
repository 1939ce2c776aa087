using System.Text.RegularExpressions;

namespace IncidentTools.Module.Tests.Runbooks;

/// <summary>The guide is made from what ships and from the workspace, and leaves nothing open.</summary>
public sealed partial class GuideTests : IDisposable
{
    private readonly ModuleHost _host = new();
    public void Dispose() => _host.Dispose();

    private static string Shipped => Path.Combine(Path.GetDirectoryName(ModuleHost.ModulePath)!, "runbooks");

    [Fact]
    public void It_holds_every_runbook_that_ships_the_process_first_and_leaves_nothing_to_be_written()
    {
        var guide = _host.Text("Export-Runbook -Guide")!;
        Assert.StartsWith("# Incident response guide\n", guide, StringComparison.Ordinal);
        var chapters = guide.Split('\n').Where(line => line.StartsWith("## ", StringComparison.Ordinal)).Select(line => line[3..]).ToArray();
        Assert.Equal(["Levels and targets", "Roles", "Incident process"], chapters[..3]);
        foreach (var file in Directory.GetFiles(Path.Combine(Shipped, "runbooks"), "*.yaml")) Assert.Contains($"<a id=\"{Path.GetFileNameWithoutExtension(file)}\"></a>", guide, StringComparison.Ordinal);
        Assert.Equal(["Response checklist", "Deadlines of laws and contracts", "Messages", "Contacts", "Revision history"], chapters[^5..]);
        Assert.DoesNotMatch(Unfinished(), guide);
        Assert.DoesNotContain("${{", guide, StringComparison.Ordinal);
        // every link of the contents leads somewhere
        Assert.All(Link().Matches(guide).Select(match => match.Groups[1].Value).Distinct(), id => Assert.Contains($"<a id=\"{id}\"></a>", guide, StringComparison.Ordinal));
        Assert.Contains("First version", guide[guide.IndexOf("## Revision history", StringComparison.Ordinal)..], StringComparison.Ordinal);
        // the four steps of the process, and every line of the checklist
        foreach (var step in new[] { "Is it real?", "Set class and severity", "Call the team together", "Hand the repair over to the runbook", "Approve the mitigation", "Hold the review", "Update what was wrong or missing" }) Assert.Contains(step, guide, StringComparison.Ordinal);
        var items = File.ReadAllLines(Path.Combine(Shipped, "checklist.yaml")).Count(line => line.Contains("{ phase:", StringComparison.Ordinal));
        Assert.True(items > 40);
        Assert.Equal(items, guide.Split('\n').Count(line => line.StartsWith("| ☐ |", StringComparison.Ordinal)));
    }

    [Fact]
    public void People_and_whom_to_call_next_come_from_the_workspace()
    {
        _host.Run("$null = New-IncidentWorkspace ./ops; $PSDefaultParameterValues['*-*:Workspace'] = \"$PWD/ops\"");
        var guide = _host.Text("Export-Runbook service-outage -Guide -Service shop")!;
        Assert.Contains("Ana Silva", guide[guide.IndexOf("## Contacts", StringComparison.Ordinal)..], StringComparison.Ordinal);
        Assert.Contains("| Escalation |", guide, StringComparison.Ordinal);
        Assert.DoesNotContain("## Incident process", guide, StringComparison.Ordinal);
        Assert.Equal("guide.md", _host.Text("(Export-Runbook -Guide -Path ./guide.md).Name"));
        Assert.Equal("ValueNotGiven", _host.ErrorId("Export-Runbook"));
    }

    [GeneratedRegex(@"to be (documented|defined|written|done)|\b(TODO|TBD|FIXME|coming soon|placeholder)\b", RegexOptions.IgnoreCase)] private static partial Regex Unfinished();
    [GeneratedRegex(@"\]\(#([^)]+)\)")] private static partial Regex Link();
}
