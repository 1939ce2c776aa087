using IncidentTools.Engine;
using IncidentTools.Engine.Journal;

namespace IncidentTools.Completion;

/// <summary>Incidents, newest first.</summary>
public sealed class IncidentCompleter : Completer
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Text, string Tip)> Candidates(IncidentEngine engine) =>
        engine.Incidents.Query(new ProjectionQuery().Order("number", descending: true).Take(50)).Select(row => (row.Id, $"{row.Severity.Level} {row.State}: {row.Title}"));
}

/// <summary>Services of the catalogue.</summary>
public sealed class ServiceCompleter : Completer
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Text, string Tip)> Candidates(IncidentEngine engine) => engine.Workspace.Services.Values.Select(service => (service.Id, service.Name));
}

/// <summary>Conditions of the policy.</summary>
public sealed class ConditionCompleter : Completer
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Text, string Tip)> Candidates(IncidentEngine engine) => engine.Workspace.Policy.Floors.Select(floor => (floor.Id, $"{floor.Effect} {floor.Level}: {floor.Text}"));
}

/// <summary>Roles of the policy.</summary>
public sealed class RoleCompleter : Completer
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Text, string Tip)> Candidates(IncidentEngine engine) => engine.Workspace.Policy.Roles.Select(role => (role.Id, role.Duties));
}

/// <summary>People of the contact list.</summary>
public sealed class ContactCompleter : Completer
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Text, string Tip)> Candidates(IncidentEngine engine) => engine.Workspace.Contacts.People.Values.Select(person => (person.Id, person.Name));
}

/// <summary>Audiences of the policy.</summary>
public sealed class AudienceCompleter : Completer
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Text, string Tip)> Candidates(IncidentEngine engine) => engine.Workspace.Policy.Audiences.Select(pair => (pair.Key, pair.Value.Count == 0 ? "no channel yet" : string.Join(", ", pair.Value)));
}

/// <summary>Runbooks of the workspace and those that ship.</summary>
public sealed class RunbookCompleter : Completer
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Text, string Tip)> Candidates(IncidentEngine engine) => engine.Library.All().Select(file => (file.Name, file.Book?.Title ?? "has errors: Test-Runbook"));
}

/// <summary>Clocks of clocks.yaml.</summary>
public sealed class StatutoryClockCompleter : Completer
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Text, string Tip)> Candidates(IncidentEngine engine) => engine.StatutoryClocks.Rules.Select(rule => (rule.Id, $"{rule.Law}: {rule.Title}"));
}

/// <summary>Lines of the checklist.</summary>
public sealed class ChecklistItemCompleter : Completer
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Text, string Tip)> Candidates(IncidentEngine engine) => engine.Checklist.Lines.Select(line => (line.Id, $"{line.Phase}: {line.Text}"));
}

/// <summary>Message templates of the workspace and those that ship.</summary>
public sealed class TemplateCompleter : Completer
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Text, string Tip)> Candidates(IncidentEngine engine) => engine.Templates.Select(template => (template.Name, $"needs {(template.Needs.Count == 0 ? "no values" : string.Join(", ", template.Needs))}"));
}
