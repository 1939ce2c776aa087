using IncidentTools.Engine.Execution;

namespace IncidentTools.Engine.Tests.Probes;

/// <summary>The engine's own runner, with programs of the test before those of the machine.</summary>
internal sealed class RealProcesses(string? folder = null) : IProcessRunner
{
    private readonly ProcessRunner _runner = new(TimeProvider.System);

    public string? Find(string program) => folder is not null && File.Exists(Path.Combine(folder, program)) ? Path.Combine(folder, program) : _runner.Find(program);
    public Task<ProcessResult> RunAsync(ProcessRequest request, CancellationToken cancellation) => _runner.RunAsync(request with { Program = Find(request.Program) ?? request.Program }, cancellation);
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
