using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Learning;

namespace IncidentTools.Engine;

/// <summary>What an action would do, for the document: as exact as its arguments are known. Part of the composition root, since documents know no actions.</summary>
internal static class RunbookByHand
{
    public static PlannedByHand? Plan(string uses, IReadOnlyDictionary<string, object?> with)
    {
        if (!ActionTable.All.TryGetValue(uses, out var action)) return null;
        var read = (IReadOnlyDictionary<string, object?>)ValueReader.Read(with, action.Parameters, "", new DiagnosticBag())!;
        // what is not known yet stays the blank that it is
        var arguments = new Arguments(read.ToDictionary(pair => pair.Key, pair => pair.Value ?? with.GetValueOrDefault(pair.Key), StringComparer.Ordinal));
        try
        {
            var plan = action.Plan(arguments);
            return new PlannedByHand(plan.Summary, plan.Commands, plan.Undo, action.Impact(arguments));
        }
        catch (Exception error) when (error is IncidentToolsException or KeyNotFoundException or InvalidCastException or ArgumentException or FormatException) { return null; } // blanks do not make a plan
    }
}
