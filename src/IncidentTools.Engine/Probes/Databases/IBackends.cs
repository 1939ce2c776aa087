namespace IncidentTools.Engine.Probes.Databases;

/// <summary>Other people's sessions on a server, one by one.</summary>
internal interface IBackends
{
    /// <summary>Null when no session has that id now.</summary>
    Task<Backend?> FindAsync(DatabaseSession session, long pid, CancellationToken cancellation);
    /// <summary>Whether it is the session that was meant, and no other one that has its number now.</summary>
    bool Is(Backend found, string identity);
    /// <summary>Why that one is never ended by us; null when it may be.</summary>
    string? WhyProtected(Backend backend);
    /// <summary>The statement that ends its statement, or it, as shown to an approver.</summary>
    string Line(long pid, bool terminate);
    /// <summary>Ends the statement (or the session) of exactly that backend; false when it is not there any more.</summary>
    Task<bool> EndAsync(DatabaseSession session, Backend backend, bool terminate, CancellationToken cancellation);
}
