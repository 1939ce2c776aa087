using System.Globalization;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes.Hosts;

/// <summary>Share of the last ten seconds in which some task waited for a resource (PSI): saturation itself, where a load or a use only hints at it.</summary>
internal sealed class PressureProbe() : Probe("probe.pressure", "How long tasks wait for processor, memory and disks (Linux pressure stall information).", Shape,
    "cpu", "memory", "io", "memoryFull", "ioFull", "worst")
{
    private static readonly string[] Resources = ["cpu", "memory", "io"];

    private static readonly ObjectShape Shape = new("probe.pressure",
        Optional("warnAvg10", Number with { Min = 0, Max = 100 }, "a larger share of ten seconds spent waiting is a warning", 10d),
        Optional("maxAvg10", Number with { Min = 0, Max = 100 }, "a larger share fails"),
        Optional("cgroup", Text, "control group whose waiting counts, below /sys/fs/cgroup: system.slice/shop.service; default the machine's"));

    protected override async Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        foreach (var name in new[] { "warnAvg10", "maxAvg10" }) found.Threshold(name, with[name]);
        var group = with.Has("cgroup") ? await ControlGroup.OfAsync(with, context, cancellation).ConfigureAwait(false) : null;
        var now = await KernelFiles.ReadAsync(context, group?.Files([.. Resources.Select(name => $"{name}.pressure")]) ?? Resources.Select(name => $"/proc/pressure/{name}"), cancellation).ConfigureAwait(false);
        var all = new List<(string Resource, Pressure Pressure)>();
        foreach (var resource in Resources)
        {
            var text = group is null ? now[$"/proc/pressure/{resource}"] : group.Pressure(now, resource);
            if (text is null) found.Unknown(ProbeErrors.NotSupported, $"the kernel keeps no pressure of {resource} here (it may need psi=1)");
            else all.Add((resource, Pressure.Parse(text)));
        }
        foreach (var (resource, pressure) in all)
        {
            found[resource] = pressure.Some10;
            if (resource != "cpu") found[resource + "Full"] = pressure.Full10;
            found.Observe(resource, new Dictionary<string, object?> { ["avg10"] = pressure.Some10, ["avg60"] = pressure.Some60, ["avg300"] = pressure.Some300, ["fullAvg10"] = pressure.Full10 });
            Judge(resource, pressure, with, found);
        }
        if (all.Count == 0) return;
        var (worst, most) = all.MaxBy(item => item.Pressure.Some10);
        (found["worst"], found.Unit) = (worst, "%");
        found.Pass($"tasks waited for {worst} in {Say.Number(most.Some10)} % of the last ten seconds, for the rest less");
    }

    private static void Judge(string resource, Pressure pressure, Arguments with, Findings found)
    {
        var word = resource switch { "cpu" => ProbeErrors.CpuPressure, "memory" => ProbeErrors.MemoryPressure, _ => ProbeErrors.IoPressure };
        var said = $"tasks waited for {resource} in {Say.Number(pressure.Some10)} % of the last ten seconds";
        if (pressure.Some10 > with.Number("maxAvg10")) found.Fail(word, said);
        else if (pressure.Some10 > with.Number("warnAvg10")) found.Warn(word, said);
    }
}

/// <param name="Full10">All tasks waited at once; null where the kernel does not say (processors).</param>
internal sealed record Pressure(double Some10, double Some60, double Some300, double? Full10)
{
    /// <summary><c>some avg10=1.28 avg60=19.35 avg300=24.87 total=…</c>, and such a line for <c>full</c>.</summary>
    public static Pressure Parse(string text)
    {
        var lines = text.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(words => words.Length > 1).ToDictionary(words => words[0], Values, StringComparer.Ordinal);
        if (!lines.TryGetValue("some", out var some) || !some.ContainsKey("avg10")) throw new CannotCheckException(ProbeErrors.Unreadable, $"'{Say.Cut(text.Trim(), 60)}' is not a file of pressure");
        return new Pressure(some["avg10"], some.GetValueOrDefault("avg60"), some.GetValueOrDefault("avg300"), lines.GetValueOrDefault("full")?.GetValueOrDefault("avg10"));
    }

    private static Dictionary<string, double> Values(string[] words) => words.Skip(1).Select(word => word.Split('=')).Where(pair => pair.Length == 2)
        .ToDictionary(pair => pair[0], pair => double.TryParse(pair[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : 0, StringComparer.Ordinal);
}
