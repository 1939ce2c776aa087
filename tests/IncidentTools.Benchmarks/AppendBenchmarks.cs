using IncidentTools.Engine;
using IncidentTools.Engine.Incidents;
using IncidentTools.Engine.Journal;
using IncidentTools.Engine.Journal.Sqlite;

namespace IncidentTools.Benchmarks;

/// <summary>Durable appends of a note through the engine, one after another.</summary>
internal sealed class AppendBenchmark : Benchmark
{
    public override string Name => "journal-append";
    public override bool UsesEngine => true;

    public override IEnumerable<Result> Run()
    {
        using var folder = new WorkFolder();
        using var raw = new RawSync(folder.Path);
        using var store = Open(folder.Store);
        var journal = new IncidentJournal(store);
        var number = 0;
        yield return Paired.Rates(Name, Goal.AtLeast(0.60), raw.Once, () =>
        {
            journal.Append("INC-1", new EntryDraft(new NoteAdded("note", $"note {number++}")));
            return 1;
        });
    }

    public static SqliteStore Open(string path) =>
        new(new SqliteStoreOptions(path, IncidentEngine.EntryTypes, IncidentEngine.Projections, new Actor("bench", "os", "os"), "host", TimeProvider.System));
}

/// <summary>The same through the cmdlet, on the pipeline of a session that has the packaged module.</summary>
internal sealed class CmdletBenchmark : Benchmark
{
    private const int Batch = 50;
    public override string Name => "journal-append-cmdlet";

    public override IEnumerable<Result> Run()
    {
        using var folder = new WorkFolder();
        using var raw = new RawSync(folder.Path);
        using var host = new BareHost();
        host.Run($"Import-Module '{Packaged.Module}'; Connect-IncidentStore -Store '{folder.Store}'; $null = Start-Incident 'Shop is down' -NoPage");
        yield return Paired.Rates(Name, Goal.AtLeast(0.40), raw.Once, () =>
        {
            host.Run($"1..{Batch} | Add-IncidentNote -Incident 1");
            return Batch;
        });
        host.Run("Disconnect-IncidentStore");
    }
}
