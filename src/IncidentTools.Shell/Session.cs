using System.Management.Automation;
using System.Management.Automation.Runspaces;
using IncidentTools.Shell.Everyday;

namespace IncidentTools.Shell;

/// <summary>One runspace of the engine with the module imported; runs text and scripts and prints what comes out.</summary>
internal sealed class Session : IDisposable
{
    private const int Interrupted = 130, WrongUse = 64;
    private readonly ConsoleHost _host = new() { Module = ModulePath() };
    private readonly Runspace _runspace;
    private PowerShell? _running;

    public Session()
    {
        var state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows()) state.ExecutionPolicy = Microsoft.PowerShell.ExecutionPolicy.RemoteSigned;
        EverydayCommands.AddTo(state);
        _runspace = RunspaceFactory.CreateRunspace(_host, state);
        _runspace.Open();
        Runspace.DefaultRunspace = _runspace;
        _runspace.SessionStateProxy.Path.SetLocation(WildcardPattern.Escape(Environment.CurrentDirectory));
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true; // Ctrl+C ends the command, not the shell
            _running?.BeginStop(null, null);
        };
        Run(shell => shell.AddCommand("Import-Module").AddParameter("Name", _host.Module));
    }

    public Runspace Runspace => _runspace;
    public int? ExitRequested => _host.ExitCode;

    /// <summary>What somebody types (it goes into Get-History) or gives to -Command.</summary>
    public int RunText(string text) => Run(shell => shell.AddScript(text), typed: true) ?? (Succeeded() ? 0 : 1);

    public int RunFile(string file, string[] arguments)
    {
        var path = Path.GetFullPath(file);
        var mistake = !File.Exists(path) ? "there is no such script." : !path.EndsWith(".ps1", StringComparison.OrdinalIgnoreCase) ? "a script's name ends in .ps1." : null;
        if (mistake is not null)
        {
            _host.UI.WriteErrorLine($"{file}: {mistake}");
            return WrongUse;
        }
        return Run(shell =>
        {
            // "exit 3" in a script fails its call and leaves its number; a native program in it leaves a number and fails nothing
            shell.AddScript("""
                $script, $named, [object[]] $rest = $args
                if ($rest) { & $script @named @rest } else { & $script @named }
                if (-not $?) { if ($LASTEXITCODE) { exit $LASTEXITCODE } exit 1 }
                """);
            var given = ScriptArguments.Of(arguments);
            shell.AddArgument(path).AddArgument(given.Named);
            foreach (var argument in given.Rest) shell.Commands.Commands[^1].Parameters.Add(argument);
        }) ?? 0;
    }

    /// <summary>A question of the shell's own: prints nothing, fails never, leaves neither $? nor $Error changed.</summary>
    public IReadOnlyList<PSObject> Ask(string script)
    {
        try
        {
            using var shell = PowerShell.Create(_runspace);
            return shell.AddScript($$"""
                $private:ok = $?; $private:errors = $Error.Count
                try { {{script}} } catch { }
                while ($Error.Count -gt $errors) { $Error.RemoveAt(0) }
                if (-not $ok) { Write-Error '' -ErrorAction Ignore }
                """, useLocalScope: true).Invoke();
        }
        catch (RuntimeException) { return []; }
    }

    /// <summary>Null when it ran to its end; else the exit code.</summary>
    private int? Run(Action<PowerShell> build, bool typed = false)
    {
        using var shell = PowerShell.Create(_runspace);
        _running = shell;
        try
        {
            build(shell);
            // errors go the same way as output, so that they appear where they happen
            shell.Commands.Commands[^1].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
            shell.AddCommand(OutShellCommand.Name).Invoke(null, new PSInvocationSettings { AddToHistory = typed });
            return shell.InvocationStateInfo.State == PSInvocationState.Stopped ? Interrupted : _host.ExitCode;
        }
        catch (PipelineStoppedException) { return Interrupted; }
        catch (RuntimeException error)
        {
            using var show = PowerShell.Create(_runspace);
            show.AddCommand(OutShellCommand.Name).Invoke(new[] { error.ErrorRecord });
            return _host.ExitCode ?? 1;
        }
        finally { _running = null; }
    }

    /// <summary>$? after the last pipeline.</summary>
    private bool Succeeded()
    {
        using var shell = PowerShell.Create(_runspace);
        return shell.AddScript("$?").Invoke<bool>().SingleOrDefault();
    }

    /// <summary>Beside the program (installed), or out/ of the repository it was built in.</summary>
    private static string ModulePath()
    {
        var beside = Path.Combine(AppContext.BaseDirectory, "IncidentTools");
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var built = Directory.Exists(beside) ? beside : Path.Combine(folder.FullName, "out", "IncidentTools");
            if (Directory.Exists(built)) return Path.Combine(Directory.GetDirectories(built).MaxBy(version => Version.TryParse(Path.GetFileName(version), out var number) ? number : new Version()) ?? built, "IncidentTools.psd1");
        }
        return "IncidentTools";
    }

    public void Dispose() => _runspace.Dispose();
}
