using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Probes.Databases;

namespace IncidentTools.Engine.Actions.Databases;

/// <summary>What the actions on databases do alike: what stands against them, what is known to have failed, and what nobody knows.</summary>
internal static class DatabaseWork
{
    public static Field Timeout(TimeSpan usual) => Shapes.Optional("timeout", Shapes.Duration with { Min = 1 }, "how long it may take, on this side and on the server's", usual);

    public static Task<DatabaseSession> OpenAsync(DatabaseTarget target, DatabaseAccess access, TimeSpan timeout, ActionContext context, CancellationToken cancellation) =>
        DatabaseSession.OpenAsync(target, context.ForProbe(), access, timeout, cancellation);

    /// <summary>A precondition: what cannot be looked at stands against it, too.</summary>
    public static async Task<string?> WhyNotAsync(Func<Task<string?>> look)
    {
        try { return await look().ConfigureAwait(false); }
        catch (DatabaseException error) { return $"it could not be looked at: {error.Message}"; }
        catch (CannotCheckException error) { return error.Message; }
    }

    public static async Task<CheckResult> CheckAsync(Func<Task<CheckResult>> look)
    {
        try { return await look().ConfigureAwait(false); }
        catch (DatabaseException error) { return new CheckResult(CheckState.Unknown, error.Message); }
        catch (CannotCheckException error) { return new CheckResult(CheckState.Unknown, error.Message); }
    }

    /// <param name="work">Says through its argument that from now on it may have had an effect: an error after that is in doubt, unless the server itself refused.</param>
    public static async Task<ActionResult> RunAsync(CancellationToken cancellation, Func<EffectMark, Task<ActionResult>> work)
    {
        if (cancellation.IsCancellationRequested) return Failed("Cancelled", "cancelled before anything was done");
        var mark = new EffectMark();
        try { return await work(mark).ConfigureAwait(false); }
        catch (DatabaseException error) when (!mark.Begun || Refused(error)) { return Failed(error.Trouble.Word, error.Message); }
        catch (DatabaseException error) { return InDoubt(error.Trouble.Word, $"{error.Message}; whether it took effect is not known"); }
        catch (CannotCheckException error) { return Failed(error.Word, error.Message); }
        catch (OperationCanceledException) { return mark.Begun ? InDoubt("Cancelled", "cancelled while it was under way; whether it took effect is not known") : Failed("Cancelled", "cancelled before anything was done"); }
    }

    public static ActionResult Failed(string error, string message) => new(ActionOutcome.Failed, message) { Error = error };
    public static ActionResult InDoubt(string error, string message) => new(ActionOutcome.InDoubt, message) { Error = error };

    /// <summary>Asks again and again until it is so, at most that long; false when it is not.</summary>
    public static async Task<bool> AwaitAsync(Func<Task<bool>> isSo, TimeSpan wait, TimeProvider time, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        while (!await isSo().ConfigureAwait(false))
        {
            if (time.GetElapsedTime(began) >= wait) return false;
            await Task.Delay(TimeSpan.FromMilliseconds(300), time, cancellation).ConfigureAwait(false);
        }
        return true;
    }

    /// <summary>The server answered that it will not: then it did not.</summary>
    private static bool Refused(DatabaseException error) => error.Trouble.Word is ProbeErrors.PermissionDenied or ProbeErrors.InvalidQuery or ProbeErrors.ReadOnly or ProbeErrors.LoginFailed or ProbeErrors.LockTimeout or ProbeErrors.Deadlock;
}

/// <summary>Set when the first thing that changes something is about to be sent.</summary>
internal sealed class EffectMark
{
    public bool Begun { get; private set; }
    public void Begin() => Begun = true;
}
