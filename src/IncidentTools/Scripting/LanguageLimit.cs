using System.Management.Automation;
using System.Reflection;

namespace IncidentTools.Scripting;

/// <summary>
/// The language mode of whoever uses this session. A runspace made by compiled code would run its text in FullLanguage whatever its maker's mode is,
/// so the mode is noted at every command, and a session that was restricted once stays so.
/// </summary>
internal sealed class LanguageLimit
{
    private static readonly Lazy<MethodInfo?> Lockdown = new(static () => typeof(PSObject).Assembly.GetType("System.Management.Automation.Security.SystemPolicy")?.GetMethod("GetSystemLockdownPolicy", BindingFlags.Public | BindingFlags.Static));
    private readonly object _gate = new();
    private PSLanguageMode? _mode;

    public void Note(PSLanguageMode mode)
    {
        lock (_gate)
            if (_mode is null or PSLanguageMode.FullLanguage) _mode = mode;
    }

    /// <summary>NoLanguage while nobody was seen: nothing runs for a caller that is not known.</summary>
    public PSLanguageMode Mode
    {
        get
        {
            lock (_gate)
            {
                var mode = _mode ?? PSLanguageMode.NoLanguage;
                return mode == PSLanguageMode.FullLanguage && Lockdown.Value?.Invoke(null, null)?.ToString() == "Enforce" ? PSLanguageMode.ConstrainedLanguage : mode;
            }
        }
    }
}
