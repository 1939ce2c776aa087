namespace IncidentTools.Engine.Execution;

/// <summary>Starts programs: a name and an argument list, never a shell, never a command line.</summary>
public interface IProcessRunner
{
    Task<ProcessResult> RunAsync(ProcessRequest request, CancellationToken cancellation);
    /// <summary>The full path of a program as it would be started, or null.</summary>
    string? Find(string program);
    /// <summary>What stands against starting this as it is; null when nothing is known to. Looks at the disk.</summary>
    string? WhyNot(ProcessRequest request) => ProgramPath.Find(request.Program, request.WorkingDirectory, out var why) is null && Find(request.Program) is null ? why : ProcessStart.WhyNot(request);
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
    /// <summary>Its input stays open as long as it runs: the end of it asks the program to end.</summary>
    public bool HoldInput { get; init; }
    /// <summary>What on its error output says that the work is over, whoever still holds the output.</summary>
    public string? OverMark { get; init; }
    /// <summary>Gets the standard output as it comes; nothing of it is kept then. Whatever it throws ends the reading.</summary>
    public Func<ReadOnlyMemory<byte>, ValueTask>? OnOutput { get; init; }
    private static readonly Dictionary<string, string?> Nothing = [];
}

/// <summary>How a program ended. <c>ExitCode</c> is null when it was killed or never started.</summary>
/// <param name="NotStarted">Why it could not be started; null when it was.</param>
public sealed record ProcessResult(int? ExitCode, string Output, string ErrorOutput, bool Truncated, bool TimedOut, bool Cancelled, string? NotStarted, TimeSpan Took)
{
    /// <summary>A stable word for why it was not started, or why nobody knows how it ended; null = the usual ones.</summary>
    public string? Error { get; init; }
    /// <summary>What else is to be said of how it ran.</summary>
    public string? Note { get; init; }
}
