using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace IncidentTools.Engine.Execution;

/// <summary>
/// A Windows job object around a program: what it starts is in it too, and all of it ends with our process should that die. Once the program has
/// ended by itself the rest is let go, because a service it started is meant to stay.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed class WindowsJob : IDisposable
{
    private const int ExtendedLimits = 9;
    private const uint KillOnClose = 0x2000;
    private readonly SafeFileHandle _job;

    private WindowsJob(SafeFileHandle job) => _job = job;

    /// <summary>Null where the process could not be put into a job; its tree is then found by parentage.</summary>
    public static WindowsJob? Around(Process process)
    {
        var handle = new SafeFileHandle(CreateJobObject(0, 0), ownsHandle: true);
        if (handle.IsInvalid) return null;
        var job = new WindowsJob(handle);
        try
        {
            if (job.Limit(KillOnClose) && AssignProcessToJobObject(handle.DangerousGetHandle(), process.Handle) != 0) return job;
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception) { } // it has ended already
        job.Dispose();
        return null;
    }

    public void End() => TerminateJobObject(_job.DangerousGetHandle(), 1);
    public void LetGo() => Limit(0);
    public void Dispose() => _job.Dispose();

    private bool Limit(uint flags)
    {
        var size = Marshal.SizeOf<ExtendedLimit>();
        var memory = Marshal.AllocHGlobal(size);
        try
        {
            Marshal.StructureToPtr(new ExtendedLimit { LimitFlags = flags }, memory, fDeleteOld: false);
            return SetInformationJobObject(_job.DangerousGetHandle(), ExtendedLimits, memory, size) != 0;
        }
        finally { Marshal.FreeHGlobal(memory); }
    }

    /// <summary>JOBOBJECT_EXTENDED_LIMIT_INFORMATION; only the flags are used.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ExtendedLimit
    {
        public long ProcessTime, JobTime;
        public uint LimitFlags;
        public nuint MinimumWorkingSet, MaximumWorkingSet;
        public uint ActiveProcesses;
        public nuint Affinity;
        public uint Priority, Scheduling;
        public ulong ReadOperations, WriteOperations, OtherOperations, ReadBytes, WriteBytes, OtherBytes;
        public nuint ProcessMemory, JobMemory, PeakProcessMemory, PeakJobMemory;
    }

    // numbers only, and only from the system's folder: nothing to marshal, nobody else's kernel32
    [DllImport("kernel32.dll", EntryPoint = "CreateJobObjectW", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern nint CreateJobObject(nint attributes, nint name);
    [DllImport("kernel32.dll", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int SetInformationJobObject(nint job, int kind, nint limits, int size);
    [DllImport("kernel32.dll", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int AssignProcessToJobObject(nint job, nint process);
    [DllImport("kernel32.dll", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int TerminateJobObject(nint job, uint exitCode);
}
