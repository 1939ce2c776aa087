namespace IncidentTools.Engine.Execution;

/// <summary>Starts programs: a name and an argument list, never a shell, never a command line.</summary>
public interface IProcessRunner
{
    Task<ProcessResult> RunAsync(ProcessRequest request, CancellationToken cancellation);
    /// <summary>The full path of a program as it would be started, or null.</summary>
    string? Find(string program);
}

/// <param name="Grace">Time between asking a program to end and ending its whole process tree.</param>
/// <param name="OnStarted">Called with pid and start time (UTC) before the program does anything (on Windows: much): step.started holds both.</param>
public sealed record ProcessRequest(string Program, IReadOnlyList<string> Arguments)
{
    public string? WorkingDirectory { get; init; }
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = Nothing;
    public string? StandardInput { get; init; }
    public TimeSpan? Timeout { get; init; }
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(5);
    public int MaxLines { get; init; } = 2000;
    public int MaxBytes { get; init; } = 256 * 1024;
    public Action<int, DateTimeOffset>? OnStarted { get; init; }
    private static readonly Dictionary<string, string?> Nothing = [];
}

/// <summary>How a program ended. <c>ExitCode</c> is null when it was killed or never started.</summary>
/// <param name="NotStarted">Why it could not be started; null when it was.</param>
public sealed record ProcessResult(int? ExitCode, string Output, string ErrorOutput, bool Truncated, bool TimedOut, bool Cancelled, string? NotStarted, TimeSpan Took);
