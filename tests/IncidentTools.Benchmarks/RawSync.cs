namespace IncidentTools.Benchmarks;

/// <summary>The baseline of everything durable: 4 KiB of a file overwritten and flushed to the disk.</summary>
internal sealed class RawSync : IDisposable
{
    private readonly FileStream _file;
    private readonly byte[] _page = new byte[4096];

    public RawSync(string folder)
    {
        _file = new FileStream(Path.Combine(folder, "raw"), FileMode.Create, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        Once();
    }

    public void Once()
    {
        _file.Position = 0;
        _file.Write(_page);
        _file.Flush(flushToDisk: true);
    }

    public void Dispose() => _file.Dispose();
}

/// <summary>A folder beside the program, not in the temp folder: that one may be memory.</summary>
internal sealed class WorkFolder : IDisposable
{
    public string Path { get; } = Directory.CreateDirectory(System.IO.Path.Combine(AppContext.BaseDirectory, "bench-" + Environment.ProcessId)).FullName;
    public string Store => System.IO.Path.Combine(Path, "store.db");
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
