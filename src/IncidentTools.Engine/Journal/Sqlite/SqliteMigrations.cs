using System.Globalization;

namespace IncidentTools.Engine.Journal.Sqlite;

/// <summary>Brings the schema forward, one numbered script after another, in one transaction. Projection tables are not migrated but rebuilt.</summary>
internal static class SqliteMigrations
{
    private static readonly string[] Scripts = ["0001_journal.sql"];

    public static int Newest => Scripts.Length;

    public static int Version(SqliteDatabase database) => Convert.ToInt32(database.Scalar("PRAGMA user_version"), CultureInfo.InvariantCulture);

    /// <exception cref="IncidentToolsException">StoreNewer: another program brought it further in the meantime.</exception>
    public static void Run(SqliteDatabase database, string path)
    {
        if (Version(database) == Newest) return;
        database.Write(() =>
        {
            // read again under the lock: another process may have been faster
            var version = Version(database);
            if (version > Newest) throw Errors.StoreNewer(path, version, Newest);
            for (; version < Newest; version++) Script(database, Scripts[version]);
            database.Execute($"PRAGMA application_id = {SqliteOpener.ApplicationId}");
            return database.Execute($"PRAGMA user_version = {Newest}");
        });
    }

    private static void Script(SqliteDatabase database, string name)
    {
        using var stream = typeof(SqliteMigrations).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not embedded");
        using var reader = new StreamReader(stream);
        database.Script(reader.ReadToEnd());
    }
}
