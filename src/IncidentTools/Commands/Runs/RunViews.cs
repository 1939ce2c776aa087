using System.Management.Automation;

namespace IncidentTools.Commands.Runs;

/// <summary>Marks steps for the view that suits what was asked for; the objects stay the same.</summary>
internal static class RunViews
{
    public static IEnumerable<object> Planned(IEnumerable<RunbookStep> steps) => steps.Select(step => Marked(step, "Planned"));

    /// <summary>A list that shows what is asked and what to paste, when all of them wait for somebody; else the table.</summary>
    public static IEnumerable<object> Asked(IReadOnlyList<RunbookStep> steps) => steps.All(step => step.WaitReason is not null) ? steps.Select(step => Marked(step, "Waiting")) : steps;

    private static PSObject Marked(RunbookStep step, string view)
    {
        var marked = new PSObject(step);
        marked.TypeNames.Insert(0, $"{typeof(RunbookStep).FullName}#{view}");
        return marked;
    }
}
