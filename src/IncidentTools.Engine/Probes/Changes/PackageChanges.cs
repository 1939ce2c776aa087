using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Probes.Logs;
using IncidentTools.Engine.Probes.Services;
using NodaTime;

namespace IncidentTools.Engine.Probes.Changes;

/// <summary>Packages installed, upgraded or removed: from the logs of dpkg, apt, dnf and yum, and from rpm itself.</summary>
internal static partial class PackageChanges
{
    private const long MaxBytes = 16 * 1024 * 1024;
    private const int MaxChanges = 1000;
    private static readonly string[] Known = ["/var/log/dpkg.log", "/var/log/apt/history.log", "/var/log/dnf.rpm.log", "/var/log/yum.log"];

    /// <summary>The logs that are on this machine.</summary>
    public static IReadOnlyList<string> Logs() => [.. Known.Where(File.Exists)];

    public static IReadOnlyList<Change> Read(string path, ChangeSpan span, DateTimeZone zone, DateTimeOffset now, CancellationToken cancellation)
    {
        var (changes, started) = (new List<Change>(), (DateTimeOffset?)null);
        // apt's history tells who typed what; its times stand on lines of their own
        void Line(string line)
        {
            var at = Time(line, zone, now);
            if (line.StartsWith("Start-Date: ", StringComparison.Ordinal)) started = at;
            else if (line.StartsWith("Commandline: ", StringComparison.Ordinal) && started is { } begun && span.Holds(begun)) changes.Add(new Change(begun, path, line["Commandline: ".Length..]));
            else if (at is { } time && span.Holds(time) && Entry().Match(line) is { Success: true } match && changes.Count < MaxChanges)
                changes.Add(new Change(time, path, $"{match.Groups["what"].Value.ToLowerInvariant()} {Say.Cut(match.Groups["which"].Value.Trim(), 160)}"));
        }
        // with the rotated ones, which the turn of a month would else hide
        foreach (var file in LogFiles.Find(path, rotated: true).Where(item => File.GetLastWriteTimeUtc(item) >= span.From.UtcDateTime)) ReadLines(file, Line, cancellation);
        return changes;
    }

    private static void ReadLines(string file, Action<string> line, CancellationToken cancellation)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using Stream plain = file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new System.IO.Compression.GZipStream(stream, System.IO.Compression.CompressionMode.Decompress) : stream;
            if (plain == stream && stream.Length > MaxBytes) stream.Seek(-MaxBytes, SeekOrigin.End);
            using var counted = new CountedStream(plain, MaxBytes);
            using var reader = new StreamReader(counted, Encoding.UTF8);
            foreach (var text in LogScan.Lines(reader, cancellation)) line(text);
            if (counted.IsCut) throw new CannotCheckException(ProbeErrors.Truncated, $"{file} holds more than {Say.Bytes(MaxBytes)}");
        }
        catch (UnauthorizedAccessException) { throw new CannotCheckException(ProbeErrors.PermissionDenied, $"{file} may not be read"); }
        catch (Exception error) when (error is IOException or InvalidDataException) { throw new CannotCheckException(ProbeErrors.Unreadable, $"{file}: {error.Message}"); }
    }

    /// <summary>Every package with the time it was installed; what was removed is on no record of rpm's own.</summary>
    public static async Task<IReadOnlyList<Change>> RpmAsync(ChangeSpan span, IProcessRunner processes, TimeSpan timeout, CancellationToken cancellation)
    {
        var result = await processes.RunAsync(new ProcessRequest("rpm", ["-qa", "--queryformat", "%{INSTALLTIME} %{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}\\n"]) { Timeout = timeout, MaxBytes = (int)MaxBytes, MaxLines = int.MaxValue, Environment = new Dictionary<string, string?> { ["LC_ALL"] = "C" } }, cancellation).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        if (result.ExitCode != 0 || result.Truncated) throw new CannotCheckException(result.TimedOut ? ProbeErrors.Timeout : ProbeErrors.ExitCode, $"rpm could not list its packages: {Say.Cut((result.NotStarted ?? result.ErrorOutput).Trim())}");
        return [.. result.Output.Split('\n').Select(line => line.Trim().Split(' ', 2)).Where(parts => parts.Length == 2 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Select(parts => new Change(DateTimeOffset.FromUnixTimeSeconds(long.Parse(parts[0], CultureInfo.InvariantCulture)), "rpm", $"install {parts[1]}")).Where(change => span.Holds(change.At))];
    }

    private static DateTimeOffset? Time(string line, DateTimeZone zone, DateTimeOffset now)
    {
        // apt puts two blanks between date and time
        var text = line.StartsWith("Start-Date: ", StringComparison.Ordinal) ? line.Replace("  ", " ", StringComparison.Ordinal) : line;
        return LogClock.Named("iso", zone, now).Read(text) ?? LogClock.Named("syslog", zone, now).Read(text);
    }

    // dpkg: "… install nginx:amd64 <none> 1.22"; dnf and yum: "… Installed: nginx-1.22"
    [GeneratedRegex(@"^[0-9-]{10} [0-9:]{8} (?<what>install|upgrade|remove|purge) (?<which>.+)$|(?<what>Installed|Upgraded|Updated|Downgraded|Removed|Erased|Upgrade|Erase): (?<which>.+)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)] private static partial Regex Entry();
}
