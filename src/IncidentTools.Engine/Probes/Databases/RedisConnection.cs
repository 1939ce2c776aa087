using System.Net.Sockets;
using System.Text;
using IncidentTools.Engine.Probes.Network;
using StackExchange.Redis;

namespace IncidentTools.Engine.Probes.Databases;

/// <summary>A connection to one Redis. Only what is asked for is sent: no subscriptions, no keys of the client's own.</summary>
internal sealed class RedisConnection : IAsyncDisposable
{
    private const int SlowEntries = 64;
    private readonly ConnectionMultiplexer _client;

    private RedisConnection(ConnectionMultiplexer client, RedisTarget target) => (_client, Target) = (client, target);

    public RedisTarget Target { get; }
    private IServer Server => _client.GetServer(_client.GetEndPoints()[0]);
    private IDatabase Database => _client.GetDatabase(Target.Database);

    /// <exception cref="RedisRefused">It could be told why there is no connection.</exception>
    public static async Task<RedisConnection> OpenAsync(RedisTarget target, TimeProvider time, CancellationToken cancellation)
    {
        // the client's own errors say little of why; the socket's and the server's first word do
        await GreetAsync(target, time, cancellation).ConfigureAwait(false);
        var milliseconds = (int)Math.Min(target.Timeout.TotalMilliseconds, int.MaxValue);
        var options = new ConfigurationOptions
        {
            EndPoints = { { target.Host, target.Port } }, User = target.User, Password = target.Password, Ssl = target.Tls, SslHost = target.Tls ? target.Host : null, DefaultDatabase = target.Database,
            AbortOnConnectFail = true, ConnectRetry = 1, ConnectTimeout = milliseconds, SyncTimeout = milliseconds, AsyncTimeout = milliseconds, AllowAdmin = true, ClientName = "IncidentTools", TieBreaker = "", ConfigurationChannel = "", HeartbeatConsistencyChecks = false,
        };
        try
        {
            var connecting = ConnectionMultiplexer.ConnectAsync(options);
            try { return new RedisConnection(await connecting.WaitAsync(target.Timeout, time, cancellation).ConfigureAwait(false), target); }
            catch (Exception error) when (error is OperationCanceledException or TimeoutException)
            {
                _ = connecting.ContinueWith(late => late.Result.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
                if (error is TimeoutException) throw new RedisRefused(NetworkTrouble.TimedOut($"no answer in {Duration.Format(target.Timeout)}"));
                throw;
            }
        }
        catch (RedisException error) { throw Refusal(error.Message); }
    }

    /// <summary>INFO, all of it.</summary>
    public async Task<RedisInfo> InfoAsync(CancellationToken cancellation) => RedisInfo.Parse(await Bounded(Server.InfoRawAsync(), cancellation).ConfigureAwait(false) ?? "");

    /// <summary>Commands that took longer than the server's own limit, since then.</summary>
    public async Task<IReadOnlyList<(string Command, double Ms)>> SlowAsync(DateTimeOffset since, CancellationToken cancellation) =>
        [.. (await Bounded(Server.SlowlogGetAsync(SlowEntries), cancellation).ConfigureAwait(false)).Where(entry => entry.Time.ToUniversalTime() >= since.UtcDateTime)
            // values may be anybody's data: the name of the command and of its key are enough
            .Select(entry => (string.Join(' ', entry.Arguments.Take(2).Select(part => Say.Cut(part.ToString(), 60))), entry.Duration.TotalMilliseconds))];

    public async Task<double> PingAsync(CancellationToken cancellation) => Math.Round((await Bounded(Database.PingAsync(), cancellation).ConfigureAwait(false)).TotalMilliseconds, 2);

    public Task<long> CountAsync(IReadOnlyList<string> keys, CancellationToken cancellation) => Bounded(Database.KeyExistsAsync([.. keys.Select(key => (RedisKey)key)]), cancellation);

    /// <summary>Gives the memory back beside its other work (UNLINK).</summary>
    public Task<long> DeleteAsync(IReadOnlyList<string> keys, CancellationToken cancellation) => Bounded(Database.KeyDeleteAsync([.. keys.Select(key => (RedisKey)key)]), cancellation);

    public IAsyncEnumerable<RedisKey> KeysAsync(string pattern) => Server.KeysAsync(Target.Database, pattern, pageSize: 500);

    public Task<RedisResult> FlushAsync(CancellationToken cancellation) => Bounded(Database.ExecuteAsync("FLUSHDB", "ASYNC"), cancellation);

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    private static Task<T> Bounded<T>(Task<T> work, CancellationToken cancellation) => work.WaitAsync(cancellation);

    private static async Task GreetAsync(RedisTarget target, TimeProvider time, CancellationToken cancellation)
    {
        using var limit = new TimeLimit(target.Timeout, time, cancellation);
        try
        {
            using var socket = await Dialer.ConnectAsync(target.Host, target.Port, null, new DialTimes(), target.Timeout, time, limit.Token).ConfigureAwait(false);
            if (target.Tls) return;
            await socket.SendAsync("PING\r\n"u8.ToArray(), limit.Token).ConfigureAwait(false);
            var buffer = new byte[256];
            var read = await socket.ReceiveAsync(buffer, limit.Token).ConfigureAwait(false);
            if (read == 0) throw new RedisRefused(NetworkTrouble.Closed);
            var word = Encoding.UTF8.GetString(buffer, 0, read).TrimEnd();
            // it asks for a password, and the client has one
            if (word.StartsWith("+PONG", StringComparison.Ordinal) || (word.StartsWith("-NOAUTH", StringComparison.Ordinal) && target.Password is not null)) return;
            throw Refusal(word);
        }
        catch (OperationCanceledException) when (limit.Reached) { throw new RedisRefused(NetworkTrouble.TimedOut($"it took the connection but did not answer in {Duration.Format(target.Timeout)}: busy with a long command?")); }
        catch (Exception error) when (error is DialException or SocketException) { throw new RedisRefused(NetworkTrouble.Of(error)); }
    }

    /// <summary>What the server said instead of an answer. Not being let in is no finding about its health.</summary>
    private static RedisRefused Refusal(string said) => new(said switch
    {
        _ when Has(said, "max number of clients") => new NetworkTrouble(true, ProbeErrors.ConnectionsRejected, "it refuses connections: all that it allows are in use"),
        _ when Has(said, "LOADING") => new NetworkTrouble(true, ProbeErrors.Starting, "it is still loading its data"),
        _ when Has(said, "NOAUTH") || Has(said, "WRONGPASS") || Has(said, "NOPERM") || Has(said, "invalid password") || Has(said, "AuthenticationFailure") => new NetworkTrouble(false, ProbeErrors.AuthenticationFailed, "it did not let us in: the account or its password is wrong, or one is missing"),
        _ when Has(said, "DENIED") => new NetworkTrouble(false, ProbeErrors.AuthenticationFailed, "its protected mode lets nobody in from here"),
        _ => new NetworkTrouble(true, ProbeErrors.InvalidResponse, $"it does not answer as a Redis does: {Say.Cut(said, 120)}"),
    });

    private static bool Has(string text, string word) => text.Contains(word, StringComparison.OrdinalIgnoreCase);
}

/// <summary>No connection to work with, and why.</summary>
internal sealed class RedisRefused(NetworkTrouble trouble) : Exception(trouble.Message)
{
    public NetworkTrouble Trouble => trouble;
}
