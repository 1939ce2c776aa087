using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Workspace.Services;

/// <summary><c>changes</c>: where it is on record what was changed; the fields of probe.change-window.</summary>
internal static class ChangesShape
{
    public static Field Field { get; } = Optional("changes", new ObjectShape("changes",
        Optional("repositories", ListOf(Text, allowSingle: true), "Git work trees it runs from"),
        Optional("packages", Bool, "whether packages of this machine count", false),
        Optional("folders", ListOf(Text, allowSingle: true), "folders whose files' times of change count: configuration"),
        Optional("url", Url, "address of a release system that answers with a JSON list of releases"),
        Optional("command", ListOf(Text) with { MinItems = 1 }, "program and arguments that print such a list, or lines that begin with a time")), "where it is on record what was changed");
}
