using System.Diagnostics;
using IncidentTools.Engine.Execution;

namespace IncidentTools.Engine.Tests.Probes;

/// <summary>Starts real programs, plainly; looks in a folder of the test first.</summary>
internal sealed class RealProcesses(string? folder = null) : IProcessRunner
{
    public string? Find(string program)
    {
        if (Path.IsPathRooted(program)) return File.Exists(program) ? program : null;
        var folders = (folder is null ? [] : new[] { folder }).Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator));
        return folders.Select(item => Path.Combine(item, program)).FirstOrDefault(File.Exists);
    }

    public Task EndAsync(int pid, DateTimeOffset startedAt, TimeSpan patience, CancellationToken cancellation) => throw new InvalidOperationException("a probe ends no programs of others");

    public async Task<ProcessResult> RunAsync(ProcessRequest request, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        if (Find(request.Program) is not { } file) return new(null, "", "", false, false, false, "there is no such program", clock.Elapsed);
        var start = new ProcessStartInfo(file, request.Arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = request.WorkingDirectory ?? "" };
        foreach (var (name, value) in request.Environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (request.Timeout is { } timeout) limit.CancelAfter(timeout);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(CancellationToken.None), process.StandardError.ReadToEndAsync(CancellationToken.None));
        try { await process.WaitForExitAsync(limit.Token); }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            return new(null, await output, await error, false, !cancellation.IsCancellationRequested, cancellation.IsCancellationRequested, null, clock.Elapsed);
        }
        var text = await output;
        return new(process.ExitCode, text.Length > request.MaxBytes ? text[..request.MaxBytes] : text, await error, text.Length > request.MaxBytes, false, false, null, clock.Elapsed);
    }
}

/// <summary>A program of the test, as a shell script.</summary>
internal static class Script
{
    public static void Require() => Assert.SkipWhen(OperatingSystem.IsWindows(), "the test's programs are shell scripts");

    public static string Write(TempFolder folder, string name, string body)
    {
        var file = folder.Write(name, "#!/bin/sh\n" + body);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return file;
    }
}
