using System.Globalization;
using System.Text;
using System.Text.Json;

namespace IncidentTools.Engine.Learning;

public sealed partial class IncidentReport
{
    private static void Checks(StringBuilder text, IReadOnlyList<IncidentChecklistItem> items)
    {
        Section(text, "Checklist", ["Phase", "Item", "State", "Shown by", "When (UTC)", "Who"], items.Select(item => (string[])
            [item.Phase, item.Text, item.State + (item.Overdue ? " (overdue)" : ""), item.Seq is null ? "" : string.Create(CultureInfo.InvariantCulture, $"#{item.Seq} {item.Proof}"), item.At is null ? "" : Time(item.At), item.By ?? ""]));
    }

    private static void Checks(Utf8JsonWriter writer, IReadOnlyList<IncidentChecklistItem> items) => Array(writer, "checklist", items, item =>
    {
        writer.WriteString("item", item.Item);
        writer.WriteString("phase", item.Phase);
        writer.WriteString("text", item.Text);
        writer.WriteString("state", item.State);
        writer.WriteBoolean("overdue", item.Overdue);
        writer.WriteBoolean("byHand", item.ByHand);
        if (item.Seq is { } seq) writer.WriteNumber("seq", seq);
        else writer.WriteNull("seq");
        writer.WriteString("proof", item.Proof);
        writer.WriteString("by", item.By);
        writer.WriteString("at", Stamp(item.At));
    });
}
