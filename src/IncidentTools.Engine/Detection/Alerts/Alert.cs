using System.Globalization;
using System.Text;

namespace IncidentTools.Engine.Detection.Alerts;

/// <summary>One alert of a body, whoever sent it. All of it is text from outside: data, cut to a length, without what hides in a terminal.</summary>
/// <param name="Key">Its own de-duplication key: fingerprint, incident key, dedup key.</param>
/// <param name="Group">What the sender groups by; alerts of one group and service are one incident.</param>
/// <param name="Firing">Whether it is there; false = over.</param>
internal sealed record Alert(string Format, string Key, string Group, bool Firing, string Title)
{
    public string? Text { get; init; }
    /// <summary>The sender's own word for how bad it is.</summary>
    public string? Severity { get; init; }
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
    public DateTimeOffset? StartsAt { get; init; }
    /// <summary>Where one can look.</summary>
    public string? Link { get; init; }

    public const int LongestTitle = 200, LongestLabel = 300, LongestText = 2000, MostLabels = 50;

    /// <summary>Text from outside as it may be shown: no control characters, nothing that turns a line around, not without end.</summary>
    public static string Clean(string text, int most, bool lines = false)
    {
        var clean = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (clean.Length >= most)
            {
                clean.Append('…');
                break;
            }
            if (rune.Value is '\n' or '\t' && lines) clean.Append((char)rune.Value);
            else if (rune.Value is '\n' or '\r' or '\t') clean.Append(' ');
            else if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned)) clean.Append(rune);
        }
        return clean.ToString().Trim();
    }
}
