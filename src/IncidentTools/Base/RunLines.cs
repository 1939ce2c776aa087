using System.Globalization;

namespace IncidentTools.Base;

/// <summary>A step's progress in one short line.</summary>
internal static class RunLines
{
    private const int MaxText = 140;

    public static string Of(RunbookStep step) => step.State switch
    {
        "Running" => $"#{step.Number} {step.Step}: {Short(step.Title)}",
        "Waiting" or "InDoubt" when step.WaitReason is not null => $"#{step.Number} {step.Step} waits ({step.WaitReason}{(step.DueAt is { } due ? $", until {due.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture)} UTC" : "")}): {Short(step.Prompt)}",
        _ => $"#{step.Number} {step.Step} {step.State}{(step.Status is null or "Pass" ? "" : $" ({step.Status})")}{(step.Message.Length == 0 ? "" : $": {Short(step.Message)}")}",
    };

    private static string Short(string text)
    {
        var line = string.Join(' ', text.Split((char[])['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        return line.Length <= MaxText ? line : line[..MaxText] + "…";
    }
}
