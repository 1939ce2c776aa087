using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>Named outputs of a step, an item or a runbook, each converted to its type.</summary>
internal static class OutputValues
{
    /// <exception cref="IncidentToolsException">OutputMissing: one that is not optional has no value, or one of another type.</exception>
    public static Dictionary<string, object?> Of(IReadOnlyList<OutputDefinition> outputs, RunSession session, RunRoots roots)
    {
        var values = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var output in outputs)
        {
            object? value;
            try { value = session.Evaluator.Evaluate(output.Value.Text, roots); }
            catch (IncidentToolsException) when (output.Optional) { continue; }
            catch (IncidentToolsException error) { throw Errors.OutputMissing(output.Name, error.Message); }
            if (value is null && !output.Optional) throw Errors.OutputMissing(output.Name, "it has no value");
            if (value is null) continue;
            var bag = new DiagnosticBag();
            var read = ValueReader.Read(value, ParameterShapes.OfType(output.Type), "", bag);
            if (bag.HasErrors) throw Errors.OutputMissing(output.Name, bag.Items[0].Message);
            values[output.Name] = read;
        }
        return values;
    }
}
