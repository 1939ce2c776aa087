using IncidentTools.Engine.Foundation;

namespace IncidentTools.Commands.Workspace;

/// <summary>From the engine's diagnostics to the public record.</summary>
internal static class FindingRecords
{
    public static IncidentFinding From(Diagnostic item) => new(item.Code, item.Severity.ToString(), item.Span.File, item.Span.Line, item.Span.Column, item.Path, item.Message, item.Fix);
}
