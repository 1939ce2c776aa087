using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>What the success of a step brings with it: its outputs and the clocks it starts. One that cannot be made makes the step fail.</summary>
internal static class StepEnd
{
    public static StepFinished Of(StepFinished finished, RunSession session)
    {
        var instance = session.State.Instance(finished.Path);
        var step = session.Books.StepOf(session.State, instance);
        // outputs of a foreach belong to its items
        var outputs = step.Foreach is null ? step.Outputs : [];
        if (outputs.Count == 0 && step.Clocks.Count == 0) return finished;
        var after = instance with { State = finished.State, Value = finished.Value, Message = finished.Message, Status = finished.Status, Detail = finished.Detail ?? instance.Detail, EndedAt = session.Now };
        try
        {
            var roots = session.Roots(session.State.Frame(instance.Frame), after);
            if (outputs.Count > 0) finished = finished with { Detail = new Dictionary<string, object?>(after.Detail) { ["outputs"] = OutputValues.Of(outputs, session, roots) } };
            session.Writer.Enclose([.. RunClocks.Of(step.Clocks, session, roots)]);
            return finished;
        }
        catch (IncidentToolsException error) when (error.Kind == ErrorKind.InvalidInput) { return finished with { State = "Failed", Error = error.ErrorId, Message = error.Message }; }
    }
}
