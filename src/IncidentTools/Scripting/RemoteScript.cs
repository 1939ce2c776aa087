using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Execution.Remote;

namespace IncidentTools.Scripting;

/// <summary>
/// A script in the PowerShell of another machine, through PowerShell's own remoting: over SSH (the subsystem "powershell" of its sshd) or WinRM. Text
/// and values go there as PowerShell serializes them. One that does not stop is ended there with its process, since the end of the connection alone does not.
/// </summary>
internal sealed class RemoteScript(ScriptPlace place)
{
    /// <summary>A process and what is below it. While the connection stands, its id is nobody else's.</summary>
    private const string Kill = "k() { ps -A -o pid= -o ppid= | while read -r c p; do [ \"$p\" != \"$1\" ] || k \"$c\"; done; kill -KILL \"$1\" 2>/dev/null; }; k \"$1\"";
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5), Connect = TimeSpan.FromSeconds(15);
    private static readonly HashSet<string> Configured = new(
        ["hostname", "user", "port", "identityfile", "identitiesonly", "identityagent", "certificatefile", "hostkeyalias", "proxyjump", "proxycommand", "userknownhostsfile", "globalknownhostsfile"], StringComparer.OrdinalIgnoreCase);
    private const string Preferences = "$ErrorActionPreference = 'Stop'; $ProgressPreference = 'SilentlyContinue'; $PID";

    /// <returns>Success, time-out, whether its end is known, and a stable word for what went wrong with the connection.</returns>
    public async Task<(bool Succeeded, bool TimedOut, bool Ended, string? Error)> RunAsync(ScriptRequest request, RemotePlace remote, ScriptCapture capture, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(request.Timeout ?? remote.TimeLimit ?? Timeout.InfiniteTimeSpan, place.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        var host = remote.Target.ToString();
        using var local = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        local.Open();
        if ((remote.Target.IsWinRm ? null : remote.Ssh.WhyNot()) is { } why)
        {
            capture.AddError(why);
            return (false, false, true, "NotStarted");
        }
        if (!remote.Target.IsWinRm && await NoWayAsync(remote, either.Token).ConfigureAwait(false) is { } noWay)
        {
            capture.AddError(noWay.NotStarted!);
            return (false, false, true, noWay.Error);
        }
        var options = remote.Target.IsWinRm ? [] : await OptionsAsync(remote).ConfigureAwait(false);
        var opening = Aside(() => Open(local, remote, options), "connection of a script");
        await Task.WhenAny(opening, Task.Delay(Timeout.InfiniteTimeSpan, either.Token)).ConfigureAwait(false);
        if (!opening.IsCompleted)
        {
            capture.AddError($"{host} was not reached {(cancellation.IsCancellationRequested ? "before the step was stopped" : "in time")}: nothing was started there");
            _ = opening.ContinueWith(late => { if (late.IsCompletedSuccessfully) late.Result.Runspace.Dispose(); else _ = late.Exception; }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            return (false, limit.IsCancellationRequested, true, limit.IsCancellationRequested ? "HostTimeout" : "Cancelled");
        }
        PSSession session;
        try { session = await opening.ConfigureAwait(false); }
        catch (RuntimeException error)
        {
            var trouble = Errors.HostUnreachable(host, First(error.Message));
            capture.AddError($"{trouble.Message} {trouble.RecommendedAction}");
            return (false, false, true, trouble.ErrorId);
        }
        using var runspace = session.Runspace;
        return await RunAsync(request, runspace, remote, capture, limit.Token, either.Token).ConfigureAwait(false);
    }

    private async Task<(bool, bool, bool, string?)> RunAsync(ScriptRequest request, Runspace runspace, RemotePlace remote, ScriptCapture capture, CancellationToken limit, CancellationToken either)
    {
        var (host, process) = (remote.Target.ToString(), 0);
        using var shell = PowerShell.Create();
        shell.Runspace = runspace;
        shell.AddScript(request.Text);
        foreach (var (name, value) in request.Parameters) shell.AddParameter(name, ScriptText.Parameter(value));
        capture.Listen(shell.Streams);
        var nothing = new PSDataCollection<PSObject>();
        nothing.Complete();
        var running = Aside(() =>
        {
            using (var before = PowerShell.Create())
            {
                before.Runspace = runspace;
                Volatile.Write(ref process, LanguagePrimitives.ConvertTo<int>(before.AddScript(Preferences).Invoke()[0]));
            }
            shell.Invoke(nothing, capture.Output, null);
            return true;
        }, $"script {request.Name}");
        await Task.WhenAny(running, Task.Delay(Timeout.InfiniteTimeSpan, either)).ConfigureAwait(false);
        var (timedOut, stopped) = (false, false);
        if (!running.IsCompleted)
        {
            (timedOut, stopped) = (limit.IsCancellationRequested, true);
            capture.AddError(timedOut ? $"not done in time on {host}, so it was stopped" : "stopped on request");
            _ = Aside(() => { shell.Stop(); return true; }, "stop of a script").ContinueWith(done => _ = done.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            await Task.WhenAny(running, Task.Delay(Grace, place.Time, CancellationToken.None)).ConfigureAwait(false);
            if (!running.IsCompleted)
            {
                var killed = !remote.Target.IsWinRm && Volatile.Read(ref process) is > 0 and var pid && (await Ssh(remote).RunAsync(new ProcessRequest("sh", ["-c", Kill, "sh", pid.ToString(CultureInfo.InvariantCulture)]) { Timeout = Connect }, CancellationToken.None).ConfigureAwait(false)).ExitCode == 0;
                capture.AddError($"it did not stop within {Duration.Format(Grace)}{(killed ? $", so its process on {host} was ended" : $" and the connection to {host} was closed; it may still be running there")}");
                _ = running.ContinueWith(done => _ = done.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
                return (false, timedOut, false, null);
            }
        }
        try { await running.ConfigureAwait(false); }
        catch (PipelineStoppedException) { return (false, timedOut, true, null); }
        // nobody said how it ended
        catch (RuntimeException error) when (runspace.RunspaceStateInfo.State != RunspaceState.Opened || error.GetType().Name.StartsWith("PSRemotingTransport", StringComparison.Ordinal))
        {
            capture.AddError(Errors.ConnectionLost(host).Message);
            return (false, timedOut, false, "ConnectionLost");
        }
        catch (RuntimeException error)
        {
            capture.AddError(ScriptCapture.Describe(error.ErrorRecord));
            return (false, timedOut, true, null);
        }
        // exit ends the PowerShell over there, and nobody is told with which code
        if (!stopped && runspace.RunspaceStateInfo.State != RunspaceState.Opened)
        {
            capture.AddError($"it ended the PowerShell on {host} (did it say exit?) or the connection broke off: how it ended is not known; let it end with return or throw");
            return (false, timedOut, false, "ConnectionLost");
        }
        return (!stopped && capture.Errors.Count == 0, timedOut, true, null);
    }

    /// <summary>PowerShell does not pass on why ssh made no connection, so the way is tried first, by something that does nothing. Null when there is one.</summary>
    private async Task<ProcessResult?> NoWayAsync(RemotePlace remote, CancellationToken cancellation)
    {
        var tried = await Ssh(remote).RunAsync(new ProcessRequest("true", []), cancellation).ConfigureAwait(false);
        // a machine without a Unix shell can have a PowerShell all the same
        return tried is { NotStarted: not null, Error: not "RemoteShellUnsuitable" and not null } ? tried : null;
    }

    private SshRunner Ssh(RemotePlace remote) => new(remote with { Target = remote.Target with { Transport = RemoteTransport.Ssh }, TimeLimit = null }, place.Processes);

    private static PSSession Open(Runspace local, RemotePlace remote, Hashtable options)
    {
        using var shell = PowerShell.Create();
        shell.Runspace = local;
        shell.AddCommand("New-PSSession").AddParameter("ErrorAction", ActionPreference.Stop);
        var target = remote.Target;
        if (target.IsWinRm)
        {
            shell.AddParameter("ComputerName", target.Host).AddParameter("UseSSL", target.Transport == RemoteTransport.WinRmHttps);
            if (target.Port is { } of) shell.AddParameter("Port", of);
        }
        else
        {
            shell.AddParameter("HostName", target.Host).AddParameter("ConnectingTimeout", (int)Connect.TotalMilliseconds).AddParameter("Options", options);
            if (target.User is { } user) shell.AddParameter("UserName", user);
            if (target.Port is { } port) shell.AddParameter("Port", port);
        }
        return (PSSession)shell.Invoke()[0].BaseObject;
    }

    /// <summary>Ours come first and win. PowerShell cannot be told of another configuration file, so what ssh makes of it for this machine is given one by one.</summary>
    private async Task<Hashtable> OptionsAsync(RemotePlace remote)
    {
        var table = new Hashtable(StringComparer.OrdinalIgnoreCase);
        foreach (var option in SshCommand.Options(remote.Ssh, Connect)) table[option[..option.IndexOf('=', StringComparison.Ordinal)]] = option[(option.IndexOf('=', StringComparison.Ordinal) + 1)..];
        if (remote.Ssh.Config is not { } file) return table;
        var asked = await place.Processes.RunAsync(new ProcessRequest("ssh", ["-F", file, "-G", "--", remote.Target.Host]) { Timeout = Connect }, CancellationToken.None).ConfigureAwait(false);
        foreach (var line in asked.Output.Split('\n').Select(line => line.Trim().Split(' ', 2)).Where(line => line.Length == 2 && Configured.Contains(line[0]) && !table.ContainsKey(line[0]) && line[1] != "none"))
            table[line[0]] = line[1];
        return table;
    }

    private static string First(string message) => message.Split('\n')[0].Trim().TrimEnd('.');

    /// <summary>On a thread in the background, so that nothing that hangs keeps the program alive.</summary>
    private static Task<T> Aside<T>(Func<T> work, string name)
    {
        var ended = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try { ended.SetResult(work()); }
            catch (Exception error) { ended.SetException(error); }
        }) { IsBackground = true, Name = name }.Start();
        return ended.Task;
    }
}
