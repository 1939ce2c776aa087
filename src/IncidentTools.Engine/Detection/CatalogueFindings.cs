using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Detection;

/// <summary>What is wrong with the probes of the catalogue: names that are none, arguments that do not fit, runbooks that are not there. Pure.</summary>
internal static class CatalogueFindings
{
    /// <param name="books">Names of the runbooks there are.</param>
    public static IReadOnlyList<Diagnostic> Of(IEnumerable<ServiceDefinition> services, IReadOnlyCollection<string> books)
    {
        var bag = new DiagnosticBag();
        foreach (var service in services)
            foreach (var (probe, index) in (service.Record.GetValueOrDefault("probes") as IReadOnlyList<object?> ?? []).OfType<PlainMap>().Select((probe, index) => (probe, index)))
                Check(probe, $"services.{service.Id}.probes[{index}]", books, bag);
        return bag.Items;
    }

    private static void Check(PlainMap probe, string path, IReadOnlyCollection<string> books, DiagnosticBag bag)
    {
        if (probe.TextOrNull("runbook") is { } book && !books.Contains(book, StringComparer.Ordinal)) bag.Error("IT3044", probe.At("runbook"), $"{path}.runbook", $"there is no runbook '{book}'", Nearest.Hint(book, books));
        var uses = probe.Text("uses");
        if (!ProbeTable.All.TryGetValue(uses, out var known))
        {
            bag.Error("IT3006", probe.At("uses"), $"{path}.uses", $"there is no probe '{uses}'", Nearest.Hint(uses, ProbeTable.All.Keys));
            return;
        }
        var own = new DiagnosticBag();
        ValueReader.Read(probe.Map("with"), known.Parameters, $"{path}.with", own);
        // what is missing stands nowhere: the place is that of all arguments
        foreach (var item in own.Items) bag.Add(item with { Span = probe.Map("with") is { } with && with.IsWritten(item.Path[(item.Path.LastIndexOf('.') + 1)..]) ? with.At(item.Path[(item.Path.LastIndexOf('.') + 1)..]) : probe.At(probe.IsWritten("with") ? "with" : "uses") });
    }
}
