using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Yaml;
using IncidentTools.Engine.Runbooks.Checks;

namespace IncidentTools.Engine.Runbooks;

/// <summary>The runbooks of the workspace, then those that ship: one of the workspace with the same id wins. Files are read when asked for, and parsed again only when their bytes changed.</summary>
/// <param name="folders">Origin (workspace, shipped) and folder, the first to win first.</param>
/// <param name="location">The user's folder: where relative paths start.</param>
public sealed class RunbookLibrary(RunbookLoader loader, IReadOnlyList<(string Origin, string Folder)> folders, string location)
{
    private readonly Dictionary<string, (byte[] Bytes, RunbookFile File)> _parsed = new(StringComparer.Ordinal);

    /// <param name="workspace">Folder of the workspace in use.</param>
    /// <param name="shipped">Folder of the one that ships; may be the same.</param>
    public static RunbookLibrary Of(RunbookLoader loader, string workspace, string shipped, string location)
    {
        var (own, theirs) = (Path.GetFullPath(Path.Combine(workspace, "runbooks")), Path.GetFullPath(Path.Combine(shipped, "runbooks")));
        return new RunbookLibrary(loader, own == theirs ? [("shipped", theirs)] : [("workspace", own), ("shipped", theirs)], location);
    }

    /// <summary>Every runbook that counts, by name; those with errors too.</summary>
    public IReadOnlyList<RunbookFile> All() => [.. Read().DistinctBy(file => file.Name, StringComparer.Ordinal).OrderBy(file => file.Name, StringComparer.Ordinal)];

    /// <exception cref="IncidentToolsException">RunbookNotFound, RunbookInvalid.</exception>
    public RunbookDefinition Find(string idOrPath) => FindFile(idOrPath).Require();

    /// <summary>The file of a runbook, whether it is valid or not.</summary>
    /// <exception cref="IncidentToolsException">RunbookNotFound.</exception>
    public RunbookFile FindFile(string idOrPath)
    {
        if (IsPath(idOrPath))
        {
            var path = Path.GetFullPath(idOrPath, location);
            return File.Exists(path) ? Parse("path", path) : throw Errors.RunbookNotFound(idOrPath, null);
        }
        var all = All();
        return all.FirstOrDefault(file => file.Name == idOrPath) ?? throw Errors.RunbookNotFound(idOrPath, Nearest.Hint(idOrPath, all.Select(file => file.Name)));
    }

    /// <summary>Runbooks that fit what somebody sees, best first.</summary>
    public IReadOnlyList<RunbookMatch> Match(string text)
    {
        var seen = new SymptomText(text);
        return [.. All().Select(file => file.Book is { } book ? seen.Match(book) : null).OfType<RunbookMatch>().OrderByDescending(match => match.Score).ThenBy(match => match.Name, StringComparer.Ordinal)];
    }

    /// <summary>Everything wrong with the files of one folder, an id used twice included.</summary>
    public IReadOnlyList<Diagnostic> Inspect(string origin)
    {
        var files = folders.Where(item => item.Origin == origin).SelectMany(item => Files(item.Folder).Select(path => Parse(item.Origin, path))).ToArray();
        var first = new Dictionary<string, string>(StringComparer.Ordinal);
        var twice = files.Where(file => !first.TryAdd(file.Name, file.Path)).Select(file => new Diagnostic(
            "IT3014", DiagnosticSeverity.Error, new SourceSpan(file.Path, 1, 1, 1, 1), "id", $"the id '{file.Name}' is taken by {Path.GetFileName(first[file.Name])}", "Give it an id of its own."));
        return [.. files.SelectMany(Findings), .. twice];
    }

    /// <summary>What is wrong with a file, also with how it runs the others of the library.</summary>
    public IReadOnlyList<Diagnostic> Findings(RunbookFile file)
    {
        if (file.Book is not { } book || book.AllSteps.All(step => step.Child is null)) return file.Findings;
        // a file that is named by its path stands for the one of the library
        return [.. file.Findings, .. ChildChecks.Check(book, [.. All().Where(other => other.Name != file.Name), file])];
    }

    public static bool IsPath(string text) => text.AsSpan().IndexOfAny('/', '\\') >= 0 || text.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase) || text.EndsWith(".yml", StringComparison.OrdinalIgnoreCase);

    private IEnumerable<RunbookFile> Read() => folders.SelectMany(item => Files(item.Folder).Select(path => Parse(item.Origin, path)));

    private static IEnumerable<string> Files(string folder) => Directory.Exists(folder) ? Directory.GetFiles(folder, "*.yaml").Order(StringComparer.Ordinal) : [];

    private RunbookFile Parse(string origin, string path)
    {
        var bag = new DiagnosticBag();
        var fallback = Path.GetFileNameWithoutExtension(path);
        if (YamlTree.ReadFile(path, bag) is not { } bytes) return new RunbookFile(fallback, path, origin, null, bag.Items);
        if (_parsed.TryGetValue(path, out var known) && known.File.Origin == origin && known.Bytes.AsSpan().SequenceEqual(bytes)) return known.File;
        var (id, book, findings) = loader.InspectFile(path, bytes);
        var file = new RunbookFile(id ?? fallback, path, origin, book, findings);
        _parsed[path] = (bytes, file);
        return file;
    }
}
