namespace IncidentTools.Engine.Foundation;

/// <summary>Made at the first use, by one thread only, and kept; a failure is not remembered, so the next use tries again.</summary>
internal sealed class RetryingLazy<T>(Func<T> make) where T : class
{
    private readonly object _gate = new();
    private volatile T? _value;

    public bool IsValueCreated => _value is not null;

    public T Value
    {
        get
        {
            if (_value is { } there) return there;
            lock (_gate) return _value ??= make();
        }
    }
}
