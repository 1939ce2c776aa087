using System.Globalization;
using System.Security.Cryptography;

namespace IncidentTools.Engine.Execution.Remote;

/// <summary>
/// Programs on another machine, through the system's own <c>ssh</c>: it knows the admin's configuration, agent, jump hosts and host keys, and is kept
/// secure by the system. A connection that breaks off leaves the outcome unknown, never failed.
/// </summary>
public sealed class SshRunner(RemotePlace place, IProcessRunner here) : IProcessRunner
{
    private readonly RemoteTarget _target = place.Target;
    private readonly SshSettings _settings = place.Ssh;
    /// <summary>For the way there and back, on top of the grace of the program itself.</summary>
    private static readonly TimeSpan Connect = TimeSpan.FromSeconds(15), Answer = TimeSpan.FromSeconds(5);
    private const int MarkLines = 6, MarkBytes = 1024;

    /// <summary>Only the other machine can tell.</summary>
    public string? Find(string program) => program;

    public string? WhyNot(ProcessRequest request) =>
        string.IsNullOrWhiteSpace(request.Program) ? "no program is named"
        : request.Program[0] == '-' ? $"'{request.Program}' is an option and no program"
        : request.WorkingDirectory is { } folder && (folder.Length == 0 || folder[0] != '/') ? $"the working directory '{folder}' is not a full path of the other machine"
        : ProcessStart.WhyNot(request with { WorkingDirectory = null, Arguments = [request.Program, .. request.Arguments, request.WorkingDirectory ?? ""] });

    public async Task<ProcessResult> RunAsync(ProcessRequest request, CancellationToken cancellation)
    {
        request = request with { Timeout = place.TimeLimit is { } most && (request.Timeout is not { } own || own > most) ? most : request.Timeout };
        var mark = Convert.ToHexString(RandomNumberGenerator.GetBytes(12));
        if (!_target.IsSsh) return NotStarted(Errors.TargetInvalid(_target.ToString(), "programs are run over ssh://"));
        if ((WhyNot(request) ?? _settings.WhyNot()) is { } why) return new ProcessResult(null, "", "", false, false, false, why, default);
        var line = SshCommand.Remote(request, mark);
        if (line.Length > SshCommand.Longest) return NotStarted(Errors.ArgumentsTooLong(_target.ToString(), SshCommand.Longest));
        var result = await here.RunAsync(new ProcessRequest("ssh", SshCommand.Arguments(_target, _settings, Connect, line))
        {
            StandardInput = SshCommand.Input(request), HoldInput = true, OverMark = $"\n{mark} ended ", OnStarted = request.OnStarted,
            Timeout = request.Timeout, Grace = request.Grace + Answer, MaxLines = Math.Min(request.MaxLines, int.MaxValue - MarkLines) + MarkLines, MaxBytes = Math.Min(request.MaxBytes, int.MaxValue - MarkBytes) + MarkBytes,
        }, cancellation).ConfigureAwait(false);
        return result.NotStarted is null ? Read(result, mark) : result;
    }

    private ProcessResult Read(ProcessResult result, string mark)
    {
        var said = RemoteSpeech.Read(result, mark);
        var read = result with { Output = said.Output, ErrorOutput = said.ErrorOutput, ExitCode = null };
        if (said.Refused is { } refused) return read with { NotStarted = $"on {_target} there is no such {refused}" };
        if (!said.Began) return NeverHeard(result, said.Before);
        var note = said.Bounded ? null : $"{_target} has no 'timeout -k': had the connection been lost, nothing would have ended it there";
        if (said.ExitCode is { } code) return read with { ExitCode = result.TimedOut || result.Cancelled ? null : code, Note = note };
        // it was asked to end, or the connection broke off: either way nobody said how it ended
        return result.TimedOut || result.Cancelled
            ? read with { Note = $"{_target} did not confirm that it ended there{(said.Bounded ? ", at the latest its time limit there ends it" : ", and has no 'timeout -k' that would end it")}" }
            : read with { Error = "ConnectionLost", Note = Errors.ConnectionLost(_target.ToString()).Message };
    }

    private ProcessResult NeverHeard(ProcessResult result, string before)
    {
        // a time limit or a cancel while the connection was being made: perhaps it had just been
        if (result.TimedOut || result.Cancelled) return result with { Output = "", ErrorOutput = before, ExitCode = null, Note = $"{_target} had not said that it began" };
        if (result.ExitCode != 255) return NotStarted(Errors.RemoteShellUnsuitable(_target.ToString(), CommandRun.Said(result with { ErrorOutput = before }).TrimStart(':', ' '))) with { Took = result.Took };
        return SshTrouble.Read(_target.ToString(), before, _settings.KnownHosts) is { } trouble
            ? NotStarted(trouble) with { ErrorOutput = before, Took = result.Took }
            : result with { Output = "", ErrorOutput = before, ExitCode = null, Error = "ConnectionLost", Note = Errors.ConnectionLost(_target.ToString()).Message };
    }

    private static ProcessResult NotStarted(IncidentToolsException error) => new(null, "", "", false, false, false, $"{error.Message} {error.RecommendedAction}", default) { Error = error.ErrorId };
}

/// <summary>What came back from the other end, told from what the shells on the way had to say.</summary>
/// <param name="Before">What was on the error output before the program began: mostly why it did not.</param>
/// <param name="Bounded">Whether the other machine ends the program by itself when its time is up.</param>
internal sealed record RemoteSpeech(bool Began, bool Bounded, string? Refused, int? ExitCode, string Output, string ErrorOutput, string Before)
{
    public static RemoteSpeech Read(ProcessResult result, string mark)
    {
        var errors = result.ErrorOutput;
        var (refused, _, _) = Find(errors, mark, "refused", last: false);
        var (how, began, after) = Find(errors, mark, "started", last: false);
        if (how is null) return new RemoteSpeech(false, false, refused, null, "", "", errors);
        var (code, end, rest) = Find(errors, mark, "ended", last: true);
        var text = code is null ? errors[after..] : errors[after..end] + errors[rest..];
        return new RemoteSpeech(true, how == "timeout", null, int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null, Own(result.Output, mark), text, errors[..began]);
    }

    /// <summary>The word after a mark, where the mark begins and where its line ends; a line that is not whole says nothing.</summary>
    private static (string? Word, int Start, int End) Find(string text, string mark, string what, bool last)
    {
        var sought = $"\n{mark} {what} ";
        var start = last ? text.LastIndexOf(sought, StringComparison.Ordinal) : text.IndexOf(sought, StringComparison.Ordinal);
        if (start < 0 || text.IndexOf('\n', start + sought.Length) is not (>= 0 and var end)) return (null, 0, 0);
        return (text[(start + sought.Length)..end], start, end + 1);
    }

    // a login shell that greets everybody is not part of the program's output
    private static string Own(string output, string mark) => output.IndexOf($"{mark} started\n", StringComparison.Ordinal) is >= 0 and var at ? output[(at + mark.Length + " started\n".Length)..] : output;
}
