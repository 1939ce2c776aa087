using System.Diagnostics;

namespace IncidentTools.Tests.Shared;

/// <summary>Programs of a database server, run as the user it insists on: none of them runs as root.</summary>
internal static class ServerProgram
{
    private static readonly bool IsRoot = OperatingSystem.IsLinux() && Environment.UserName == "root";

    /// <summary>The first folder that has the program; null when none does.</summary>
    public static string? Find(string program, params string[] folders) =>
        folders.Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)).Concat(["/usr/sbin", "/usr/local/sbin"])
            .Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    /// <summary>Whether servers can be run here as that user: it exists, or we are no root.</summary>
    public static bool CanBe(string user) => OperatingSystem.IsLinux() && (!IsRoot || (File.Exists("/usr/sbin/runuser") && File.ReadLines("/etc/passwd").Any(line => line.StartsWith(user + ":", StringComparison.Ordinal))));

    /// <summary>A new folder in the system's own for temporary files, owned by that user.</summary>
    public static string Folder(string user, string name)
    {
        var folder = Directory.CreateTempSubdirectory($"incidenttools-{name}-").FullName;
        Own(user, folder);
        return folder;
    }

    public static void Own(string user, string path)
    {
        if (IsRoot) Check("chown", "-R", $"{user}:", path);
    }

    /// <summary>How the program is started as that user.</summary>
    public static ProcessStartInfo Prepare(string user, string program, params string[] arguments)
    {
        var start = IsRoot ? new ProcessStartInfo("/usr/sbin/runuser") : new ProcessStartInfo(program);
        foreach (var argument in IsRoot ? ["-u", user, "--", program, .. arguments] : arguments) start.ArgumentList.Add(argument);
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError, start.WorkingDirectory) = (true, true, true, "/");
        start.Environment["LC_ALL"] = "C.UTF-8";
        return start;
    }

    public static string As(string user, string program, params string[] arguments)
    {
        var (code, text) = Run(Prepare(user, program, arguments));
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)}: exit code {code}: {text}");
        return text;
    }

    public static (int Code, string Text) Run(ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, text + errors.Result);
    }

    private static void Check(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
