using System.Globalization;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Actions.Services;

/// <summary>Commands of the service catalogue: one for the operation, one that says whether it runs, a pid file that says since when.</summary>
internal sealed class CommandManager(Arguments with) : ServiceManager
{
    private readonly IReadOnlyList<string> _status = CommandLine.Of(with, "status");
    private readonly string? _pidFile = with.TextOrNull("pidFile");

    public override string Title => "its own commands";

    /// <summary>Whether anything was given to ask with.</summary>
    public bool CanTell => _status.Count > 0 || _pidFile is not null;

    public override string? WhyNot(string operation) => Line(operation).Count > 0 ? null
        : operation == with.TextOrNull("operation") ? "no command is given for it: give command, or control in the service's record" : "no command is given that takes it back: give undo";

    public override IReadOnlyList<ServiceCommand> Commands(string operation) => Line(operation) is { Count: > 0 } line ? [new(line, [0])] : [];

    public override string? Opposite(string operation) => with.Has("undo") ? base.Opposite(operation) : null;

    public override async Task<ServiceState> StateAsync(ActionContext context, CancellationToken cancellation)
    {
        var file = _pidFile is null ? null : PidFile.Read(_pidFile);
        if (_status.Count == 0) return file ?? ServiceState.Unknown("neither status nor pidFile is given");
        var answer = await CommandRun.AskAsync(_status, AskTime, context, cancellation).ConfigureAwait(false);
        if (CommandRun.NoAnswer(answer) is { } why) return ServiceState.Unknown($"{CommandText.Quote(_status)}: {why}");
        // 0 runs, 4 cannot tell (as of init scripts), 126 and 127: a shell could not start what it should ask with
        return answer.ExitCode switch
        {
            0 => (file is { Phase: ServicePhase.Running } ? file : new ServiceState(ServicePhase.Running, "")) with { Phase = ServicePhase.Running, Detail = "its status command says that it runs" },
            4 or 126 or 127 => ServiceState.Unknown($"{CommandText.Quote(_status)}: exit code {answer.ExitCode}{CommandRun.Said(answer)}"),
            var code => new ServiceState(ServicePhase.Stopped, string.Create(CultureInfo.InvariantCulture, $"its status command says that it does not run (exit code {code})")) { Pid = file?.Pid },
        };
    }

    private IReadOnlyList<string> Line(string operation) => CommandLine.Of(with, operation == with.TextOrNull("operation") ? "command" : "undo");
}

/// <summary>A file with a process id: whether that process lives, and since when.</summary>
internal static class PidFile
{
    private static readonly TimeSpan Rounding = TimeSpan.FromSeconds(2);

    public static ServiceState Read(string path)
    {
        try
        {
            using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
            var text = new char[32];
            var length = reader.ReadBlock(text);
            if (!int.TryParse(new string(text, 0, length).Split('\n')[0].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) || pid == 0)
                return ServiceState.Unknown($"{path} does not hold a process id");
            var written = new DateTimeOffset(File.GetLastWriteTimeUtc(path), TimeSpan.Zero);
            if (!IsAlive(pid)) return new ServiceState(ServicePhase.Stopped, string.Create(CultureInfo.InvariantCulture, $"process {pid} of {path} is gone"));
            var start = ProcessIdentity.StartOf(pid);
            // written first and started later: the id was given to somebody else since
            if (start > written + Rounding) return new ServiceState(ServicePhase.Stopped, string.Create(CultureInfo.InvariantCulture, $"process {pid} is younger than {path}, so it is another"));
            return new ServiceState(ServicePhase.Running, string.Create(CultureInfo.InvariantCulture, $"process {pid} of {path} lives")) { Pid = pid, StartedAt = start };
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException) { return new ServiceState(ServicePhase.Stopped, $"there is no {path}"); }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return ServiceState.Unknown($"{path} cannot be read: {error.Message}"); }
    }

    private static bool IsAlive(int pid)
    {
        if (!OperatingSystem.IsWindows()) return ProcessTable.Find(pid) is { Ended: false };
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(pid);
            return !process.HasExited;
        }
        catch (ArgumentException) { return false; }
        catch (System.ComponentModel.Win32Exception) { return true; } // it is there, but not ours to look into
    }
}
