using System.ComponentModel;
using System.Diagnostics;

namespace IncidentTools.Engine.Execution;

/// <summary>
/// Starts programs by argument list and brings back how they ended. Their output is bounded but always drained, so that they never block;
/// at a time limit or on cancellation the whole tree is asked to end, and after the grace ended.
/// </summary>
public sealed class ProcessRunner(TimeProvider time) : IProcessRunner
{
    /// <summary>How long after a program's end its output may stay silent before a process it left behind is taken to hold it open.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(OperatingSystem.IsLinux() ? 500 : 2000), MostDraining = TimeSpan.FromSeconds(5), MostKilling = TimeSpan.FromSeconds(5);

    public string? Find(string program) => ProgramPath.Find(program, null, out _);

    public async Task<ProcessResult> RunAsync(ProcessRequest request, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        var file = ProgramPath.Find(request.Program, request.WorkingDirectory, out var whyNot);
        if (file is null || ProcessStart.WhyNot(request) is { } wrong && (whyNot = wrong).Length > 0) return NotStarted(whyNot, began);
        if (cancellation.IsCancellationRequested) return NotStarted("cancelled before it was started", began) with { Cancelled = true };
        var info = ProcessStart.Info(request, file);
        var gated = StartGate.Put(info, request);
        using var process = new Process { StartInfo = info };
        var earliest = time.GetUtcNow();
        try { process.Start(); }
        catch (Exception error) when (error is Win32Exception or InvalidOperationException or IOException or UnauthorizedAccessException) { return NotStarted($"'{file}' could not be started: {error.Message}", began); }

        using var run = new RunningProcess(process, request, time);
        var pid = process.Id;
        try { request.OnStarted?.Invoke(pid, ProcessIdentity.StartOf(process) ?? earliest); }
        catch
        {
            // nobody could take note of it, so nobody could find it again
            await run.EndAsync(TimeSpan.Zero, MostKilling).ConfigureAwait(false);
            throw;
        }
        if (gated) StartGate.Open(process);
        run.BeginStreams();
        var (timedOut, cancelled) = await WaitAsync(process, run.Over, request.Timeout, cancellation).ConfigureAwait(false);
        if (timedOut || cancelled) await run.EndAsync(request.Grace, MostKilling).ConfigureAwait(false);
        var left = await run.DrainAsync(Silence, MostDraining).ConfigureAwait(false);
        var over = !timedOut && !cancelled && run.Over.IsCompleted && !process.HasExited;
        if (over) await run.EndAsync(TimeSpan.Zero, MostKilling).ConfigureAwait(false);
        var exitCode = !timedOut && !cancelled && !over ? process.ExitCode : (int?)null;
        return run.Result(exitCode, left) with { TimedOut = timedOut, Cancelled = cancelled, Took = time.GetElapsedTime(began) };
    }

    private async Task<(bool TimedOut, bool Cancelled)> WaitAsync(Process process, Task over, TimeSpan? timeout, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(timeout ?? Timeout.InfiniteTimeSpan, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try { await (await Task.WhenAny(process.WaitForExitAsync(either.Token), over).ConfigureAwait(false)).ConfigureAwait(false); }
        catch (OperationCanceledException) when (process.HasExited) { } // its own end was first
        catch (OperationCanceledException) { return cancellation.IsCancellationRequested ? (false, true) : (true, false); }
        return (false, false);
    }

    private ProcessResult NotStarted(string why, long began) => new(null, "", "", false, false, false, why, time.GetElapsedTime(began));
}
