using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;

namespace IncidentTools.Engine.Runbooks;

/// <summary>Whether what a runbook needs is here and now: system, programs, modules, script files, secrets. Looks only; starts nothing.</summary>
public sealed class RunbookEnvironment(IProcessRunner processes, ISecretSource secrets)
{
    public IReadOnlyList<Diagnostic> Check(RunbookDefinition book)
    {
        var bag = new DiagnosticBag();
        var start = new SourceSpan(book.Path, 1, 1, 1, 1);
        var here = OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "macos" : "linux";
        if (book.Requires.Os.Count > 0 && !book.Requires.Os.Contains(here, StringComparer.Ordinal))
            bag.Error("IT5001", start, "requires.os", $"it runs on {string.Join(", ", book.Requires.Os)}; this is {here}");
        foreach (var command in book.Requires.Commands)
            if (processes.Find(command) is null) bag.Error("IT5002", start, "requires.commands", $"there is no program '{command}' here", "Install it, or put its folder on PATH.");
        foreach (var module in book.Requires.Modules)
            if (!HasModule(module)) bag.Error("IT5003", start, "requires.modules", $"there is no module '{module}' here", "Install it, or put its folder on PSModulePath.");
        foreach (var step in book.AllSteps)
            foreach (var use in step.AllUses) Check(book, step, use, bag);
        return bag.Items;
    }

    private void Check(RunbookDefinition book, StepDefinition step, UseDefinition use, DiagnosticBag bag)
    {
        var with = use.With as PlainMap;
        SourceSpan At(string key) => with?.At(key) is { Line: > 0 } place ? place : use.Span;
        if (use.With.GetValueOrDefault("program") is string program && !use.With.ContainsKey("workingDirectory") && processes.Find(program) is null)
            bag.Error("IT5004", At("program"), step.Id, $"there is no program '{program}' here", "Install it, or put its folder on PATH.");
        if (use.Uses == "script" && use.With.GetValueOrDefault("file") is string file && !File.Exists(Path.Combine(Path.GetDirectoryName(book.Path) ?? "", file)))
            bag.Error("IT5005", At("file"), step.Id, $"there is no script '{file}'");
        foreach (var (key, value) in use.With)
            if (value is string secret && secret.StartsWith("secret:", StringComparison.Ordinal) && !IsThere(secret))
                bag.Error("IT5006", At(key), step.Id, $"'{secret}' has no value here", "Set it in the environment, a file of yours or a vault.");
    }

    private bool IsThere(string secret)
    {
        try { return secrets.Find(secret) is not null; }
        catch (Exception error) when (error is IncidentToolsException or IOException or UnauthorizedAccessException) { return false; }
    }

    private static bool HasModule(string name) => name.AsSpan().IndexOfAny('/', '\\') < 0 && (Environment.GetEnvironmentVariable("PSModulePath") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Any(folder => Directory.Exists(Path.Combine(folder.Trim(), name)));
}
