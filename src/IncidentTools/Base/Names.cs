using IncidentTools.Engine.Foundation;

namespace IncidentTools.Base;

/// <summary>Nearest-name hints for errors of cmdlets.</summary>
internal static class Names
{
    public static string? Hint(string given, IEnumerable<string> known) => Nearest.Hint(given, known);
}
