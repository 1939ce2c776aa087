using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace IncidentTools.Engine.Journal.Sqlite;

/// <summary>
/// A lock file in front of the writers of a store. SQLite's own lock keeps writers apart but lets them poll, so that one of many can wait
/// for seconds; the operating system lets them queue, and lets go when a process dies. It is for fairness only: where it cannot be had,
/// writing goes on under SQLite's lock alone.
/// </summary>
internal sealed class WriterQueue(string path) : IDisposable
{
    // as long as SQLite waits for its own lock: a process that was halted in its turn must not halt the others for good
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private LockFile? _file;

    /// <summary>Waits for this process's turn; false when it goes on without one.</summary>
    public bool Enter()
    {
        _file ??= LockFile.Open(path);
        if (_file is not { } file) return false;
        if (file.TryLock()) return true;
        // the wait in the kernel cannot be given a time
        var turn = Task.Run(file.Lock);
        if (turn.Wait(Patience)) return turn.Result;
        _file = null;
        turn.ContinueWith(_ => file.Dispose(), TaskScheduler.Default);
        return false;
    }

    public void Leave() => _file?.Unlock();
    public void Dispose() => _file?.Dispose();

    /// <summary>The file, opened so that no child process inherits it.</summary>
    private abstract class LockFile : IDisposable
    {
        /// <summary>Null when it can be neither opened nor made.</summary>
        public static LockFile? Open(string path)
        {
            try
            {
                if (OperatingSystem.IsWindows()) return new WindowsLockFile(File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete));
                if (!File.Exists(path)) Create(path);
                var stream = fopen(path, "r+e");
                return stream == 0 ? null : new UnixLockFile(stream);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return null; }
        }

        private static void Create(string path)
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.ReadWrite };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            try { using var file = new FileStream(path, options); }
            catch (IOException) when (File.Exists(path)) { } // another process was faster
        }

        public abstract bool TryLock();
        public abstract bool Lock();
        public abstract void Unlock();
        public abstract void Dispose();
    }

    // .NET's own way to open takes a lock of the same kind (flock) and fails while another process has it
    private sealed class UnixLockFile(nint stream) : LockFile
    {
        private const int Exclusive = 2, NonBlocking = 4, None = 8, Interrupted = 4;
        private readonly int _descriptor = fileno(stream);

        public override bool TryLock() => flock(_descriptor, Exclusive | NonBlocking) == 0;

        public override bool Lock()
        {
            while (flock(_descriptor, Exclusive) != 0)
                if (Marshal.GetLastPInvokeError() != Interrupted) return false;
            return true;
        }

        public override void Unlock() => flock(_descriptor, None);
        public override void Dispose() => fclose(stream);
    }

    [SupportedOSPlatform("windows")]
    private sealed class WindowsLockFile(SafeFileHandle handle) : LockFile
    {
        private const uint FailImmediately = 1, Exclusive = 2;

        public override bool TryLock() => Lock(Exclusive | FailImmediately);
        public override bool Lock() => Lock(Exclusive);
        public override void Unlock() => UnlockFileEx(handle, 0, 1, 0, new NativeOverlapped());
        public override void Dispose() => handle.Dispose();
        private bool Lock(uint flags) => LockFileEx(handle, flags, 0, 1, 0, new NativeOverlapped());
    }

#pragma warning disable IDE1006, SYSLIB1054 // names of the C library; the generator would need unsafe code
    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint fopen([MarshalAs(UnmanagedType.LPUTF8Str)] string path, [MarshalAs(UnmanagedType.LPUTF8Str)] string mode);
    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)] private static extern int fclose(nint stream);
    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)] private static extern int fileno(nint stream);
    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)] private static extern int flock(int descriptor, int operation);
    [DllImport("kernel32", SetLastError = true), SupportedOSPlatform("windows"), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern bool LockFileEx(SafeFileHandle file, uint flags, uint reserved, uint low, uint high, in NativeOverlapped overlapped);
    [DllImport("kernel32", SetLastError = true), SupportedOSPlatform("windows"), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern bool UnlockFileEx(SafeFileHandle file, uint reserved, uint low, uint high, in NativeOverlapped overlapped);
#pragma warning restore IDE1006, SYSLIB1054
}
