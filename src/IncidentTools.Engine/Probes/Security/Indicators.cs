using System.IO.Enumeration;
using System.Net;
using System.Text.RegularExpressions;

namespace IncidentTools.Engine.Probes.Security;

/// <param name="Type">ip, domain, hash, path or process.</param>
internal sealed record Indicator(string Type, string Value, string Note)
{
    public override string ToString() => $"{Type} {Value}{(Note.Length > 0 ? $" ({Note})" : "")}";
}

/// <summary>Indicators of compromise: a file of lines <c>type,value,note</c>, the form that a spreadsheet writes.</summary>
internal sealed partial class IndicatorList
{
    private const int MaxIndicators = 20_000, MaxBytes = 8 * 1024 * 1024;
    private readonly Dictionary<string, Indicator> _hashes = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<(IPNetwork Network, Indicator Indicator)> _networks = [];
    private readonly List<Indicator> _paths = [], _processes = [];
    private readonly Dictionary<string, Indicator> _texts = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<int> _hashLengths = [];
    private Regex? _inText;

    public int Count { get; private set; }
    public bool HasHashes => _hashes.Count > 0;
    public IReadOnlySet<int> HashLengths => _hashLengths;
    public bool HasTexts => _texts.Count > 0;
    public bool HasNetworks => _networks.Count > 0;
    public bool HasProcesses => _processes.Count > 0;
    public bool HasPaths => _paths.Count > 0;

    /// <exception cref="CannotCheckException">Not there, not readable, or a line that is none: an indicator that is not looked for is worse than none.</exception>
    public static IndicatorList Read(string path)
    {
        try
        {
            if (new FileInfo(path).Length > MaxBytes) throw new CannotCheckException(ProbeErrors.InvalidArgument, $"{path} is too large for a list of indicators");
            return Parse(File.ReadAllLines(path), path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException) { throw new CannotCheckException(ProbeErrors.NotFound, $"there is no list of indicators {path}"); }
        catch (UnauthorizedAccessException) { throw new CannotCheckException(ProbeErrors.PermissionDenied, $"{path} may not be read"); }
        catch (IOException error) { throw new CannotCheckException(ProbeErrors.Unreadable, $"{path}: {error.Message}"); }
    }

    internal static IndicatorList Parse(IReadOnlyList<string> lines, string path)
    {
        var list = new IndicatorList();
        foreach (var (line, number) in lines.Select((line, index) => (line.Trim(), index + 1)))
        {
            if (line.Length == 0 || line[0] == '#') continue;
            var cells = Cells(line);
            if (number == 1 && cells[0].Equals("type", StringComparison.OrdinalIgnoreCase)) continue;
            if (cells.Count < 2 || cells[1].Length == 0 || !list.Add(new Indicator(cells[0].ToLowerInvariant(), cells[1], cells.ElementAtOrDefault(2) ?? ""))) throw new CannotCheckException(ProbeErrors.InvalidArgument, $"{path}, line {number}: '{Say.Cut(line, 80)}' is no indicator: ip, domain, hash, path or process, a value, and a note");
            if (++list.Count > MaxIndicators) throw new CannotCheckException(ProbeErrors.InvalidArgument, $"{path} has more than {MaxIndicators} indicators");
        }
        if (list.Count == 0) throw new CannotCheckException(ProbeErrors.InvalidArgument, $"{path} has no indicator");
        if (list._texts.Count > 0) list._inText = new Regex(string.Join('|', list._texts.Keys.OrderByDescending(text => text.Length).Select(Regex.Escape)), RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.NonBacktracking, TimeSpan.FromSeconds(15));
        return list;
    }

    private bool Add(Indicator item)
    {
        switch (item.Type)
        {
            case "ip":
                if (!(IPNetwork.TryParse(item.Value, out var network) || (IPAddress.TryParse(item.Value, out var address) && (network = new IPNetwork(address, address.GetAddressBytes().Length * 8)).PrefixLength > 0)) || network.PrefixLength == 0) return false;
                _networks.Add((network, item));
                if (!item.Value.Contains('/', StringComparison.Ordinal)) _texts[item.Value] = item;
                return true;
            case "domain":
                _texts[item.Value.TrimEnd('.')] = item;
                return Domain().IsMatch(item.Value);
            case "hash" or "sha256" or "sha1" or "md5":
                _hashes[item.Value] = item;
                return item.Value.Length is 32 or 40 or 64 && item.Value.All(char.IsAsciiHexDigit) && (_hashLengths.Add(item.Value.Length) || true);
            case "path":
                _paths.Add(item);
                return true;
            case "process":
                _processes.Add(item);
                return true;
            default: return false;
        }
    }

    public Indicator? OfAddress(IPAddress address) => _networks.FirstOrDefault(item => item.Network.Contains(address)).Indicator;
    public Indicator? OfHash(string hash) => _hashes.GetValueOrDefault(hash);
    /// <summary>A full path or a name; * and ? stand for parts.</summary>
    public Indicator? OfPath(string path)
    {
        var whole = Slashes(path);
        return _paths.FirstOrDefault(item => Slashes(item.Value) is var pattern && FileSystemName.MatchesSimpleExpression(pattern, pattern.Contains('/', StringComparison.Ordinal) ? whole : Path.GetFileName(path), OperatingSystem.IsWindows()));
    }

    public Indicator? OfProcess(string name) => _processes.FirstOrDefault(item => FileSystemName.MatchesSimpleExpression(item.Value, name, OperatingSystem.IsWindows()));

    /// <summary>Lists are written with either slash for Windows, and a backslash would be taken for an escape.</summary>
    private static string Slashes(string path) => OperatingSystem.IsWindows() ? path.Replace('\\', '/') : path;

    /// <summary>The first address or domain in a line, as a whole: 1.2.3.4 is not in 11.2.3.45.</summary>
    public Indicator? InText(string line)
    {
        for (var match = _inText?.Match(line); match is { Success: true }; match = match.NextMatch())
            if (Ends(line, match.Index - 1, before: true) && Ends(line, match.Index + match.Length, before: false)) return _texts.GetValueOrDefault(match.Value);
        return null;
    }

    private static bool Ends(string line, int at, bool before)
    {
        if (at < 0 || at >= line.Length) return true;
        // the end of a sentence is not a part of a name; a subdomain of a bad domain is bad
        if (line[at] == '.') return before ? at == 0 || !char.IsAsciiDigit(line[at - 1]) : at + 1 >= line.Length || !char.IsAsciiLetterOrDigit(line[at + 1]);
        return !char.IsAsciiLetterOrDigit(line[at]) && line[at] != '-';
    }

    private static List<string> Cells(string line)
    {
        var (cells, cell, quoted) = (new List<string>(), new System.Text.StringBuilder(), false);
        for (var at = 0; at < line.Length; at++)
            if (line[at] == '"' && quoted && at + 1 < line.Length && line[at + 1] == '"') cell.Append(line[++at]);
            else if (line[at] == '"') quoted = !quoted;
            else if (line[at] == ',' && !quoted && cells.Count < 2) { cells.Add(cell.ToString().Trim()); cell.Clear(); }
            else cell.Append(line[at]);
        cells.Add(cell.ToString().Trim());
        return cells;
    }

    [GeneratedRegex(@"^([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)+[A-Za-z0-9-]{2,63}\.?\z", RegexOptions.CultureInvariant)] private static partial Regex Domain();
}
