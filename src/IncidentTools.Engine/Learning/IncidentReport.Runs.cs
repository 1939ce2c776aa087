using System.Globalization;
using System.Text;
using System.Text.Json;
using IncidentTools.Engine.Execution;

namespace IncidentTools.Engine.Learning;

public sealed partial class IncidentReport
{
    private static void Runbooks(StringBuilder text, IReadOnlyList<RunRecord> runs)
    {
        text.Append("## Runbook\n\n");
        if (runs.Count == 0) text.Append("None was run.\n\n");
        foreach (var run in runs)
        {
            var (state, started) = (run.State, run.State.Started!);
            text.Append(CultureInfo.InvariantCulture, $"### {Escape(started.Runbook)} {Escape(started.Version)}: {Escape(started.Title)}\n\n");
            text.Append(CultureInfo.InvariantCulture, $"Run {state.Run}, started {Time(state.StartedAt)} by {Escape(state.StartedBy)}; {Escape(Outcome(state))}. Text of the runbook: SHA-256 `{state.Source}`.\n\n");
            Table(text, ["Begun (UTC)", "Step", "State", "Ended (UTC)", "Result", "Who said what"], state.Visits.Select(visit => (string[])
            [
                Time(visit.EnteredAt), Name(visit), visit.State + (visit.Status is null ? "" : $" ({visit.Status})"), Time(visit.EndedAt),
                visit.Restricted ? RestrictedText.Word : visit.Message.Length > 0 ? visit.Message : visit.Error ?? "", visit.Restricted ? "" : string.Join("; ", run.WordsOn(visit).Select(Say)),
            ]));
        }
    }

    /// <summary>In branches, items and child runbooks with the way to it.</summary>
    private static string Name(StepInstance visit) => visit.Frame.Length > 0 ? visit.Path : visit.Visit == 1 ? visit.Step : $"{visit.Step} (visit {visit.Visit})";

    private static string Outcome(RunState state) => state.Ended is { } ended ? $"ended {ended.Result} {Time(state.EndedAt)}{(ended.Message.Length == 0 ? "" : $" ({ended.Message})")}" : $"not ended: {state.State}";

    private static string Say(RunWord word) =>
        $"{word.By}: {(word.Kind == "InDoubt" ? "settled as " : "")}{word.Answer}{(word.Note is null ? "" : $" ({word.Note})")}{(word.Sole is null ? "" : $", as the only operator: {word.Sole}")}";

    private static void Runs(Utf8JsonWriter writer, IReadOnlyList<RunRecord> runs) => Array(writer, "runs", runs, run =>
    {
        var (state, started) = (run.State, run.State.Started!);
        writer.WriteString("run", state.Run);
        writer.WriteString("runbook", started.Runbook);
        writer.WriteString("version", started.Version);
        writer.WriteString("title", started.Title);
        writer.WriteString("source", state.Source);
        writer.WriteString("state", state.State);
        writer.WriteString("message", state.Ended?.Message);
        writer.WriteString("startedAt", UtcStamp.Format(state.StartedAt));
        writer.WriteString("startedBy", state.StartedBy);
        writer.WriteString("endedAt", Stamp(state.EndedAt));
        Array(writer, "steps", state.Visits, visit =>
        {
            writer.WriteString("path", visit.Path);
            writer.WriteString("step", visit.Step);
            writer.WriteString("state", visit.State);
            writer.WriteString("status", visit.Status);
            writer.WriteString("error", visit.Error);
            writer.WriteString("message", visit.Restricted ? RestrictedText.Word : visit.Message);
            writer.WriteNumber("attempts", visit.Attempt);
            writer.WriteString("begunAt", UtcStamp.Format(visit.EnteredAt));
            writer.WriteString("endedAt", Stamp(visit.EndedAt));
            writer.WriteString("settledBy", visit.SettledBy);
            Array(writer, "said", visit.Restricted ? [] : run.WordsOn(visit), word =>
            {
                writer.WriteString("at", UtcStamp.Format(word.At));
                writer.WriteString("by", word.By);
                writer.WriteString("kind", word.Kind);
                writer.WriteString("answer", word.Answer);
                writer.WriteString("note", word.Note);
                writer.WriteString("soleOperator", word.Sole);
            });
        });
    });

    private static string? Stamp(DateTimeOffset? time) => time is { } at ? UtcStamp.Format(at) : null;
}
