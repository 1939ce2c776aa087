using System.Text.RegularExpressions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;

namespace IncidentTools.Engine.Probes;

/// <summary>
/// What all probes do alike: the value's keys, the time taken, and that what cannot be checked is Error. A probe throws for its own defects and for
/// cancellation by its caller, for nothing else.
/// </summary>
/// <param name="keys">The keys of the value.</param>
internal abstract class Probe(string name, string summary, ObjectShape parameters, params string[] keys) : IProbe
{
    public string Name => name;
    public string Summary => summary;
    public ObjectShape Parameters => parameters;
    public IReadOnlyList<string> ValueKeys => keys;

    public async Task<ProbeResult> CheckAsync(Arguments with, ProbeContext context, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var found = new Findings(context, keys);
        try { await LookAsync(with, context, found, cancellation).ConfigureAwait(false); }
        catch (CannotCheckException error) { found.Unknown(error.Word, error.Message); }
        catch (RegexMatchTimeoutException error) { found.Unknown(ProbeErrors.RegexTimeout, $"{(error.Pattern is { Length: > 0 } pattern ? $"the pattern {pattern}" : "a pattern")} took too long on this text"); }
        return found.Result();
    }

    protected abstract Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation);
}

/// <summary>The check cannot go on; inside the probes only, <see cref="Probe"/> makes it an Error.</summary>
internal sealed class CannotCheckException(string word, string message) : Exception(message)
{
    public string Word => word;
}

/// <summary>Regular expressions of runbooks, on text from outside: in linear time where the pattern allows it, with a time limit always.</summary>
internal static class BoundedRegex
{
    // by the clock on the wall: on a machine that gasps, short limits would call good patterns bad
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3), LinearLimit = TimeSpan.FromSeconds(15);

    public static Regex Compile(string pattern, bool ignoreCase = false)
    {
        var options = RegexOptions.CultureInvariant | (ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None);
        try { return new Regex(pattern, options | RegexOptions.NonBacktracking, LinearLimit); }
        catch (NotSupportedException) { return new Regex(pattern, options, Limit); } // look-around and back references
        catch (ArgumentException error) { throw new CannotCheckException(ProbeErrors.InvalidPattern, $"the pattern {pattern} is not valid: {error.Message}"); }
    }
}

/// <summary>A time limit beside the caller's own cancellation, and which of the two it was.</summary>
internal sealed class TimeLimit : IDisposable
{
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _timer, _linked;

    public TimeLimit(TimeSpan limit, TimeProvider time, CancellationToken caller)
    {
        _caller = caller;
        _timer = new CancellationTokenSource(limit, time);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(caller, _timer.Token);
    }

    public CancellationToken Token => _linked.Token;
    /// <summary>The time is up and the caller did not cancel.</summary>
    public bool Reached => _timer.IsCancellationRequested && !_caller.IsCancellationRequested;

    public void Dispose()
    {
        _linked.Dispose();
        _timer.Dispose();
    }
}
