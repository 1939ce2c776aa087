using System.Management.Automation;
using System.Management.Automation.Runspaces;
using IncidentTools.Base;
using IncidentTools.Engine.Execution;

namespace IncidentTools.Scripting;

/// <summary>Where a script runs: the caller's folder and store, and what starts and times it.</summary>
internal sealed record ScriptPlace(string Location, string? Store, IProcessRunner Processes, TimeProvider Time);

/// <summary>
/// Runs scripts in runspaces with this module in them, one script at a time in each; none sees what another left. A script succeeded when it came to its end with nothing on its error stream and no
/// exit code but 0. <c>$ErrorActionPreference</c> is Stop, so that nothing goes on after a failure; a script may set it otherwise, and its errors
/// count all the same. A program's exit code is the script's own business, and what a program writes to its error stream is said, not an error.
/// </summary>
internal sealed class ScriptRunner(LanguageLimit language, ScriptPlace place) : IScriptRunner, IDisposable
{
    private readonly ScriptRunspaces _runspaces = new(Manifest, place);

    /// <summary>How long a script that was asked to stop may take to do so.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);
    private static readonly string Manifest = Path.Combine(Path.GetDirectoryName(ModuleSession.ShippedWorkspace)!, "IncidentTools.psd1");

    /// <summary>Told of what a script gives and says, as it comes.</summary>
    public Action<string, object?, int>? Tell { get; init; }

    public void Dispose() => _runspaces.Dispose();

    public string? WhyNot(string text) => language.Mode != PSLanguageMode.FullLanguage ? $"LanguageModeRestricted: {Errors.LanguageModeRestricted(language.Mode.ToString()).Message}" : ScriptText.SyntaxError(text);

    /// <summary>Also when it was cancelled there is a result: whoever asked must know whether it has ended.</summary>
    /// <exception cref="IncidentToolsException">LanguageModeRestricted: nothing ran.</exception>
    public async Task<ScriptResult> RunAsync(ScriptRequest request, CancellationToken cancellation)
    {
        if (language.Mode != PSLanguageMode.FullLanguage) throw Errors.LanguageModeRestricted(language.Mode.ToString());
        var began = place.Time.GetTimestamp();
        if (request is { OwnProcess: true, Remote: null }) return await new ScriptProcess(place, Manifest).RunAsync(request, cancellation).ConfigureAwait(false);
        var capture = new ScriptCapture(request.MaxLines, request.MaxBytes) { Tell = Tell };
        if (cancellation.IsCancellationRequested) capture.AddError("cancelled before it was started");
        else if (ScriptText.WhyNot(request) is { } wrong) capture.AddError(wrong);
        else if (request.Remote is { } remote)
        {
            var (succeeded, timedOut, ended, error) = await new RemoteScript(place).RunAsync(request, remote, capture, cancellation).ConfigureAwait(false);
            return Result(capture, succeeded, timedOut, ended, began) with { Error = error };
        }
        else return await RunHereAsync(request, capture, began, cancellation).ConfigureAwait(false);
        return Result(capture, false, timedOut: false, ended: true, began);
    }

    private async Task<ScriptResult> RunHereAsync(ScriptRequest request, ScriptCapture capture, long began, CancellationToken cancellation)
    {
        ScriptRunspace rented;
        try { rented = _runspaces.Rent(); }
        catch (RuntimeException error)
        {
            capture.AddError($"it could not begin: {error.Message}"); // its folder is gone, say
            return Result(capture, false, timedOut: false, ended: true, began);
        }
        var shell = PowerShell.Create();
        shell.Runspace = rented.Runspace;
        shell.AddScript(request.Text, useLocalScope: true);
        foreach (var (name, value) in request.Parameters) shell.AddParameter(name, ScriptText.Parameter(value));
        capture.Listen(shell.Streams);
        var running = Start(shell, capture.Output, rented.Thread);
        var (timedOut, cancelled) = (false, false);
        void Close()
        {
            shell.Dispose();
            _runspaces.Return(rented, ended: !timedOut && !cancelled);
        }

        (timedOut, cancelled) = await WaitAsync(running, request.Timeout, cancellation).ConfigureAwait(false);
        if (timedOut || cancelled)
        {
            capture.AddError(timedOut ? $"not done after {Duration.Format(request.Timeout!.Value)}, so it was stopped" : "stopped on request");
            // BeginStop would wait for the end on a thread that keeps the program alive
            var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            new Thread(() =>
            {
                try { shell.Stop(); }
                catch (Exception error) when (error is not OutOfMemoryException) { } // it has ended meanwhile, and PowerShell trips over that in many ways
                finally { stopped.SetResult(); }
            }) { IsBackground = true, Name = "stop of a script" }.Start();
            await Task.WhenAny(running, Task.Delay(Grace, place.Time, CancellationToken.None)).ConfigureAwait(false);
            if (!running.IsCompleted)
            {
                capture.AddError($"it did not stop within {Duration.Format(Grace)} and is still running in this process: nothing but the end of the process ends it; isolation: process would have");
                // whatever it does, it is no longer listened to than it lives
                _ = running.ContinueWith(done => { _ = done.Exception; Close(); }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
                return Result(capture, false, timedOut, ended: false, began) with { Error = "StillRunning" };
            }
            await Task.WhenAny(stopped.Task, Task.Delay(Grace, place.Time, CancellationToken.None)).ConfigureAwait(false);
        }
        var came = await ReadEndAsync(running, capture).ConfigureAwait(false);
        if (rented.Host.ExitCode is { } code and not 0) capture.AddError($"it ended with exit code {code}");
        Close();
        return Result(capture, came && !timedOut && !cancelled && capture.Errors.Count == 0, timedOut, ended: true, began);
    }

    private static Task Start(PowerShell shell, PSDataCollection<PSObject> output, ScriptThread thread)
    {
        var nothing = new PSDataCollection<PSObject>();
        nothing.Complete();
        return thread.Run(() =>
        {
            shell.Invoke(nothing, output, null);
            return true;
        });
    }

    private async Task<(bool TimedOut, bool Cancelled)> WaitAsync(Task running, TimeSpan? timeout, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(timeout ?? Timeout.InfiniteTimeSpan, place.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        await Task.WhenAny(running, Task.Delay(Timeout.InfiniteTimeSpan, either.Token)).ConfigureAwait(false);
        return running.IsCompleted ? (false, false) : (!cancellation.IsCancellationRequested, cancellation.IsCancellationRequested);
    }

    private static async Task<bool> ReadEndAsync(Task running, ScriptCapture capture)
    {
        try
        {
            await running.ConfigureAwait(false);
            return true;
        }
        catch (PipelineStoppedException) { }
        catch (RuntimeException error) { capture.AddError(ScriptCapture.Describe(error.ErrorRecord)); }
        catch (Exception error) when (error is not OutOfMemoryException) { capture.AddError($"{error.GetType().Name}: {error.Message}"); }
        return false;
    }

    private ScriptResult Result(ScriptCapture capture, bool succeeded, bool timedOut, bool ended, long began) =>
        new(succeeded, capture.Values, capture.Errors, capture.Log, timedOut, ended, capture.Truncated, place.Time.GetElapsedTime(began));
}
