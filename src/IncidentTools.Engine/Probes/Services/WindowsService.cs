using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using IncidentTools.Engine.Probes.Processes;

namespace IncidentTools.Engine.Probes.Services;

/// <summary>A service of Windows, asked of the service control manager itself: what sc.exe prints is translated on translated systems.</summary>
[SupportedOSPlatform("windows")]
internal static class WindowsService
{
    private const int ConnectRight = 1, QueryStatusRight = 4, ProcessInfo = 0, ShareProcess = 0x20;
    private const int AccessDenied = 5, ServiceDoesNotExist = 1060, InvalidName = 123, ServiceSpecificError = 1066, NeverStarted = 1077;

    public static ServiceReport Ask(string name, TimeProvider time)
    {
        var manager = OpenSCManagerW(null, null, ConnectRight);
        if (manager == 0) throw Refused("the service control manager", Marshal.GetLastPInvokeError());
        try
        {
            var service = OpenServiceW(manager, name, QueryStatusRight);
            if (service == 0)
            {
                var code = Marshal.GetLastPInvokeError();
                return code is ServiceDoesNotExist or InvalidName ? new("scm", ServiceState.NotFound, "no such service") : throw Refused(name, code);
            }
            try
            {
                return QueryServiceStatusEx(service, ProcessInfo, out var status, Marshal.SizeOf<Status>(), out _) ? Report(status, time) : throw Refused(name, Marshal.GetLastPInvokeError());
            }
            finally { _ = CloseServiceHandle(service); }
        }
        finally { _ = CloseServiceHandle(manager); }
    }

    private static ServiceReport Report(Status status, TimeProvider time)
    {
        var failed = status.State == 1 && status.ExitCode is not (0 or NeverStarted);
        var (state, raw) = status.State switch
        {
            1 => (failed ? ServiceState.Failed : ServiceState.Stopped, "STOPPED"), 2 => (ServiceState.Starting, "START_PENDING"), 3 => (ServiceState.Stopping, "STOP_PENDING"), 4 => (ServiceState.Running, "RUNNING"),
            5 => (ServiceState.Starting, "CONTINUE_PENDING"), 6 => (ServiceState.Paused, "PAUSE_PENDING"), 7 => (ServiceState.Paused, "PAUSED"), _ => (ServiceState.Unknown, "?"),
        };
        var pid = status.Pid > 0 ? (int)status.Pid : (int?)null;
        return new("scm", state, raw)
        {
            // a process that hosts several services may have been there long before this one
            Pid = pid, StartedAt = pid is { } known && (status.Type & ShareProcess) == 0 ? ProcessList.Find(known, time)?.StartedAt : null, Resolution = ProcessList.Resolution,
            ExitCode = status.ExitCode == ServiceSpecificError ? status.ServiceExitCode : status.ExitCode,
        };
    }

    private static CannotCheckException Refused(string what, int code) => new(code == AccessDenied ? ProbeErrors.PermissionDenied : ProbeErrors.ManagerMissing, $"{what}: {new Win32Exception(code).Message}");

    [StructLayout(LayoutKind.Sequential)]
    private struct Status
    {
        public uint Type, State, Accepts, ExitCode, ServiceExitCode, CheckPoint, WaitHint, Pid, Flags;
    }

    [DllImport("advapi32.dll", CharSet = CharSet.Unicode, ExactSpelling = true, SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern nint OpenSCManagerW(string? machine, string? database, int access);
    [DllImport("advapi32.dll", CharSet = CharSet.Unicode, ExactSpelling = true, SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern nint OpenServiceW(nint manager, string name, int access);
    [DllImport("advapi32.dll", ExactSpelling = true, SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool QueryServiceStatusEx(nint service, int level, out Status status, int size, out int needed);
    [DllImport("advapi32.dll", ExactSpelling = true), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool CloseServiceHandle(nint handle);
}
