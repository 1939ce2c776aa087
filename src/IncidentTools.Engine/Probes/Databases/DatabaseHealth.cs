namespace IncidentTools.Engine.Probes.Databases;

/// <summary>Somebody's session on the server, and what makes it that one: a process id alone may be another's a moment later.</summary>
/// <param name="Identity">Differs whenever the pid is given to another session.</param>
internal sealed record Backend(long Pid, string Identity)
{
    public string? User { get; init; }
    public string? Application { get; init; }
    public string? Client { get; init; }
    public string? State { get; init; }
    public string? Kind { get; init; }
    public double? Seconds { get; init; }
    /// <summary>As it may be shown: without values.</summary>
    public string? Query { get; init; }
    /// <summary>It does nothing now: there is no statement to cancel.</summary>
    public bool Idle { get; init; }

    public Dictionary<string, object?> ToPlain(long? blocks = null) => new()
    {
        ["pid"] = Pid, ["identity"] = Identity, ["user"] = User, ["application"] = Application, ["client"] = Client, ["state"] = State, ["seconds"] = Seconds is { } known ? Math.Round(known, 1) : null,
        ["idle"] = Idle, ["query"] = Query, ["blocks"] = blocks,
    };

    public override string ToString() => $"{Pid} ({User ?? "?"}{(Application is { Length: > 0 } ? $", {Application}" : "")}, {State ?? "?"})";
}

/// <summary>A replication slot: what it keeps the server from throwing away.</summary>
/// <param name="Status">PostgreSQL's wal_status: reserved, extended, unreserved, lost.</param>
internal sealed record Slot(string Name, string Kind, bool Active, string? Status, double? RetainedBytes)
{
    public Dictionary<string, object?> ToPlain() => new() { ["name"] = Name, ["kind"] = Kind, ["active"] = Active, ["status"] = Status, ["retainedBytes"] = RetainedBytes };
}

/// <summary>What a server says of itself; null = it has no such thing, or did not say (then <see cref="NotRead"/> says why).</summary>
internal sealed record DatabaseHealth
{
    public string? Version { get; init; }
    /// <summary>primary or replica.</summary>
    public string? Role { get; init; }
    public bool? ReadOnly { get; init; }
    public double? UptimeSeconds { get; init; }
    public long? ConnectionsUsed { get; init; }
    public long? ConnectionsMax { get; init; }
    public Backend? LongestTransaction { get; init; }
    public long? IdleInTransaction { get; init; }
    public long? Blocked { get; init; }
    public Backend? HeadBlocker { get; init; }
    public long? BlockedByHead { get; init; }
    /// <summary>How long the one that waits longest has waited.</summary>
    public double? LongestWaitSeconds { get; init; }
    public long? Deadlocks { get; init; }
    public double? CacheHitPercent { get; init; }
    public double? SizeBytes { get; init; }
    public long? XidAge { get; init; }
    /// <summary>Write-ahead log, binary logs or transaction log on disk.</summary>
    public double? LogBytes { get; init; }
    public double? LogUsedPercent { get; init; }
    public long? HistoryLength { get; init; }
    public IReadOnlyList<Slot> Slots { get; init; } = [];
    public bool? ArchiverFailing { get; init; }
    public string? ArchiverDetail { get; init; }
    /// <summary>The server's own word for damaged data; null = it knows of none.</summary>
    public string? Corruption { get; init; }
    /// <summary>Which keys could not be read, and why.</summary>
    public Dictionary<string, DatabaseTrouble> NotRead { get; init; } = [];

    public double? ConnectionsPercent => ConnectionsUsed is { } used && ConnectionsMax is { } most and > 0 ? Math.Round(100.0 * used / most, 1) : null;
}

/// <summary>One server as replication sees it.</summary>
internal sealed record NodeState(string Name)
{
    /// <summary>It answered.</summary>
    public bool Up { get; init; }
    /// <summary>It follows another one.</summary>
    public bool? IsReplica { get; init; }
    /// <summary>It takes writes.</summary>
    public bool? Writable { get; init; }
    /// <summary>streaming, stopped, disconnected, paused …; null for one that follows nobody.</summary>
    public string? State { get; init; }
    /// <summary>It receives right now: only then any lag is worth something.</summary>
    public bool Connected { get; init; }
    /// <summary>It applies what it receives.</summary>
    public bool Applying { get; init; }
    /// <summary>What the replica itself says; meaningless when it is not connected.</summary>
    public double? OwnLagSeconds { get; init; }
    /// <summary>When the newest change that it has was made, where that is known.</summary>
    public double? SinceLastChangeSeconds { get; init; }
    /// <summary>How far it has received and applied, in bytes of the log; comparable among nodes that follow the same log.</summary>
    public double? Received { get; init; }
    public double? Applied { get; init; }
    /// <summary>Which log the positions belong to (timeline, or name of the log file).</summary>
    public string? LogName { get; init; }
    /// <summary>On a primary: where its log ends.</summary>
    public double? Position { get; init; }
    /// <summary>On a primary: how many replicas it sends to now; null = it does not say.</summary>
    public long? Streaming { get; init; }
    public string? Error { get; init; }
    public IReadOnlyList<Slot> Slots { get; init; } = [];
    public DatabaseTrouble? Trouble { get; init; }
}
