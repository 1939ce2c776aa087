using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace IncidentTools.Shell;

/// <summary>One runspace of the engine with the module imported; runs text and scripts and prints what comes out.</summary>
internal sealed class Session : IDisposable
{
    private readonly ConsoleHost _host = new();
    private readonly Runspace _runspace;
    private PowerShell? _running;

    public Session()
    {
        var state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows()) state.ExecutionPolicy = Microsoft.PowerShell.ExecutionPolicy.RemoteSigned;
        Everyday.AddTo(state);
        _runspace = RunspaceFactory.CreateRunspace(_host, state);
        _runspace.Open();
        Runspace.DefaultRunspace = _runspace;
        _runspace.SessionStateProxy.Path.SetLocation(Environment.CurrentDirectory);
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true; // Ctrl+C ends the command, not the shell
            _running?.BeginStop(null, null);
        };
        Run(shell => shell.AddCommand("Import-Module").AddParameter("Name", ModulePath()), print: false);
    }

    public Runspace Runspace => _runspace;
    public int? ExitRequested => _host.ExitCode;

    public int RunText(string text) => Run(shell => shell.AddScript(text));

    public int RunFile(string file, string[] arguments)
    {
        var path = Path.GetFullPath(file);
        if (!File.Exists(path))
        {
            _host.UI.WriteErrorLine($"{file}: there is no such script.");
            return 64;
        }
        var code = Run(shell =>
        {
            var script = new Command(path);
            foreach (var argument in arguments) script.Parameters.Add(Parameter(argument));
            shell.Commands.AddCommand(script);
        });
        // "exit 3" in a script that is called only sets $LASTEXITCODE; here it is the program's own
        return _host.ExitCode ?? (_runspace.SessionStateProxy.GetVariable("LASTEXITCODE") is int exit and not 0 ? exit : code);
    }

    /// <summary>The spelling of pwsh -File: "-Name" names a parameter, "-Name:value" gives it one, anything else is a value, and text stays text.</summary>
    private static CommandParameter Parameter(string argument)
    {
        if (argument.Length < 2 || argument[0] != '-' || !char.IsLetter(argument[1])) return new CommandParameter(null, argument);
        if (argument.IndexOf(':', StringComparison.Ordinal) is not (> 0 and var at) || at == argument.Length - 1) return new CommandParameter(argument);
        var value = argument[(at + 1)..];
        return new CommandParameter(argument[1..at], value.ToLowerInvariant() switch { "$true" => true, "$false" => false, _ => value });
    }

    /// <summary>The exit code: the script's own, else 0 or 1.</summary>
    private int Run(Action<PowerShell> build, bool print = true)
    {
        using var shell = PowerShell.Create(_runspace);
        _running = shell;
        try
        {
            build(shell);
            if (print)
            {
                // errors go the same way as output, so that they appear where they happen
                shell.Commands.Commands[^1].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
                shell.AddCommand("Out-Default");
            }
            shell.Invoke();
            return _host.ExitCode ?? (_host.SawError || shell.HadErrors ? 1 : 0);
        }
        catch (PipelineStoppedException) { return 130; }
        catch (RuntimeException error)
        {
            _host.UI.WriteErrorLine(ErrorText.Of(error.ErrorRecord));
            return _host.ExitCode ?? 1;
        }
        finally
        {
            _running = null;
            _host.SawError = false;
        }
    }

    /// <summary>Beside the program (installed), or out/ of the repository it was built in.</summary>
    private static string ModulePath()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var built = Path.Combine(folder.FullName, "out", "IncidentTools");
            if (Directory.Exists(built)) return Path.Combine(Directory.GetDirectories(built).Order(StringComparer.Ordinal).Last(), "IncidentTools.psd1");
        }
        return "IncidentTools";
    }

    public void Dispose() => _runspace.Dispose();
}
