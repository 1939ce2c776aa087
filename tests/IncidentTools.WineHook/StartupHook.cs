using System.Runtime.InteropServices;

/// <summary>
/// Lets .NET 10 run under Wine 8 (DOTNET_STARTUP_HOOKS names this assembly in the CI's Windows runs; it is no part of what ships).
/// Wine links a frame into the thread's exception list around each handler it calls and unlinks it when the handler returns. The runtime's handlers
/// catch by jumping away, so the frame stays linked while its stack is used for something else, and the next native exception jumps into it. Each
/// exception therefore begins by unlinking all but the thread's outermost frame; a handler that does return unlinks by assignment and is not disturbed.
/// </summary>
internal static unsafe class StartupHook
{
    private const nint ThisThread = -2, EndOfList = -1;
    [ThreadStatic] private static nint* _list;

    public static void Initialize() => AppDomain.CurrentDomain.FirstChanceException += (_, _) => Unlink();

    private static void Unlink()
    {
        if (_list is null)
        {
            var information = stackalloc nint[6]; // THREAD_BASIC_INFORMATION: exit status, then the thread's block, which begins with the list
            if (NtQueryInformationThread(ThisThread, 0, information, 6 * sizeof(nint), null) != 0) return;
            _list = (nint*)information[1];
        }
        while (*_list != EndOfList && *(nint*)*_list != EndOfList) *_list = *(nint*)*_list;
    }

    [DllImport("ntdll")] private static extern int NtQueryInformationThread(nint thread, int kind, void* information, int size, int* written);
}
