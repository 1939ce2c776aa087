namespace IncidentTools.Engine.Tests;

/// <summary>A new empty folder, removed at the end.</summary>
internal sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("incidenttools-").FullName;

    public string Write(string name, string text)
    {
        var file = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
        return System.IO.Path.GetFullPath(file); // one kind of separator
    }

    public void Dispose()
    {
        try { Directory.Delete(Path, recursive: true); }
        catch (IOException) { } // Windows: a file still open elsewhere; the system cleans its temp folder
        catch (UnauthorizedAccessException) { }
    }
}
