using IncidentTools.Engine.Journal.Sqlite;
using Microsoft.Data.Sqlite;

namespace IncidentTools.Engine.Tests.Journal;

/// <summary>What somebody with a SQLite tool does to a store's file.</summary>
internal static class RawSql
{
    public static void Run(string path, string sql)
    {
        Assert.StartsWith("SQLite", SqliteOpener.EngineVersion, StringComparison.Ordinal);
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Changes entries behind the triggers' back.</summary>
    public static void Tamper(string path, string sql) =>
        Run(path, $"DROP TRIGGER entries_never_change; DROP TRIGGER entries_never_go; DROP TRIGGER sealed_never_change; {sql}");
}
