using System.Text.RegularExpressions;

namespace IncidentTools.Engine.Probes.Security;

/// <summary>What an intruder writes and an admin hardly ever: names of what was found in a text, for people to judge.</summary>
internal static partial class SuspiciousText
{
    private static readonly (string Name, Regex Form)[] Commands =
    [
        ("download-and-run", Download()), ("network-shell", NetworkShell()), ("decoded", Decoded()), ("runs-from-temp", FromTemp()), ("preload", Preload()),
    ];

    private static readonly (string Name, Regex Form)[] Scripts =
    [
        ("runs-what-it-is-sent", RunsInput()), ("runs-decoded-text", RunsDecoded()), ("calls-programs-with-input", Programs()), ("jsp-runtime", Jsp()), ("aspx-eval", Aspx()), ("replace-with-e", ReplaceE()),
    ];

    /// <summary>Commands of cron jobs, units, profiles and run keys.</summary>
    public static IReadOnlyList<string> InCommands(string text) => [.. Commands.Where(item => item.Form.IsMatch(text)).Select(item => item.Name)];
    /// <summary>Scripts that a web server runs.</summary>
    public static IReadOnlyList<string> InScripts(string text) => [.. Scripts.Where(item => item.Form.IsMatch(text)).Select(item => item.Name)];

    private const RegexOptions Plain = RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.NonBacktracking;
    private const int Limit = 5000;
    [GeneratedRegex(@"(curl|wget|fetch)\b[^\n|;]*\|\s*(sudo\s+)?(ba|z|da|k)?sh\b|DownloadString|FromBase64String|-enc(odedcommand)?\s+[a-z0-9+/=]{20}", Plain, Limit)] private static partial Regex Download();
    [GeneratedRegex(@"/dev/(tcp|udp)/|\bnc(at)?\b[^\n]*\s-[a-z]*e\b|\bsocat\b[^\n]*exec:|mkfifo[^\n]*\|[^\n]*\bnc\b", Plain, Limit)] private static partial Regex NetworkShell();
    [GeneratedRegex(@"base64\s+(-d|--decode|-D)\b|openssl\s+enc\s+-d|xxd\s+-r", Plain, Limit)] private static partial Regex Decoded();
    [GeneratedRegex(@"(^|[\s=;&|""'])/(tmp|var/tmp|dev/shm)/[^\s""']+|\\(Temp|Users\\Public|ProgramData)\\[^\s""\\]+\.(exe|dll|ps1|vbs|js|bat|cmd)\b", Plain, Limit)] private static partial Regex FromTemp();
    [GeneratedRegex(@"\bLD_(PRELOAD|AUDIT)\s*=", Plain, Limit)] private static partial Regex Preload();
    [GeneratedRegex(@"\b(eval|assert|create_function|call_user_func)\s*\(\s*@?\s*(stripslashes\s*\(\s*)?\$_(post|get|request|cookie|server|files)\b|\$_(post|get|request|cookie)\s*\[[^\]]*\]\s*\(", Plain, Limit)] private static partial Regex RunsInput();
    [GeneratedRegex(@"\b(eval|assert)\s*\(\s*@?\s*(base64_decode|gzinflate|gzuncompress|str_rot13|rawurldecode|hex2bin|strrev)\b", Plain, Limit)] private static partial Regex RunsDecoded();
    [GeneratedRegex(@"\b(system|exec|shell_exec|passthru|popen|proc_open|pcntl_exec)\s*\(\s*@?\s*\$_(post|get|request|cookie|server)\b", Plain, Limit)] private static partial Regex Programs();
    [GeneratedRegex(@"getRuntime\s*\(\s*\)\s*\.\s*exec\s*\(\s*request\.|ProcessBuilder\s*\(\s*request\.getParameter", Plain, Limit)] private static partial Regex Jsp();
    [GeneratedRegex(@"\beval\s*\(\s*request(\.item)?\s*[\[(]|Process\.Start\s*\(\s*request", Plain, Limit)] private static partial Regex Aspx();
    [GeneratedRegex(@"preg_replace\s*\(\s*[""']/[^""'\n]*/[a-z]*e[a-z]*[""']", Plain, Limit)] private static partial Regex ReplaceE();
}
