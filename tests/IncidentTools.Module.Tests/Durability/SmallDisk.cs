using System.Diagnostics;

namespace IncidentTools.Module.Tests.Durability;

/// <summary>A file system of its own, as small as asked; skips the test where it cannot be mounted.</summary>
internal sealed class SmallDisk : IDisposable
{
    public SmallDisk(string folder, string size)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root", "mounting a small tmpfs needs root on Linux");
        Path = Directory.CreateDirectory(System.IO.Path.Combine(folder, "disk")).FullName;
        Assert.SkipUnless(Mount("-t", "tmpfs", "-o", $"size={size}", "tmpfs", Path), "this machine does not allow mounting a tmpfs");
    }

    public string Path { get; }

    public void Remount(string options) => Assert.True(Mount("-o", "remount," + options, Path));

    public void Dispose() => Run("umount", "-l", Path);

    private static bool Mount(params string[] arguments) => Run("mount", arguments);

    private static bool Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardError = true };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
