using System.Data.Common;
using System.Globalization;

namespace IncidentTools.Engine.Probes.Databases;

/// <param name="More">There were more than were asked for.</param>
internal sealed record DatabaseRows(IReadOnlyList<string> Columns, IReadOnlyList<Dictionary<string, object?>> Rows, bool More)
{
    public Dictionary<string, object?>? First => Rows.Count > 0 ? Rows[0] : null;
}

/// <summary>A connection of its own for a moment, never of a pool, with one time limit for all of it, on this side and on the server's.</summary>
internal sealed class DatabaseSession : IAsyncDisposable
{
    private const int LongestText = 2000;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);
    private readonly DbConnection _connection;
    private readonly TimeLimit _limit;
    private readonly CancellationToken _caller;
    private readonly TimeProvider _time;
    private bool _left;

    private DatabaseSession(DatabaseTarget target, DatabaseServer server, DbConnection connection, TimeSpan timeout, TimeProvider time, CancellationToken caller) =>
        (Target, Server, _connection, Timeout, _time, _limit, _caller) = (target, server, connection, timeout, time, new TimeLimit(timeout, time, caller), caller);

    public DatabaseTarget Target { get; }
    public DatabaseServer Server { get; }
    public DbConnection Connection => _connection;
    public TimeSpan Timeout { get; }
    public string Version => _connection.ServerVersion;
    public CancellationToken Limit => _limit.Token;
    /// <summary>From here on everything is within it.</summary>
    public DbTransaction? Transaction { get; set; }

    /// <exception cref="DatabaseException">It could not be opened, with the reason.</exception>
    public static async Task<DatabaseSession> OpenAsync(DatabaseTarget target, ProbeContext context, DatabaseAccess access, TimeSpan timeout, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var server = DatabaseServer.Of(target.Engine);
        var connection = server.Connect(target, target.Password(context.Secrets, context.Mask), access, timeout);
        var session = new DatabaseSession(target, server, connection, timeout, context.Time, cancellation);
        try
        {
            await session.GuardAsync(async () =>
            {
                await connection.OpenAsync(session.Limit).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
            await server.PrepareAsync(session, access, session.Limit).ConfigureAwait(false);
            return session;
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <param name="parameters">Bound by name (@name), never put into the text.</param>
    public Task<DatabaseRows> RowsAsync(string sql, int most = 1000, IReadOnlyDictionary<string, object?>? parameters = null) => GuardAsync(async () =>
    {
        using var command = Command(sql, parameters);
        using var reader = await command.ExecuteReaderAsync(Limit).ConfigureAwait(false);
        var columns = Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToArray();
        var rows = new List<Dictionary<string, object?>>();
        while (await reader.ReadAsync(Limit).ConfigureAwait(false))
        {
            // the rest is not read: closing the reader would fetch it all
            if (rows.Count == most)
            {
                command.Cancel();
                return new DatabaseRows(columns, rows, true);
            }
            var row = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
            for (var index = 0; index < columns.Length; index++) row[columns[index]] = Plain(await reader.IsDBNullAsync(index, Limit).ConfigureAwait(false) ? null : reader.GetValue(index));
            rows.Add(row);
        }
        return new DatabaseRows(columns, rows, false);
    });

    /// <summary>The first row; empty when there is none.</summary>
    public async Task<Dictionary<string, object?>> RowAsync(string sql, IReadOnlyDictionary<string, object?>? parameters = null) => (await RowsAsync(sql, 1, parameters).ConfigureAwait(false)).First ?? [];

    /// <summary>How many rows it changed; -1 when that is not said.</summary>
    public Task<int> ExecuteAsync(string sql, IReadOnlyDictionary<string, object?>? parameters = null) => GuardAsync(async () =>
    {
        using var command = Command(sql, parameters);
        return await command.ExecuteNonQueryAsync(Limit).ConfigureAwait(false);
    });

    public async Task BeginAsync() => Transaction = await GuardAsync(async () => await _connection.BeginTransactionAsync(Limit).ConfigureAwait(false)).ConfigureAwait(false);

    public async Task BeginReadOnlyAsync() => Transaction = await GuardAsync(() => Server.BeginReadOnlyAsync(this, Limit)).ConfigureAwait(false);

    public Task CommitAsync() => GuardAsync(async () =>
    {
        await Transaction!.CommitAsync(Limit).ConfigureAwait(false);
        return true;
    });

    /// <summary>What was done in it is not done. A server that is gone has done it by itself.</summary>
    public async Task RollbackAsync()
    {
        try { if (Transaction is { } open) await open.RollbackAsync(CancellationToken.None).ConfigureAwait(false); }
        catch (Exception error) when (error is DbException or IOException or InvalidOperationException) { }
        Transaction = null;
    }

    /// <summary>Errors get a meaning, and a time that is up its name. The libraries may block: never on the caller's thread.</summary>
    public async Task<T> GuardAsync<T>(Func<Task<T>> work)
    {
        try { return await WithinAsync(Task.Run(work, CancellationToken.None)).ConfigureAwait(false); }
        catch (Exception error) when (_caller.IsCancellationRequested && error is not OutOfMemoryException) { throw new OperationCanceledException("cancelled", error, _caller); }
        catch (Exception error) when (_limit.Reached && error is OperationCanceledException or DbException or TimeoutException or IOException)
        {
            throw new DatabaseException(DatabaseTrouble.Of(ProbeErrors.Timeout, $"no answer in {Duration.Format(Timeout)}"), error);
        }
        catch (Exception error) when ((Server.Trouble(error) ?? DatabaseTrouble.OfNetwork(error)) is { } trouble) { throw new DatabaseException(trouble, error); }
        catch (DbException error) { throw new DatabaseException(DatabaseTrouble.Of(ProbeErrors.DatabaseError, error.Message), error); }
    }

    /// <summary>The libraries are told to end, and some do not listen while they log in: what does not end after a moment is left to itself.</summary>
    private async Task<T> WithinAsync<T>(Task<T> work)
    {
        var limit = new TaskCompletionSource();
        using var registration = Limit.Register(limit.SetResult);
        if (await Task.WhenAny(work, limit.Task).ConfigureAwait(false) == work) return await work.ConfigureAwait(false);
        if (await Task.WhenAny(work, Task.Delay(Grace, _time, CancellationToken.None)).ConfigureAwait(false) == work) return await work.ConfigureAwait(false);
        _left = true;
        _ = work.ContinueWith(late => _ = late.Exception, TaskScheduler.Default); // seen, and of no interest
        throw new OperationCanceledException(Limit);
    }

    public async ValueTask DisposeAsync()
    {
        if (_left)
        {
            // its own time limit ends it
            _ = Task.Run(_connection.Dispose).ContinueWith(late => _ = late.Exception, TaskScheduler.Default);
            return;
        }
        if (Transaction is not null) await RollbackAsync().ConfigureAwait(false);
        try { await _connection.DisposeAsync().ConfigureAwait(false); }
        catch (Exception error) when (error is DbException or IOException or InvalidOperationException) { } // it is gone, which is all that was wanted
        _limit.Dispose();
    }

    private DbCommand Command(string sql, IReadOnlyDictionary<string, object?>? parameters)
    {
        var command = _connection.CreateCommand();
#pragma warning disable CA2100 // the text is a literal of this code or of the runbook; values are bound
        command.CommandText = sql;
#pragma warning restore CA2100
        command.Transaction = Transaction;
        command.CommandTimeout = Math.Max(1, (int)Math.Ceiling(Timeout.TotalSeconds));
        foreach (var (name, value) in parameters ?? Nothing)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = ("@" + name, value switch { null => DBNull.Value, DateTimeOffset time => time.ToUniversalTime(), _ => value });
            command.Parameters.Add(parameter);
        }
        return command;
    }

    private static readonly Dictionary<string, object?> Nothing = [];

    private static object? Plain(object? value) => value switch
    {
        null or bool or long or double or TimeSpan or DateTimeOffset => value,
        string text => Say.Cut(text, LongestText),
        byte or sbyte or short or ushort or int or uint => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        ulong big => big <= long.MaxValue ? (long)big : (double)big,
        float or decimal => Convert.ToDouble(value, CultureInfo.InvariantCulture),
        DateTime time => new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc)),
        byte[] bytes => $"{bytes.Length} bytes",
        System.Collections.IEnumerable list => Say.Cut(string.Join(',', list.Cast<object?>()), LongestText),
        _ => Say.Cut(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "", LongestText),
    };
}

/// <summary>Reading rows of the databases' own views, whose types differ from version to version.</summary>
internal static class RowValues
{
    public static string? Text(this IReadOnlyDictionary<string, object?> row, string column) => row.GetValueOrDefault(column) switch { null => null, string text => text, var other => Convert.ToString(other, CultureInfo.InvariantCulture) };
    public static double? Number(this IReadOnlyDictionary<string, object?> row, string column) => row.GetValueOrDefault(column) switch
    {
        null or "" => null,
        bool flag => flag ? 1 : 0,
        string text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null,
        TimeSpan time => time.TotalSeconds,
        DateTimeOffset => null,
        var other => Convert.ToDouble(other, CultureInfo.InvariantCulture),
    };
    public static long? Whole(this IReadOnlyDictionary<string, object?> row, string column) => row.Number(column) is { } number ? (long)Math.Round(number) : null;
    public static bool? Flag(this IReadOnlyDictionary<string, object?> row, string column) => row.GetValueOrDefault(column) switch
    {
        null => null,
        bool flag => flag,
        string text => text.ToUpperInvariant() is "ON" or "YES" or "TRUE" or "T" or "1" or "READ_WRITE",
        var other => Convert.ToDouble(other, CultureInfo.InvariantCulture) != 0,
    };
}
