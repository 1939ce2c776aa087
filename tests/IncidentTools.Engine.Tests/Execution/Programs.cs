using System.Globalization;
using IncidentTools.Engine.Execution;

namespace IncidentTools.Engine.Tests.Execution;

/// <summary>What tests of programs share.</summary>
internal static class Programs
{
    public static ProcessRunner Runner { get; } = new(TimeProvider.System);

    public static ProcessRequest Shell(string script, params string[] arguments)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a Unix shell");
        return new ProcessRequest("/bin/sh", ["-c", script, "sh", .. arguments]);
    }

    public static Task<ProcessResult> RunAsync(ProcessRequest request, CancellationToken cancellation = default) => Runner.RunAsync(request, cancellation);

    public static void MakeExecutable(string file)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    /// <summary>Waits for a file that a program writes when it is ready; a process id in it.</summary>
    public static async Task<int> PidAsync(string file)
    {
        for (var tries = 0; tries < 1200; tries++)
        {
            try
            {
                if (File.Exists(file) && int.TryParse((await File.ReadAllTextAsync(file)).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)) return pid;
            }
            catch (IOException) { } // Windows: it is being written
            await Task.Delay(50);
        }
        throw new TimeoutException($"{file} was not written");
    }

    public static bool Lives(int pid)
    {
        if (!OperatingSystem.IsWindows()) return ProcessTable.Find(pid) is { Ended: false };
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(pid);
            return !process.HasExited;
        }
        catch (ArgumentException) { return false; }
    }

    public static async Task GoneAsync(int pid)
    {
        for (var tries = 0; tries < 400 && Lives(pid); tries++) await Task.Delay(25);
        Assert.False(Lives(pid), $"process {pid} lives");
    }

    public static void End(int pid)
    {
        try { using var process = System.Diagnostics.Process.GetProcessById(pid); process.Kill(); }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException) { }
    }
}
