using System.Globalization;
using System.Text.RegularExpressions;

namespace IncidentTools.Engine.Probes.Logs;

/// <summary>Common and combined, with the times that nginx puts behind (<c>0.123 0.120</c>, <c>rt=0.123 uct="0.001"</c>) and Apache's <c>%D</c> where its unit is said.</summary>
internal sealed partial class CombinedFormat(LogClock clock, double? unit) : IAccessFormat
{
    public string Name => "combined";
    public bool IsRemark(string line) => line.Length == 0;

    public AccessEntry? Read(string line)
    {
        var match = Form().Match(line);
        if (!match.Success) return null;
        var request = match.Groups["request"].Value.Split(' ');
        return new(clock.Read(match.Groups["time"].Value), match.Groups["client"].Value, request.Length > 1 ? request[1] : request[0], int.Parse(match.Groups["status"].Value, CultureInfo.InvariantCulture),
            long.TryParse(match.Groups["bytes"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : null, Seconds(match.Groups["rest"].Value), match.Groups["agent"] is { Success: true } agent ? agent.Value : null);
    }

    private double? Seconds(string rest)
    {
        if (rest.Length == 0) return null;
        var named = Named().Match(rest);
        var text = named.Success ? named.Groups["value"].Value : rest.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var first, ..] && (unit is not null || first.Contains('.', StringComparison.Ordinal)) ? first : "";
        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) ? value * (unit ?? 1) : null;
    }

    // within quotes servers write \" for a quote of the client's
    [GeneratedRegex(@"^([A-Za-z0-9.-]+:\d+ )?(?<client>\S+) \S+ .*?(?<time>\[[^\]]{20,30}\]) ""(?<request>(?:[^""\\]|\\.)*)"" (?<status>\d{3}) (?<bytes>\d+|-)( ""(?:[^""\\]|\\.)*"" ""(?<agent>(?:[^""\\]|\\.)*)"")?(?<rest>.*)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)] private static partial Regex Form();
    [GeneratedRegex(@"(?<![a-z_])(rt|request_time)=""?(?<value>[0-9.]+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)] private static partial Regex Named();
}
