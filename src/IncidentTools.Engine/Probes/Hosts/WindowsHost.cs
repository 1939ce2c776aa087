using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace IncidentTools.Engine.Probes.Hosts;

/// <summary>What Windows says of its processors and memory.</summary>
internal static class WindowsHost
{
    /// <remarks>On machines with more than 64 processors it speaks of this process's group of them.</remarks>
    [SupportedOSPlatform("windows")]
    public static CpuReading Cpu()
    {
        if (GetSystemTimes(out var idle, out var kernel, out var user) == 0) throw Lost("the processors' times");
        return new CpuReading(Times(idle, kernel, user), [], Environment.ProcessorCount, null, null);
    }

    /// <summary>Idle time is part of the kernel's.</summary>
    internal static CpuTimes Times(long idle, long kernel, long user) => new(kernel + user - idle, idle, 0, 0);

    [SupportedOSPlatform("windows")]
    public static MemoryReading Memory()
    {
        var status = new MemoryStatus { Length = (uint)Marshal.SizeOf<MemoryStatus>() };
        if (GlobalMemoryStatusEx(ref status) == 0) throw Lost("the memory's state");
        return Read(status);
    }

    /// <summary>The page file's figures are those of all that can be promised: memory and page files together.</summary>
    internal static MemoryReading Read(MemoryStatus status)
    {
        var swap = Math.Max(0, (long)status.TotalPageFile - (long)status.TotalPhysical);
        var promised = (long)status.TotalPageFile - (long)status.AvailablePageFile;
        return new MemoryReading((long)status.TotalPhysical, (long)status.AvailablePhysical, swap, swap == 0 ? 0 : Math.Max(0, swap - Math.Max(0, promised - ((long)status.TotalPhysical - (long)status.AvailablePhysical))))
        { CommitPercent = status.TotalPageFile == 0 ? null : Math.Round(100d * promised / status.TotalPageFile, 1) };
    }

    private static CannotCheckException Lost(string what) => new(ProbeErrors.Unreadable, $"Windows did not give {what}: {new Win32Exception(Marshal.GetLastWin32Error()).Message}");

    /// <summary>MEMORYSTATUSEX.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct MemoryStatus
    {
        public uint Length, Load;
        public ulong TotalPhysical, AvailablePhysical, TotalPageFile, AvailablePageFile, TotalVirtual, AvailableVirtual, AvailableExtendedVirtual;
    }

    [SupportedOSPlatform("windows"), DllImport("kernel32.dll", ExactSpelling = true, SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int GetSystemTimes(out long idle, out long kernel, out long user);

    [SupportedOSPlatform("windows"), DllImport("kernel32.dll", ExactSpelling = true, SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int GlobalMemoryStatusEx(ref MemoryStatus status);
}
