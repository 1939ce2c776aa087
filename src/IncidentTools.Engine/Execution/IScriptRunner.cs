using IncidentTools.Engine.Execution.Remote;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>Runs PowerShell text for script steps and script channels, in the caller's language mode or below. Given by the cmdlet assembly.</summary>
public interface IScriptRunner
{
    /// <summary>Null when this text may run here; else why not (LanguageModeRestricted, a parse error with its place).</summary>
    string? WhyNot(string text);
    Task<ScriptResult> RunAsync(ScriptRequest request, CancellationToken cancellation);
}

/// <param name="Name">Shown in errors and process lists.</param>
/// <param name="Parameters">Bound as parameters, never pasted into the text.</param>
public sealed record ScriptRequest(string Name, string Text, IReadOnlyDictionary<string, object?> Parameters, TimeSpan? Timeout, bool OwnProcess, int MaxLines, int MaxBytes)
{
    /// <summary>Called with pid and start time (UTC) of a process of its own, before the script begins.</summary>
    public Action<int, DateTimeOffset>? OnStarted { get; init; }
    /// <summary>The machine whose PowerShell runs it; null = this one.</summary>
    public RemotePlace? Remote { get; init; }
}

/// <param name="Output">Pipeline output as plain data (objects become maps of their properties, two levels deep).</param>
/// <param name="Ended">False when the script could not be ended and may still be running, or its process ended without saying how: what it did is not known.</param>
public sealed record ScriptResult(
    bool Succeeded, IReadOnlyList<object?> Output, IReadOnlyList<string> Errors, IReadOnlyList<string> Log, bool TimedOut, bool Ended, bool Truncated, TimeSpan Took)
{
    /// <summary>A stable word for what went wrong with it; null = it is the script's own matter.</summary>
    public string? Error { get; init; }
}

/// <summary>All that needs PowerShell.</summary>
public interface IScriptHost : IExpressionEvaluator, IScriptRunner, IScriptInspector;
