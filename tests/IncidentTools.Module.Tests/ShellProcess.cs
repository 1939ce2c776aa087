using System.Diagnostics;

namespace IncidentTools.Module.Tests;

/// <summary>IncidentTools.Shell as a process of its own: what a scheduled task or a second admin is.</summary>
internal static class ShellProcess
{
    /// <summary>The program's file: named by INCIDENTTOOLS_SHELL (a published one, on other platforms), or the one built beside the tests.</summary>
    public static string Program()
    {
        if (Environment.GetEnvironmentVariable("INCIDENTTOOLS_SHELL") is { Length: > 0 } named) return named;
        // bin/<configuration>/<framework> of the tests, and the same of the Shell
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        for (var folder = own; folder is not null; folder = folder.Parent)
        {
            var built = Path.Combine(folder.FullName, "src", "IncidentTools.Shell", "bin", own.Parent?.Name ?? "", own.Name, "IncidentTools.Shell.dll");
            if (File.Exists(built)) return built;
        }
        Assert.Skip("needs the Shell built beside the tests, or INCIDENTTOOLS_SHELL");
        return "";
    }

    /// <summary>A shell in the background starts programs that ignore Ctrl+C, and so do all below them: nothing can be seen of it then.</summary>
    public static void NeedsInterrupts()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "sends SIGINT");
        if (!File.Exists("/proc/self/status")) return;
        var ignored = File.ReadLines("/proc/self/status").First(line => line.StartsWith("SigIgn:", StringComparison.Ordinal))[7..].Trim();
        Assert.SkipWhen((Convert.ToUInt64(ignored, 16) & 0b10) != 0, "whoever started the tests made them ignore SIGINT");
    }

    public static Process Start(string store, params string[] arguments) => Process.Start(Prepare(Program(), store, arguments))!;

    /// <summary>Ends it and all below it, without a warning.</summary>
    public static void Kill(Process process)
    {
        for (var look = 0; ; look++)
        {
            try
            {
                process.Kill(entireProcessTree: true);
                return;
            }
            catch (ArgumentOutOfRangeException) when (look < 20) { Thread.Sleep(20); } // Windows: another process was being born, and had no start time yet
        }
    }

    /// <summary>Runs to the end.</summary>
    public static (int Code, string Output, string Errors) Run(string store, params string[] arguments) => RunProgram(Program(), store, arguments);

    /// <summary>Runs a copy of the Shell to the end.</summary>
    public static (int Code, string Output, string Errors) RunProgram(string program, string store, params string[] arguments)
    {
        using var process = Process.Start(Prepare(program, store, arguments))!;
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }

    public static ProcessStartInfo Prepare(string program, string store, params string[] arguments)
    {
        var managed = program.EndsWith(".dll", StringComparison.OrdinalIgnoreCase);
        var start = new ProcessStartInfo(managed ? "dotnet" : program) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, StandardOutputEncoding = System.Text.Encoding.UTF8, StandardErrorEncoding = System.Text.Encoding.UTF8 };
        if (managed) start.ArgumentList.Add(program);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        start.Environment["INCIDENTTOOLS_STORE"] = store;
        start.Environment["XDG_CONFIG_HOME"] = Path.Combine(Path.GetDirectoryName(store)!, "config"); // never the user's own
        start.Environment["NO_COLOR"] = "1";
        return start;
    }
}
