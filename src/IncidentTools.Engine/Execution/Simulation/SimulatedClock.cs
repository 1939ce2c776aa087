namespace IncidentTools.Engine.Execution.Simulation;

/// <summary>Time that passes only when it is told to. Its timers never ring: a simulated step takes no time of its own, and waits are passed over from outside.</summary>
internal sealed class SimulatedClock(DateTimeOffset start) : TimeProvider
{
    private long _passed;

    public void Advance(TimeSpan time) => Interlocked.Add(ref _passed, time.Ticks);
    public void AdvanceTo(DateTimeOffset time)
    {
        if (time > GetUtcNow()) Advance(time - GetUtcNow());
    }

    public override DateTimeOffset GetUtcNow() => start.ToUniversalTime().AddTicks(Interlocked.Read(ref _passed));
    public override long GetTimestamp() => Interlocked.Read(ref _passed);
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Silent();

    private sealed class Silent : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;
        public void Dispose() { }
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
