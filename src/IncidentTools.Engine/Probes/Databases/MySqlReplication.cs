using System.Globalization;

namespace IncidentTools.Engine.Probes.Databases;

/// <summary>What a MySQL or MariaDB server says of itself as a replica and as what others follow.</summary>
internal static class MySqlReplication
{
    public static async Task<NodeState> NodeAsync(DatabaseSession session)
    {
        var variables = await session.RowAsync("SELECT @@global.read_only AS read_only, @@global.log_bin AS log_bin").ConfigureAwait(false);
        var replica = Worst(await StatusAsync(session).ConfigureAwait(false));
        var node = new NodeState(session.Target.Name) { Up = true, IsReplica = replica is not null, Writable = variables.Flag("read_only") is false };
        if (replica is not null) node = Replica(node, replica);
        if (variables.Flag("log_bin") is not true) return node;
        // where its own log ends: what a primary's replicas are compared with
        try
        {
            var own = await session.RowAsync(!MySql.IsMariaDb(session) && MySql.Number(session.Version) >= 8.2 ? "SHOW BINARY LOG STATUS" : "SHOW MASTER STATUS").ConfigureAwait(false);
            return replica is null ? node with { Position = Place(own.Text("File"), own.Number("Position")) } : node;
        }
        catch (DatabaseException error) when (error.Trouble.Word == ProbeErrors.PermissionDenied) { return node; }
    }

    public static async Task<IReadOnlyList<IReadOnlyDictionary<string, object?>>> StatusAsync(DatabaseSession session) =>
        (await session.RowsAsync(MySql.IsMariaDb(session) ? "SHOW ALL SLAVES STATUS" : MySql.HasReplicaWords(session) ? "SHOW REPLICA STATUS" : "SHOW SLAVE STATUS").ConfigureAwait(false)).Rows;

    /// <summary>Of several sources the one that is worst off.</summary>
    private static IReadOnlyDictionary<string, object?>? Worst(IReadOnlyList<IReadOnlyDictionary<string, object?>> rows) =>
        rows.OrderBy(row => Receiver(row) == "Yes" && Applier(row) == "Yes").ThenByDescending(row => Lag(row) ?? double.MaxValue).FirstOrDefault();

    /// <summary>A lag of 0 with a receiver that is not connected, and NULL with one that is stopped, are no lags.</summary>
    internal static NodeState Replica(NodeState node, IReadOnlyDictionary<string, object?> row)
    {
        var (receiver, applier) = (Receiver(row), Applier(row));
        var error = new[] { row.Text("Last_IO_Error"), row.Text("Last_SQL_Error") }.FirstOrDefault(text => !string.IsNullOrEmpty(text));
        return node with
        {
            IsReplica = true, Connected = receiver == "Yes", Applying = applier == "Yes",
            State = receiver == "Yes" && applier == "Yes" ? "streaming" : applier != "Yes" && receiver != "Yes" && receiver != "Connecting" ? "stopped" : applier != "Yes" ? "not applying" : receiver == "Connecting" ? "disconnected" : "not receiving",
            OwnLagSeconds = Lag(row), Error = error is null ? null : Say.Cut(error),
            Received = Place(row.Text("Source_Log_File") ?? row.Text("Master_Log_File"), row.Number("Read_Source_Log_Pos") ?? row.Number("Read_Master_Log_Pos")),
            Applied = Place(row.Text("Relay_Source_Log_File") ?? row.Text("Relay_Master_Log_File"), row.Number("Exec_Source_Log_Pos") ?? row.Number("Exec_Master_Log_Pos")),
        };
    }

    private static string? Receiver(IReadOnlyDictionary<string, object?> row) => row.Text("Replica_IO_Running") ?? row.Text("Slave_IO_Running");
    private static string? Applier(IReadOnlyDictionary<string, object?> row) => row.Text("Replica_SQL_Running") ?? row.Text("Slave_SQL_Running");
    private static double? Lag(IReadOnlyDictionary<string, object?> row) => row.Number("Seconds_Behind_Source") ?? row.Number("Seconds_Behind_Master");

    /// <summary>mysql-bin.000003 at 154 as one figure.</summary>
    internal static double? Place(string? file, double? position) =>
        file is not null && position is { } offset && file.LastIndexOf('.') is >= 0 and var dot && int.TryParse(file[(dot + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? (number * MySql.File) + offset : null;
}
