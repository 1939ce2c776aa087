using System.Globalization;
using System.Text;

namespace IncidentTools.Engine.Execution.Remote;

/// <summary>A program on another machine as arguments of the system's <c>ssh</c>, and what is sent to its input. Pure.</summary>
public static class SshCommand
{
    /// <summary>Linux takes no longer single argument (128 KiB); the shell at the other end gets the line as one.</summary>
    public const int Longest = 100_000;

    /// <summary>What a program without a time limit of its own gets: nothing that was forgotten there runs for ever.</summary>
    private static readonly TimeSpan MostTime = TimeSpan.FromHours(24);

    /// <summary>
    /// Runs the program below us at the other end: a constant, values are its arguments. It reads variables and the program's input from what is sent
    /// to it, so that neither is in a list of processes, says when it began and how it ended, and holds its own input: when that ends, because the runner
    /// asked, died or lost the connection, the program is asked to end, and after the grace ended. Without a connection the time limit does the same.
    /// </summary>
    private const string Wrapper =
        "n=$1 l=$2 g=$3 d=$4; shift 4; exec 3<&0 </dev/null; say() { printf '\\n%s %s\\n' \"$n\" \"$*\" >&2; }; " +
        "while IFS= read -r e <&3 && [ -n \"$e\" ]; do v=$(printf '%b.' \"${e#*=}\"); export \"${e%%=*}=${v%.}\"; done; IFS= read -r i <&3 || exit 0; " +
        "if [ -n \"$d\" ] && ! cd \"$d\" 2>/dev/null; then say refused folder; exit 0; fi; " +
        "case $1 in */*) [ -f \"$1\" ] && [ -x \"$1\" ];; *) command -v \"$1\" >/dev/null 2>&1;; esac || { say refused program; exit 0; }; " +
        "b=none; if timeout -k 1 5 true >/dev/null 2>&1; then b=timeout; set -- timeout -k \"$g\" \"$l\" \"$@\"; fi; printf '%s started\\n' \"$n\"; say started \"$b\"; " +
        "if [ \"$i\" = - ]; then \"$@\" 3<&- & else printf '%b' \"${i#=}\" | \"$@\" 3<&- & fi; p=$!; " +
        "( read -r x <&3; kill -TERM \"$p\"; [ \"$b\" = timeout ] || { sleep \"$g\"; kill -KILL \"$p\"; } ) >/dev/null 2>&1 & w=$!; " +
        "wait \"$p\"; c=$?; kill \"$w\" 2>/dev/null; say ended \"$c\"; exit 0";

    /// <param name="mark">A word that the program cannot know: what the wrapper says begins with it.</param>
    public static string Remote(ProcessRequest request, string mark) => "exec " + PosixQuote.Line(
    [
        "/bin/sh", "-c", Wrapper, "incidenttools", mark, Seconds((request.Timeout ?? MostTime) + request.Grace + TimeSpan.FromSeconds(5)), Seconds(request.Grace), request.WorkingDirectory ?? "", request.Program, .. request.Arguments,
    ]);

    public static IReadOnlyList<string> Arguments(RemoteTarget target, SshSettings settings, TimeSpan connect, string remote)
    {
        List<string> all = settings.Config is { } config ? ["-F", config] : [];
        foreach (var option in Options(settings, connect)) all.AddRange(["-o", option]);
        if (target.User is { } user) all.AddRange(["-l", user]);
        if (target.Port is { } port) all.AddRange(["-p", port.ToString(CultureInfo.InvariantCulture)]);
        return [.. all, "--", target.Host, remote];
    }

    /// <summary>
    /// Given on the command line they come before every configuration. Nothing is asked and no host key accepted; the connection is a plain one that ends
    /// with us: it becomes nobody's master, goes to no background and forwards nothing.
    /// </summary>
    public static IEnumerable<string> Options(SshSettings settings, TimeSpan connect) =>
    [
        "BatchMode=yes", "StrictHostKeyChecking=yes", "NoHostAuthenticationForLocalhost=no", "UpdateHostKeys=no", $"ConnectTimeout={Seconds(connect)}", "ConnectionAttempts=1",
        "ServerAliveInterval=5", "ServerAliveCountMax=3", "LogLevel=ERROR", "ControlMaster=no", "RequestTTY=no", "RemoteCommand=none", "ForwardAgent=no", "ForwardX11=no",
        "ClearAllForwardings=yes", "PermitLocalCommand=no", .. settings.KnownHosts is { } file ? [$"UserKnownHostsFile=\"{file.Replace("%", "%%", StringComparison.Ordinal)}\"", "GlobalKnownHostsFile=none"] : Array.Empty<string>(),
    ];

    /// <summary>Variables, an empty line, the program's input: a line each, so that the shell at the other end reads not a byte too much.</summary>
    public static string Input(ProcessRequest request)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in request.Environment) text.Append(CultureInfo.InvariantCulture, $"{name}={Escaped(value ?? "")}\n");
        return text.Append('\n').Append(request.StandardInput is { } input ? "=" + Escaped(input) : "-").Append('\n').ToString();
    }

    private static string Escaped(string text) => text.Replace("\\", "\\0134", StringComparison.Ordinal).Replace("\n", "\\0012", StringComparison.Ordinal);

    private static string Seconds(TimeSpan time) => ((long)Math.Max(1, Math.Ceiling(time.TotalSeconds))).ToString(CultureInfo.InvariantCulture);
}
