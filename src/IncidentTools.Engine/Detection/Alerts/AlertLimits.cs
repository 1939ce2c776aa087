using System.Text.Json;

namespace IncidentTools.Engine.Detection.Alerts;

/// <summary>What whoever collects a body may want to know before it is read.</summary>
public static class AlertLimits
{
    /// <summary>No body has more characters than bytes are read: what comes after them need not be kept.</summary>
    public const int MostCharacters = AlertReader.MostBytes;

    /// <summary>Whether a text is JSON by itself.</summary>
    public static bool IsJson(string text)
    {
        if (text.Length > MostCharacters) return true; // too large is for the reader to say
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 64 });
            return true;
        }
        catch (Exception error) when (error is JsonException or ArgumentException) { return false; }
    }
}
