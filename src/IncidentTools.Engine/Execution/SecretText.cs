using System.Text.RegularExpressions;
using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Execution;

/// <summary>A text that is a reference to a secret, and its value at the moment of use.</summary>
internal static partial class SecretText
{
    public static bool IsReference(string text) => Reference().IsMatch(text);

    /// <summary>The text itself, or the secret's value, masked from then on; null when no source knows the secret.</summary>
    public static string? Resolve(string text, ISecretSource secrets, SecretMask mask)
    {
        if (!IsReference(text)) return text;
        if (secrets.Find(text) is not { } value) return null;
        mask.Add(value);
        return value;
    }

    [GeneratedRegex(@"^secret:[A-Za-z0-9][A-Za-z0-9_.-]*\z")] private static partial Regex Reference();
}
