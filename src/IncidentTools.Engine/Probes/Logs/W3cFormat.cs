using System.Globalization;

namespace IncidentTools.Engine.Probes.Logs;

/// <summary>The extended log of IIS: what stands where is said by its <c>#Fields</c>, again after each start of the server. Times are UTC, durations milliseconds.</summary>
internal sealed class W3cFormat : IAccessFormat
{
    private string[] _fields = [];

    public string Name => "w3c";

    public bool IsRemark(string line)
    {
        if (line.StartsWith("#Fields:", StringComparison.Ordinal)) _fields = line["#Fields:".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return line.Length == 0 || line[0] == '#';
    }

    public AccessEntry? Read(string line)
    {
        var values = line.Split(' ');
        if (_fields.Length == 0 || values.Length != _fields.Length) return null;
        string? Value(string name) => Array.IndexOf(_fields, name) is >= 0 and var place && values[place] != "-" ? values[place] : null;
        if (!int.TryParse(Value("sc-status"), NumberStyles.None, CultureInfo.InvariantCulture, out var status)) return null;
        return new(DateTimeOffset.TryParseExact($"{Value("date")} {Value("time")}", "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null,
            Value("c-ip"), Value("cs-uri-stem"), status, long.TryParse(Value("sc-bytes"), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : null,
            long.TryParse(Value("time-taken"), NumberStyles.None, CultureInfo.InvariantCulture, out var took) ? took / 1000.0 : null, Value("cs(User-Agent)")?.Replace('+', ' '));
    }
}
