using IncidentTools.Engine.Incidents;
using IncidentTools.Engine.Journal;

namespace IncidentTools.Engine.Detection;

/// <summary>
/// Does what was decided, in the incidents. Each thing has a key made of the fault, its episode and its revision, so that a tick that was killed
/// before it could record what it did, and one that decides the same at the same time, do it once.
/// </summary>
internal sealed class FaultWriter(DetectionParts parts, bool pages)
{
    /// <summary>Does the steps and gives the rows to record, with their incidents.</summary>
    public IReadOnlyList<FaultStep> Write(IReadOnlyList<FaultStep> steps)
    {
        var done = new List<FaultStep>(steps.Count);
        foreach (var step in steps)
        {
            var incident = step.Kind switch
            {
                FaultStepKind.Open => Open(step),
                _ when step.With is { } with => done.Find(other => other.Row.Fault == with)!.Row.Incident,
                _ => step.Row.Incident,
            };
            var named = step with { Row = step.Row with { Incident = incident } };
            if (step.Kind == FaultStepKind.Reopen) Reopen(named);
            if (step.Raises) Raise(named);
            if (step.Text.Length > 0) Note(named);
            done.Add(named);
        }
        return done;
    }

    private string Open(FaultStep step)
    {
        if (Declared(step.Row.Key) is { } earlier) return earlier;
        var cause = step.Cause!;
        var known = parts.Workspace().Policy.Floors.Select(floor => floor.Id).ToHashSet(StringComparer.Ordinal);
        var request = new DeclareRequest(Cut(cause.Title, 200), cause.Class, cause.Services, cause.Impact, cause.Urgency, [.. cause.Conditions.Where(known.Contains)], cause.Runbook,
            cause.OnsetAt is { } onset && onset < parts.Time.GetUtcNow() ? onset : null, Describe(cause), null, step.Row.Key);
        try { return parts.Incidents.Declare(request, pages ? parts.Page : null).Row.Id; }
        // somebody else declared it a moment ago, in other words
        catch (IncidentToolsException error) when (error.ErrorId == "IdempotencyKeyReused" && Declared(step.Row.Key) is not null) { return Declared(step.Row.Key)!; }
    }

    private string? Declared(string key) => parts.Journal.Store.FindKey(key).LastOrDefault(entry => entry.Data is IncidentDeclared)?.Stream;

    private void Reopen(FaultStep step)
    {
        try { parts.Incidents.Reopen(step.Row.Incident, step.Text.Split('\n')[0], new EntryTags(Key: step.NoteKey + "/reopened")); }
        catch (IncidentToolsException error) when (error.ErrorId is "TransitionRefused" or "IdempotencyKeyReused") { } // somebody did already
    }

    /// <summary>Grades it anew, and pages those whom the level concerns.</summary>
    private void Raise(FaultStep step)
    {
        var cause = step.Cause!;
        try
        {
            var row = parts.Incidents.Get(step.Row.Incident);
            row = parts.Incidents.Grade(row.Id, Math.Min(cause.Impact, row.Severity.Impact), Math.Min(cause.Urgency, row.Severity.Urgency), null, null, "found by detection", false, new EntryTags(Key: step.NoteKey + "/raised"));
            if (!pages) return;
            var declared = new IncidentDeclared(row.Title, row.Class, row.Services, row.Severity, row.Runbook, row.OnsetAt, null);
            if (parts.Page(row.Id, declared) is { Count: > 0 } drafts) parts.Journal.Append(row.Id, [drafts[0] with { Key = step.NoteKey + "/paged" }, .. drafts.Skip(1)]);
        }
        catch (IncidentToolsException error) when (error.ErrorId is "TransitionRefused" or "IdempotencyKeyReused" or "DowngradeNeedsReason") { } // done already, or over meanwhile
    }

    private void Note(FaultStep step)
    {
        try { parts.Incidents.Note(step.Row.Incident, "finding", step.Text, new EntryTags(Key: step.NoteKey)); }
        catch (IncidentToolsException error) when (error.ErrorId == "IdempotencyKeyReused") { } // said already
    }

    private string Describe(Cause cause) => Cut(string.Join('\n',
    [
        $"Found on {parts.Host}:", .. cause.Symptoms.Take(20).Select(symptom => $"- {symptom.Text}"), .. cause.Symptoms.Count > 20 ? [$"- and {cause.Symptoms.Count - 20} more"] : Array.Empty<string>(), .. cause.Reasons,
    ]), 6000);

    private static string Cut(string text, int most) => text.Length <= most ? text : text[..most] + "…";
}
