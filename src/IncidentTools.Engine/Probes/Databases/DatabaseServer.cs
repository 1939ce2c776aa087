using System.Data.Common;

namespace IncidentTools.Engine.Probes.Databases;

/// <summary>What a session is for.</summary>
internal enum DatabaseAccess
{
    /// <summary>Looks: the session and, where it can, the server refuse writes.</summary>
    Look,
    /// <summary>As <see cref="Look"/>, and a listener may lead it to a secondary.</summary>
    Query,
    /// <summary>Changes something.</summary>
    Change,
}

/// <summary>One database system: how it is connected to, what its errors mean, and what it is asked. The client library of each is loaded when it is first used.</summary>
internal abstract class DatabaseServer
{
    /// <exception cref="CannotCheckException">There is no such system.</exception>
    public static DatabaseServer Of(string engine) => engine switch
    {
        "postgresql" => new PostgreSql(),
        "mysql" or "mariadb" => new MySql(),
        "sqlserver" => new SqlServer(),
        "sqlite" => new Sqlite(),
        _ => throw new CannotCheckException(ProbeErrors.InvalidArgument, $"'{engine}' is no database system that is known here"),
    };

    public abstract DbConnection Connect(DatabaseTarget target, string? password, DatabaseAccess access, TimeSpan timeout);
    /// <summary>After login: the time limit on the server's side, and for looking only that writes are refused.</summary>
    public abstract Task PrepareAsync(DatabaseSession session, DatabaseAccess access, CancellationToken cancellation);
    /// <summary>The meaning of an error of its client library; null when it is none of that.</summary>
    public abstract DatabaseTrouble? Trouble(Exception error);
    /// <summary>A transaction that refuses writes, where the system has one.</summary>
    public abstract Task<DbTransaction?> BeginReadOnlyAsync(DatabaseSession session, CancellationToken cancellation);
    /// <summary>Why a statement is not taken as one that looks; null when it is.</summary>
    public virtual string? WhyNotReading(string sql) => StatementText.WhyNotReading(sql, Reading, Forbidden);
    public abstract Task<DatabaseHealth> HealthAsync(DatabaseSession session, CancellationToken cancellation);
    public abstract Task<NodeState> NodeAsync(DatabaseSession session, CancellationToken cancellation);
    /// <summary>How statements are ended, on systems that have other people's.</summary>
    public virtual IBackends? Backends => null;

    /// <summary>The statements that start, stop, pause or resume replication on a replica; none = it has no such statement.</summary>
    public virtual IReadOnlyList<string> ReplicaLines(DatabaseTarget target, string operation) => [];
    /// <summary>The statements that make a replica the primary, run on it.</summary>
    public abstract IReadOnlyList<string> PromoteLines(DatabaseTarget target, bool lossAccepted, TimeSpan timeout);

    /// <summary>A statement that looks begins with one of these.</summary>
    protected abstract string[] Reading { get; }
    /// <summary>Words that no statement that looks has, in quotes or not: what the system would do beside reading.</summary>
    protected virtual string[] Forbidden => [];
}
