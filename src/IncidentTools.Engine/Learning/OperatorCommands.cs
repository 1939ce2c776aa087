using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Learning;

/// <summary>What one types to see by hand what a probe sees, with the tools that lie on most machines.</summary>
internal static class OperatorCommands
{
    // actions that have no command line of their own are here too
    /// <param name="with">Arguments; what is not known is a text like &lt;service.url&gt;.</param>
    public static IReadOnlyList<string> Of(string uses, Arguments with) => uses switch
    {
        "probe.http" => [Line("curl", [.. Flags("-sS", "-o", "/dev/null", "-w", "%{http_code} %{time_total}s\\n"), .. with.Has("method") && Text(with, "method") != "GET" ? Flags("-X", Text(with, "method")) : [], .. with.Has("timeout") ? Flags("-m", Seconds(with)) : [], .. with.Flag("followRedirects") ? Flags("-L") : [], Text(with, "url")])],
        "probe.tcp" => [Line("nc", ["-vz", "-w", with.Has("timeout") ? Seconds(with) : "5", Text(with, "host"), Text(with, "port")])],
        "probe.dns" => [Line("dig", ["+short", Text(with, "name"), Text(with, "type", "A"), .. with.Has("server") ? Flags("@" + Text(with, "server")) : []])],
        "probe.tls" => [Line("openssl", ["s_client", "-connect", $"{Text(with, "host")}:{Text(with, "port", "443")}", "-servername", Text(with, "serverName", Text(with, "host"))]) + " </dev/null | openssl x509 -noout -subject -issuer -dates"],
        "probe.ping" => [Line("ping", ["-c", Text(with, "count", "4"), Text(with, "host")])],
        "probe.service" when with.Has("status") => [CommandText.Quote(CommandLine.Of(with["status"]))],
        "probe.service" => [Line("systemctl", ["status", Text(with, "name", "<unit>")])],
        "probe.process" when with.Has("pidFile") => [$"ps -fp \"$({Line("cat", [Text(with, "pidFile")])})\""],
        "probe.process" => [Line("pgrep", ["-a", Text(with, "name", "<program>")])],
        "probe.disk" => [Line("df", ["-h", .. Texts(with["paths"])]), Line("df", ["-i", .. Texts(with["paths"])])],
        "probe.log" when with.Has("unit") => [Line("journalctl", ["-u", Text(with, "unit"), .. with.Has("window") ? Flags("--since", "-" + Text(with, "window")) : [], "-g", Patterns(with)])],
        "probe.log" => [Line("grep", ["-nE", Patterns(with), .. Texts(with["files"])])],
        "probe.command" or "command" => [CommandText.Quote([Text(with, "program"), .. CommandLine.Of(with["args"])])],
        "probe.clock" => [Line("chronyd", ["-Q", $"server {Text(with, "server")} iburst"])],
        "probe.certificates" => [.. Texts(with["paths"]).Select(path => Line("openssl", ["x509", "-noout", "-subject", "-enddate", "-in", path]))],
        "probe.vendor-status" => [Line("curl", ["-sS", Text(with, "url").TrimEnd('/') + (Text(with, "url").EndsWith(".json", StringComparison.Ordinal) ? "" : "/api/v2/summary.json")])],
        "probe.container" when with.Has("namespace") || Text(with, "manager") == "kubectl" => [Line("kubectl", ["get", "deployments,statefulsets,daemonsets,pods", .. with.Has("namespace") ? Flags("-n", Text(with, "namespace")) : [], .. with.Has("selector") ? Flags("-l", Text(with, "selector")) : []])],
        "probe.container" => [Line("docker", ["ps", "--all", .. with.Has("selector") ? Flags("--filter", "label=" + Text(with, "selector")) : Texts(with["names"]).SelectMany(name => Flags("--filter", "name=" + name))])],
        "probe.change-window" => [.. Texts(with["repositories"]).Select(folder => Line("git", ["-C", folder, "log", "--walk-reflogs", "--date=iso", "-20"])), .. Texts(with["folders"]).Select(folder => Line("find", [folder, "-mmin", "-1440", "-ls"])),
            .. with.Flag("packages") ? (string[])[Line("grep", ["-E", " (install|upgrade|remove) ", "/var/log/dpkg.log"]), "rpm -qa --last | head"] : [], .. with.Has("url") ? (string[])[Line("curl", ["-sS", Text(with, "url")])] : [], .. with.Has("command") ? (string[])[CommandText.Quote(CommandLine.Of(with["command"]))] : []],
        "probe.file" => [Line("stat", ["--", Text(with, "path")])],
        "probe.hash-manifest" => [$"find {CommandText.Quote(Texts(with["roots"]))} -type f -print0 | sort -z | xargs -0 sha256sum"],
        "probe.hash-compare" => [$"cd {CommandText.Quote(Text(with, "root", "<folder>"))} && sha256sum -c --quiet {CommandText.Quote(Text(with, "manifest"))}"],
        "probe.backup-freshness" when with.Has("remote") => [Line("rclone", ["lsl", .. Config(with), "--", Text(with, "remote")])],
        "probe.backup-freshness" => [Line("ls", ["-ltr", "--", Text(with, "path")])],
        "probe.backup-verify" => [Line("sha256sum", ["--", Text(with, "path")])],
        "probe.offsite" => [Line("rclone", ["check", "--one-way", "--combined", "-", .. Config(with), "--", Text(with, "path"), Text(with, "remote")])],
        "action.safety-copy" => [Line("cp", ["--archive", "--no-clobber", Text(with, "from"), Text(with, "to")])],
        "probe.data-check" => [CommandText.Quote(CommandLine.Of(with["command"]))],
        "action.log-preserve" => [Line("mkdir", ["-p", Text(with, "to")]), Line("cp", ["-pn", .. Texts(with["files"]), Text(with, "to")]), $"cd {CommandText.Quote(Text(with, "to"))} && sha256sum * > SHA256SUMS"],
        _ => [],
    };

    private static string Line(string program, string[] arguments) => CommandText.Quote(arguments.Prepend(program));
    private static string[] Flags(params string[] flags) => flags;
    private static string Text(Arguments with, string name, string otherwise = "") => PlainText.Format(with[name]) is { Length: > 0 } text ? text : otherwise;
    private static string[] Config(Arguments with) => with.Has("config") ? ["--config", Text(with, "config")] : [];
    private static string Seconds(Arguments with) => with["timeout"] is TimeSpan time ? PlainText.Format(Math.Ceiling(time.TotalSeconds))! : Text(with, "timeout");

    private static IEnumerable<string> Texts(object? value) => value switch
    {
        null => [],
        IReadOnlyList<object?> list => list.SelectMany(Texts),
        _ => PlainText.Format(value) is { } text ? [text] : [],
    };

    private static string Patterns(Arguments with) =>
        string.Join('|', (with["patterns"] as IReadOnlyList<object?> ?? [with["patterns"]]).Select(item => PlainText.Format((item as IReadOnlyDictionary<string, object?>)?.GetValueOrDefault("pattern") ?? item)).OfType<string>());
}
