namespace IncidentTools.Engine.Probes;

/// <summary>The stable words that runbooks branch on (<c>$steps.http.error -eq 'DnsFailure'</c>). Never renamed, never reused for something else.</summary>
internal static class ProbeErrors
{
    // the question itself
    public const string InvalidTarget = nameof(InvalidTarget), InvalidArgument = nameof(InvalidArgument), InvalidPattern = nameof(InvalidPattern), RegexTimeout = nameof(RegexTimeout),
        SecretMissing = nameof(SecretMissing), NotSupported = nameof(NotSupported);
    // the network
    public const string DnsFailure = nameof(DnsFailure), ConnectionRefused = nameof(ConnectionRefused), ConnectionReset = nameof(ConnectionReset), ConnectionClosed = nameof(ConnectionClosed),
        HostUnreachable = nameof(HostUnreachable), NetworkError = nameof(NetworkError), Timeout = nameof(Timeout), PacketLoss = nameof(PacketLoss);
    // what came back
    public const string StatusUnexpected = nameof(StatusUnexpected), ContentMissing = nameof(ContentMissing), ContentUnwanted = nameof(ContentUnwanted), TooSlow = nameof(TooSlow),
        TooManyRedirects = nameof(TooManyRedirects), InvalidResponse = nameof(InvalidResponse), Truncated = nameof(Truncated), AnswerUnexpected = nameof(AnswerUnexpected);
    // TLS
    public const string TlsFailure = nameof(TlsFailure), Expired = nameof(Expired), NotYetValid = nameof(NotYetValid), ExpiresSoon = nameof(ExpiresSoon), NameMismatch = nameof(NameMismatch),
        ChainInvalid = nameof(ChainInvalid), IssuerUnexpected = nameof(IssuerUnexpected), ThumbprintUnexpected = nameof(ThumbprintUnexpected), ProtocolTooOld = nameof(ProtocolTooOld);
    // this machine
    public const string NotFound = nameof(NotFound), PermissionDenied = nameof(PermissionDenied), Unreadable = nameof(Unreadable), LowSpace = nameof(LowSpace), LowInodes = nameof(LowInodes),
        FillingUp = nameof(FillingUp), ReadOnly = nameof(ReadOnly), PatternFound = nameof(PatternFound), NoTimestamps = nameof(NoTimestamps), LogGap = nameof(LogGap), TooManyErrors = nameof(TooManyErrors), NoRequests = nameof(NoRequests);
    // clocks, vendors, containers, changes
    public const string Refused = nameof(Refused), NotSynchronised = nameof(NotSynchronised), ClockOff = nameof(ClockOff), Imprecise = nameof(Imprecise), Degraded = nameof(Degraded), Outage = nameof(Outage),
        Maintenance = nameof(Maintenance), NotReady = nameof(NotReady), Changed = nameof(Changed);
    // programs and services
    public const string NotRunning = nameof(NotRunning), Running = nameof(Running), Starting = nameof(Starting), Stopping = nameof(Stopping), Unhealthy = nameof(Unhealthy), TooMany = nameof(TooMany),
        StalePidFile = nameof(StalePidFile), NotListening = nameof(NotListening), LimitExceeded = nameof(LimitExceeded), NotRestarted = nameof(NotRestarted), StartUnknown = nameof(StartUnknown),
        TooManyRestarts = nameof(TooManyRestarts), ManagerMissing = nameof(ManagerMissing), NotStarted = nameof(NotStarted), Killed = nameof(Killed), ExitCode = nameof(ExitCode);
    // capacity
    public const string CpuBusy = nameof(CpuBusy), IoWait = nameof(IoWait), CpuStolen = nameof(CpuStolen), CpuThrottled = nameof(CpuThrottled), LoadHigh = nameof(LoadHigh), CpuPressure = nameof(CpuPressure),
        LowMemory = nameof(LowMemory), Swapping = nameof(Swapping), MajorFaults = nameof(MajorFaults), OutOfMemory = nameof(OutOfMemory), MemoryPressure = nameof(MemoryPressure),
        DiskSlow = nameof(DiskSlow), DiskBusy = nameof(DiskBusy), IoPressure = nameof(IoPressure), UnexpectedProcess = nameof(UnexpectedProcess);
    // files and backups
    public const string Exists = nameof(Exists), Missing = nameof(Missing), Added = nameof(Added), MetadataChanged = nameof(MetadataChanged), TooOld = nameof(TooOld),
        TooSmall = nameof(TooSmall), SizeDropped = nameof(SizeDropped), Gap = nameof(Gap), ChainBroken = nameof(ChainBroken), InFuture = nameof(InFuture), HashMismatch = nameof(HashMismatch),
        ManifestMissing = nameof(ManifestMissing), ManifestTampered = nameof(ManifestTampered), Corrupt = nameof(Corrupt), NotVerified = nameof(NotVerified), Differs = nameof(Differs),
        LooksLikeProduction = nameof(LooksLikeProduction), RestoreFailed = nameof(RestoreFailed), CheckFailed = nameof(CheckFailed), NotCleaned = nameof(NotCleaned);
    // databases
    public const string TooManyConnections = nameof(TooManyConnections), LoginFailed = nameof(LoginFailed), DatabaseMissing = nameof(DatabaseMissing), DatabaseError = nameof(DatabaseError), InvalidQuery = nameof(InvalidQuery),
        DiskFull = nameof(DiskFull), DataCorrupted = nameof(DataCorrupted), LockTimeout = nameof(LockTimeout), Deadlock = nameof(Deadlock), LongTransaction = nameof(LongTransaction), Blocked = nameof(Blocked),
        IdleInTransaction = nameof(IdleInTransaction), WraparoundNear = nameof(WraparoundNear), LogRetained = nameof(LogRetained), LogFull = nameof(LogFull), SlotInactive = nameof(SlotInactive), SlotLost = nameof(SlotLost),
        ArchiverFailing = nameof(ArchiverFailing), HistoryTooLong = nameof(HistoryTooLong), RecentRestart = nameof(RecentRestart), RoleUnexpected = nameof(RoleUnexpected);
    // replication
    public const string NotStreaming = nameof(NotStreaming), ReplicationStopped = nameof(ReplicationStopped), ReplicaDown = nameof(ReplicaDown), PrimaryDown = nameof(PrimaryDown), LagTooHigh = nameof(LagTooHigh),
        LagUnknown = nameof(LagUnknown), NoWriter = nameof(NoWriter), SeveralWriters = nameof(SeveralWriters), ReplicaMissing = nameof(ReplicaMissing);
    // intruders
    public const string EvidenceChanged = nameof(EvidenceChanged), SuccessAfterFailures = nameof(SuccessAfterFailures), TooManyFailures = nameof(TooManyFailures), LogCleared = nameof(LogCleared),
        NewAdministrator = nameof(NewAdministrator), NewAccount = nameof(NewAccount), NewKey = nameof(NewKey), NoPassword = nameof(NoPassword), NoBaseline = nameof(NoBaseline), NewPersistence = nameof(NewPersistence), NewListener = nameof(NewListener), SuspiciousFile = nameof(SuspiciousFile), IndicatorFound = nameof(IndicatorFound), BaselineDiffers = nameof(BaselineDiffers);
    // caches
    public const string Evicting = nameof(Evicting), LowHitRatio = nameof(LowHitRatio), ConnectionsRejected = nameof(ConnectionsRejected), AuthenticationFailed = nameof(AuthenticationFailed);
}
