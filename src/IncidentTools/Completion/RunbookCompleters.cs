using IncidentTools.Engine;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Completion;

/// <summary>Versions of the runbook that is named: in the workspace, and in runs of this store.</summary>
public sealed class RunbookVersionCompleter : Completer
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Text, string Tip)> Candidates(IncidentEngine engine)
    {
        if ((Bound["Name"] ?? Bound["Runbook"]) is not string name) return [];
        var file = engine.Library.FindFile(name);
        return Versions(engine, file).Select(version => (version, version == file.Book?.Version ? $"{file.Name} as it is now" : $"{file.Name} as a run used it"));
    }

    internal static IEnumerable<string> Versions(IncidentEngine engine, RunbookFile file) =>
        new[] { file.Book?.Version }.OfType<string>().Concat(engine.Runs.List(null, null, file.Name).Select(run => run.Version)).Distinct();
}

/// <summary>Teams and people of the contact list.</summary>
public sealed class OwnerCompleter : Completer
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Text, string Tip)> Candidates(IncidentEngine engine) =>
        engine.Workspace.Contacts.Teams.Values.Select(team => (team.Id, team.Name)).Concat(engine.Workspace.Contacts.People.Values.Select(person => (person.Id, person.Name)));
}
