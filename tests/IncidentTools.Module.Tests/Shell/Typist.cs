using System.Diagnostics;
using System.Text;

namespace IncidentTools.Module.Tests.Shell;

/// <summary>Somebody at a terminal: the shell behind a real pseudo-terminal (util-linux's script), keys in, what the screen got out.</summary>
internal sealed class Typist : IDisposable
{
    private readonly Process _terminal;
    private readonly StringBuilder _screen = new();
    private readonly Task _reading;
    private int _read;

    public Typist(string store, int columns = 100, int rows = 30, bool colour = true)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/script") && ShellProcess.Program().EndsWith(".dll", StringComparison.Ordinal), "needs a pseudo-terminal: util-linux's script, on Linux");
        var start = ShellProcess.Prepare("/usr/bin/script", store, "-qfec", $"stty cols {columns} rows {rows}; exec dotnet \"$SHELL_UNDER_TEST\"", "/dev/null");
        start.Environment["SHELL_UNDER_TEST"] = ShellProcess.Program();
        start.Environment["TERM"] = "xterm";
        if (colour) start.Environment.Remove("NO_COLOR");
        _terminal = Process.Start(start)!;
        _reading = Task.Run(() =>
        {
            for (var next = _terminal.StandardOutput.Read(); next >= 0; next = _terminal.StandardOutput.Read()) lock (_screen) _screen.Append((char)next);
        });
    }

    /// <summary>Keys as the terminal sends them: \r is Enter, \u0003 Ctrl+C, \t Tab, \e[A the up arrow.</summary>
    public void Type(string keys)
    {
        _terminal.StandardInput.Write(keys);
        _terminal.StandardInput.Flush();
    }

    /// <summary>Waits until the screen shows a text after what was seen before, and gives everything up to it.</summary>
    public string See(string text)
    {
        for (var deadline = Stopwatch.StartNew(); ; Thread.Sleep(20))
        {
            lock (_screen)
            {
                var all = _screen.ToString();
                var at = all.IndexOf(text, _read, StringComparison.Ordinal);
                if (at >= 0)
                {
                    var seen = all[_read..(at + text.Length)];
                    _read = at + text.Length;
                    return seen;
                }
                Assert.True(deadline.Elapsed < TimeSpan.FromMinutes(2) && !(_reading.IsCompleted && at < 0), $"the screen never showed {text}; since the last text it showed: {all[_read..]}");
            }
        }
    }

    public int Leave()
    {
        _terminal.WaitForExit();
        return _terminal.ExitCode;
    }

    public void Dispose()
    {
        if (!_terminal.HasExited) _terminal.Kill(entireProcessTree: true);
        _terminal.Dispose();
    }
}
