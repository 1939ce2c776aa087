using System.Net;
using System.Net.Sockets;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;

namespace IncidentTools.Engine.Runbooks;

/// <summary>What the session knows of the commands that a script names; given by the cmdlet assembly.</summary>
public interface IScriptSurroundings
{
    /// <summary>Commands and parameters that are not here, and those that nobody could look at. Looks only: no module is imported.</summary>
    IReadOnlyList<ScriptFinding> Inspect(string script);
}

/// <param name="Offset">Where in the text.</param>
/// <param name="Unknown">Whether it could not be looked at; else it is not here.</param>
public sealed record ScriptFinding(int Offset, string Message, string? Fix, bool Unknown = false);

/// <summary>Whether what a runbook needs is here and now: system, programs, modules, script files with the commands in them, folders, hosts, secrets. Looks only; starts nothing.</summary>
/// <param name="uses">Says which arguments are programs.</param>
/// <param name="scripts">Null where there is no PowerShell: then the text of scripts is not looked at.</param>
public sealed class RunbookEnvironment(IProcessRunner processes, ISecretSource secrets, IUseCatalog uses, IScriptSurroundings? scripts = null)
{
    private static readonly TimeSpan LookUp = TimeSpan.FromSeconds(5);
    private static readonly string[] Folders = ["workingDirectory", "paths"];
    private readonly Dictionary<string, string?> _hosts = new(StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<Diagnostic> Check(RunbookDefinition book)
    {
        var bag = new DiagnosticBag();
        Required(book.Requires, bag);
        foreach (var step in book.AllSteps)
        {
            var target = step.Target.Count > 0 ? step.Target : book.Target;
            foreach (var host in target.OfType<string>().Where(host => host != "local")) Host(new Uri(host).Host, step.Span, step.Id, bag);
            // what runs elsewhere must be there, and only there can it be seen
            var local = target.Count == 0 || target.Contains("local");
            foreach (var use in step.AllUses)
            {
                Secrets(use, step, bag);
                Hosts(use, step, bag);
                if (local || use != step.Use) Local(book, step, use, bag);
            }
        }
        return [.. bag.Items.OrderBy(item => item.Span.Line).ThenBy(item => item.Span.Column)];
    }

    /// <summary>Only what it requires by name: system, programs, modules. Quick, and asks nothing of the network.</summary>
    public IReadOnlyList<Diagnostic> CheckRequirements(RunbookDefinition book)
    {
        var bag = new DiagnosticBag();
        Required(book.Requires, bag);
        return bag.Items;
    }

    private void Required(RunbookRequirements requires, DiagnosticBag bag)
    {
        var here = OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "macos" : "linux";
        if (requires.Os.Count > 0 && !requires.Os.Contains(here, StringComparer.Ordinal))
            bag.Error("IT5001", requires.Span, "requires.os", $"it runs on {string.Join(", ", requires.Os)}; this is {here}");
        foreach (var command in requires.Commands)
            if (processes.Find(command) is null) bag.Error("IT5002", requires.Span, "requires.commands", $"there is no program '{command}' here", "Install it, or put its folder on PATH.");
        foreach (var module in requires.Modules)
            if (!HasModule(module)) bag.Error("IT5003", requires.Span, "requires.modules", $"there is no module '{module}' here", "Install it, or put its folder on PSModulePath.");
    }

    private void Local(RunbookDefinition book, StepDefinition step, UseDefinition use, DiagnosticBag bag)
    {
        if (use.With.GetValueOrDefault("program") is string program && !use.With.ContainsKey("workingDirectory")) Program(program, At(use, "program"), step, bag);
        foreach (var field in uses.Find(use.Uses)?.With.Fields ?? [])
            if (field.Shape == CommandLine.Shape && use.With.GetValueOrDefault(field.Name) is PlainList { Count: > 0 } line && line[0] is string first) Program(first, line.At(0), step, bag);
        foreach (var key in Folders)
            foreach (var folder in Texts(use.With.GetValueOrDefault(key)).Where(folder => Path.IsPathFullyQualified(folder) && !Path.Exists(folder)))
                bag.Error("IT5007", At(use, key), step.Id, $"there is no '{folder}' here");
        if (use.Uses == "probe.log")
            foreach (var file in Texts(use.With.GetValueOrDefault("files")).Where(file => Path.IsPathFullyQualified(file) && file.AsSpan().IndexOfAny('*', '?') < 0 && !File.Exists(file)))
                bag.Error("IT5007", At(use, "files"), step.Id, $"there is no '{file}' here", "It would be read as a log that is not there, not as an empty one.");
        if (use.Uses == "script") Script(book, step, use, bag);
    }

    private void Program(string program, SourceSpan span, StepDefinition step, DiagnosticBag bag)
    {
        if (processes.Find(program) is null) bag.Error("IT5004", span, step.Id, $"there is no program '{program}' here", "Install it, or put its folder on PATH.");
    }

    private void Script(RunbookDefinition book, StepDefinition step, UseDefinition use, DiagnosticBag bag)
    {
        var text = use.With.GetValueOrDefault("text") as string;
        var file = use.With.GetValueOrDefault("file") as string;
        if (file is not null)
        {
            var path = Path.Combine(Path.GetDirectoryName(book.Path) ?? "", file);
            try { text = File.ReadAllText(path); }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                bag.Error("IT5005", At(use, "file"), step.Id, File.Exists(path) ? $"the script '{file}' cannot be read: {error.Message}" : $"there is no script '{file}'");
                return;
            }
        }
        if (text is null || scripts is null) return;
        foreach (var found in scripts.Inspect(text))
        {
            var message = $"line {text.AsSpan(0, Math.Min(found.Offset, text.Length)).Count('\n') + 1} of the script: {found.Message}";
            if (found.Unknown) bag.Warning("IT5010", At(use, file is null ? "text" : "file"), step.Id, message, found.Fix);
            else bag.Error("IT5008", At(use, file is null ? "text" : "file"), step.Id, message, found.Fix);
        }
    }

    private void Secrets(UseDefinition use, StepDefinition step, DiagnosticBag bag)
    {
        foreach (var (key, value) in use.With)
            foreach (var secret in Texts(value).Where(text => text.StartsWith("secret:", StringComparison.Ordinal)))
                if (!IsThere(secret)) bag.Error("IT5006", At(use, key), step.Id, $"'{secret}' has no value here", "Set it in the environment, a file of yours or a vault.");
    }

    private void Hosts(UseDefinition use, StepDefinition step, DiagnosticBag bag)
    {
        if (!use.Uses.StartsWith("probe.", StringComparison.Ordinal) || use.Uses == "probe.dns") return;
        if (use.With.GetValueOrDefault("host") is string host) Host(host, At(use, "host"), step.Id, bag);
        if (use.With.GetValueOrDefault("url") is string url && !use.With.ContainsKey("resolveTo")) Host(new Uri(url).Host, At(use, "url"), step.Id, bag);
    }

    private void Host(string host, SourceSpan span, string path, DiagnosticBag bag)
    {
        if (!_hosts.TryGetValue(host, out var why)) _hosts[host] = why = WhyNot(host.Trim('[', ']'));
        if (why is not null) bag.Error("IT5009", span, path, why, "A runbook is read when the network is down too: an address, or a name in the hosts file, needs no DNS.");
    }

    private static string? WhyNot(string host)
    {
        if (IPAddress.TryParse(host, out _)) return null;
        using var limit = new CancellationTokenSource(LookUp);
        try { return Dns.GetHostAddressesAsync(host, limit.Token).GetAwaiter().GetResult().Length > 0 ? null : $"the host '{host}' has no address"; }
        catch (SocketException error) when (error.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData) { return $"there is no host '{host}': its name does not resolve here"; }
        catch (Exception error) when (error is SocketException or OperationCanceledException or ArgumentException) { return $"the host '{host}' could not be looked up: {error.Message}"; }
    }

    private bool IsThere(string secret)
    {
        try { return secrets.Find(secret) is not null; }
        catch (Exception error) when (error is IncidentToolsException or IOException or UnauthorizedAccessException) { return false; }
    }

    private static SourceSpan At(UseDefinition use, string key) => (use.With as PlainMap)?.At(key) is { Line: > 0 } place ? place : use.Span;

    /// <summary>Every text in a value; what is worked out only in a run is none.</summary>
    private static IEnumerable<string> Texts(object? value) => value switch
    {
        string text => [text],
        IReadOnlyDictionary<string, object?> map => map.Values.SelectMany(Texts),
        IReadOnlyList<object?> list => list.SelectMany(Texts),
        _ => [],
    };

    private static bool HasModule(string name) => name.AsSpan().IndexOfAny('/', '\\') < 0 && (Environment.GetEnvironmentVariable("PSModulePath") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Any(folder => Directory.Exists(Path.Combine(folder.Trim(), name)));
}
