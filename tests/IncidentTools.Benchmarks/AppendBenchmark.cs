using IncidentTools.Engine;
using IncidentTools.Engine.Incidents;
using IncidentTools.Engine.Journal;
using IncidentTools.Engine.Journal.Sqlite;

namespace IncidentTools.Benchmarks;

/// <summary>Durable appends of a note through the engine, against overwriting 4 KiB of a file and flushing it to the same disk.</summary>
internal sealed class AppendBenchmark : Benchmark
{
    private const int Count = 500;
    public override string Name => "journal-append";
    public override double AtLeast => 0.60;

    public override Result Run()
    {
        // beside the program, not in the temp folder: that one may be memory
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "bench-" + Environment.ProcessId)).FullName;
        try
        {
            using var store = new SqliteStore(new SqliteStoreOptions(Path.Combine(folder, "s.db"), IncidentEngine.EntryTypes, IncidentEngine.Projections, new Actor("bench", "os", "os"), "host", TimeProvider.System));
            var journal = new IncidentJournal(store);
            var measured = Rate(Count, index => journal.Append("INC-1", new EntryDraft(new NoteAdded("note", $"note {index}"))));
            using var file = new FileStream(Path.Combine(folder, "raw"), FileMode.Create, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            var page = new byte[4096];
            file.Write(page);
            var baseline = Rate(Count, _ =>
            {
                file.Position = 0;
                file.Write(page);
                file.Flush(flushToDisk: true);
            });
            return new Result(measured, baseline);
        }
        finally { Directory.Delete(folder, recursive: true); }
    }
}
