using System.ComponentModel;
using System.Diagnostics;

namespace IncidentTools.Engine.Execution;

/// <summary>A process and everything below it, on Windows, where nobody can be asked to end.</summary>
internal static class WindowsTree
{
    /// <summary>Ends what can be ended; whoever calls looks what is left.</summary>
    public static void End(Process process)
    {
        // what is below it is found by start times, and one that is being born or is dying has none yet or no more: then another look, and at last the process alone
        for (var look = 0; look < 3; look++)
            if (Try(() => process.Kill(entireProcessTree: true))) return;
        Try(process.Kill);
    }

    /// <summary>False where a start time of some process could not be read, which broke the search off.</summary>
    private static bool Try(Action kill)
    {
        try { kill(); }
        catch (ArgumentOutOfRangeException) { return false; }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception or AggregateException) { } // gone, or refused
        return true;
    }
}
