using System.Globalization;

namespace IncidentTools.Engine.Probes;

/// <summary>Figures and texts in messages: the same on every machine, and short.</summary>
internal static class Say
{
    public static string Number(double value) => Math.Round(value, 1).ToString(CultureInfo.InvariantCulture);
    public static string Ms(double? value) => value is { } known ? $"{Number(known)} ms" : "? ms";

    public static string Bytes(double value)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
        var unit = 0;
        while (Math.Abs(value) >= 1024 && unit < units.Length - 1) (value, unit) = (value / 1024, unit + 1);
        return $"{Number(value)} {units[unit]}";
    }

    /// <summary>At most so many characters, on one line's worth of screen.</summary>
    public static string Cut(string text, int most = 300) => text.Length <= most ? text : text[..most] + "…";
}
