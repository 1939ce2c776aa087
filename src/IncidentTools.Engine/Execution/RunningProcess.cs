using System.Diagnostics;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Text;

namespace IncidentTools.Engine.Execution;

/// <summary>A started program with its three streams and its tree.</summary>
internal sealed class RunningProcess : IDisposable
{
    private readonly Process _process;
    private readonly ProcessRequest _request;
    private readonly TimeProvider _time;
    private readonly WindowsJob? _job;
    private readonly BoundedOutput _output, _errors;
    private readonly CancellationTokenSource _stop = new();
    private Task _reading = Task.CompletedTask;
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StringBuilder _heard = new();
    private long _lastRead;
    private bool _ended;

    public RunningProcess(Process process, ProcessRequest request, TimeProvider time)
    {
        (_process, _request, _time) = (process, request, time);
        _job = OperatingSystem.IsWindows() ? WindowsJob.Around(process) : null;
        (_output, _errors) = (new BoundedOutput(request.MaxLines, request.MaxBytes), new BoundedOutput(request.MaxLines, request.MaxBytes));
    }

    /// <summary>When the program said that its work is over; never, unless it was asked to say so.</summary>
    public Task Over => _over.Task;

    public void BeginStreams()
    {
        _lastRead = _time.GetTimestamp();
        _reading = Task.WhenAll(ReadAsync(_process.StandardOutput.BaseStream, _output), ReadAsync(_process.StandardError.BaseStream, _errors));
        _ = WriteAsync();
    }

    /// <summary>Asks the tree to end, gives it the grace, then ends what is left.</summary>
    public async Task EndAsync(TimeSpan grace, TimeSpan limit)
    {
        _ended = true;
        if (_request.HoldInput && grace > TimeSpan.Zero && !_over.Task.IsCompleted) await CloseInputAsync(grace).ConfigureAwait(false);
        if (OperatingSystem.IsWindows()) await EndOnWindowsAsync(grace).ConfigureAwait(false);
        else await EndTreeAsync(grace, limit).ConfigureAwait(false);
        // one that the system itself cannot end (waiting for a dead disk) must not hold us for ever
        try { await _process.WaitForExitAsync().WaitAsync(limit, _time).ConfigureAwait(false); }
        catch (TimeoutException) { }
    }

    /// <summary>Reads what is still to come. True when a process that was left behind holds the output open and reading stopped.</summary>
    public async Task<bool> DrainAsync(TimeSpan silence, TimeSpan most)
    {
        var began = _time.GetTimestamp();
        while (!_reading.IsCompleted && _time.GetElapsedTime(began) < most)
        {
            // silence counts from the end of the program, however long it was silent before; where we can see that nobody holds the pipe, its end is on its way
            if (_time.GetElapsedTime(Math.Max(began, Interlocked.Read(ref _lastRead))) > silence && (!OperatingSystem.IsLinux() || ProcessTable.Holding([.. Pipes()]).Any())) break;
            await Task.WhenAny(_reading, Task.Delay(TimeSpan.FromMilliseconds(50), _time)).ConfigureAwait(false);
        }
        var left = !_reading.IsCompleted;
        // closing is the honest end: kept open, whoever writes there would live only as long as this session, and die when nobody looks
        await _stop.CancelAsync().ConfigureAwait(false);
        return left;
    }

    public ProcessResult Result(int? exitCode, bool left)
    {
        var note = left ? "[… a process left behind still holds the output; it was not read further …]\n" : "";
        var text = _output.ToString();
        if (note.Length > 0 && text.Length > 0 && text[^1] != '\n') text += "\n";
        return new ProcessResult(exitCode, text + note, _errors.ToString(), _output.Truncated || _errors.Truncated || left, false, false, null, default);
    }

    public void Dispose()
    {
        if (OperatingSystem.IsWindows())
        {
            if (!_ended) _job?.LetGo();
            _job?.Dispose();
        }
        // a stream that was handed out is not the process's to close
        foreach (var stream in new[] { _process.StandardOutput.BaseStream, _process.StandardError.BaseStream }) stream.Dispose();
        if (_request.HoldInput) _process.StandardInput.BaseStream.Dispose();
        _stop.Dispose();
    }

    /// <summary>The end of its input asks it to end.</summary>
    private async Task CloseInputAsync(TimeSpan grace)
    {
        try
        {
            await _process.StandardInput.DisposeAsync().ConfigureAwait(false);
            await Task.WhenAny(_process.WaitForExitAsync(), _over.Task).WaitAsync(grace, _time).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or InvalidOperationException or TimeoutException) { }
    }

    private async Task EndTreeAsync(TimeSpan grace, TimeSpan limit)
    {
        var tree = new ProcessTree(_process.Id, [.. Pipes()]);
        var began = _time.GetTimestamp();
        if (grace > TimeSpan.Zero) tree.Ask();
        while (_time.GetElapsedTime(began) < grace)
        {
            if (tree.IsGone()) break;
            await Task.Delay(TimeSpan.FromMilliseconds(20), _time).ConfigureAwait(false);
        }
        await tree.EndAsync(_time, limit).ConfigureAwait(false);
    }

    private async Task EndOnWindowsAsync(TimeSpan grace)
    {
        try
        {
            // only a program with a window can be asked; Ctrl+Break would need its console, and it has its own
            if (grace > TimeSpan.Zero && _process.CloseMainWindow()) await _process.WaitForExitAsync().WaitAsync(grace, _time).ConfigureAwait(false);
        }
        catch (Exception error) when (error is TimeoutException or InvalidOperationException or System.ComponentModel.Win32Exception) { }
        WindowsTree.End(_process);
        if (OperatingSystem.IsWindows()) _job?.End(); // has also those whose parent ended before
    }

    private IEnumerable<string> Pipes()
    {
        if (!OperatingSystem.IsLinux()) yield break;
        foreach (var stream in new[] { _process.StandardOutput.BaseStream, _process.StandardError.BaseStream })
            if (stream switch { PipeStream pipe => (SafeHandle)pipe.SafePipeHandle, FileStream file => file.SafeFileHandle, _ => null } is { IsClosed: false } handle
                && new FileInfo($"/proc/self/fd/{handle.DangerousGetHandle()}").LinkTarget is { } link) yield return link;
    }

    private async Task ReadAsync(Stream stream, BoundedOutput into)
    {
        var buffer = new byte[32 * 1024];
        try
        {
            for (int read; (read = await stream.ReadAsync(buffer, _stop.Token).ConfigureAwait(false)) > 0;)
            {
                if (into == _output && _request.OnOutput is { } sink) await sink(buffer.AsMemory(0, read)).ConfigureAwait(false);
                else into.Write(buffer.AsSpan(0, read));
                if (_request.OverMark is { } mark && into == _errors) Hear(Encoding.ASCII.GetString(buffer, 0, read), mark);
                Interlocked.Exchange(ref _lastRead, _time.GetTimestamp());
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException) { }
    }

    private void Hear(string text, string mark)
    {
        if (_heard.Append(text).ToString().Contains(mark, StringComparison.Ordinal)) _over.TrySetResult();
        if (_heard.Length > mark.Length) _heard.Remove(0, _heard.Length - mark.Length);
    }

    /// <summary>Never awaited: a program that does not read, and leaves somebody with its end of the pipe, would hold us.</summary>
    private async Task WriteAsync()
    {
        try
        {
            if (_request.StandardInput is { } text) await _process.StandardInput.WriteAsync(text.AsMemory(), _stop.Token).ConfigureAwait(false);
            if (_request.HoldInput) await _process.StandardInput.FlushAsync(_stop.Token).ConfigureAwait(false);
            else await _process.StandardInput.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException) { } // it does not read what it was given
    }
}
