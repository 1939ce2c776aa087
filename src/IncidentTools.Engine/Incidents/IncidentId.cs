using System.Globalization;
using System.Text.RegularExpressions;

namespace IncidentTools.Engine.Incidents;

/// <summary>Ids of incidents: <c>INC-12</c>, typed also as <c>inc-12</c> or <c>12</c>.</summary>
public static partial class IncidentId
{
    /// <exception cref="IncidentToolsException">IncidentIdInvalid.</exception>
    public static string Parse(string text) => TryParse(text, out var id) ? id : throw Errors.IncidentIdInvalid(text.Length <= 60 ? text : text[..60] + "…");

    public static bool TryParse(string text, out string id)
    {
        var match = Grammar().Match(text);
        id = match.Success && int.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? Of(number) : "";
        return id.Length > 0;
    }

    public static string Of(int number) => $"INC-{number.ToString(CultureInfo.InvariantCulture)}";

    [GeneratedRegex(@"^(?:INC-)?([0-9]{1,9})\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)] private static partial Regex Grammar();
}
