using System.Security.Cryptography;
using System.Text;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Probes.Backups;
using IncidentTools.Engine.Probes.Integrity;

namespace IncidentTools.Engine.Actions.Backups;

/// <summary>
/// The files of one step. What was missing is on a durable list, with its hash, before the first is put there: so a later runner, or the undo, knows
/// which of the files there are its own. The list's name comes from the step's arguments, so that every attempt finds it.
/// </summary>
internal sealed class FilesBack(Arguments with)
{
    private string From => with.Text("from");
    private string To => with.Text("to");

    private string List
    {
        get
        {
            var text = string.Join('\n', [From, To, .. with.Texts("files")]);
            return Path.Combine(with.Text("evidence"), $"file-restore-{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16].ToLowerInvariant()}.manifest");
        }
    }

    public ActionResult Run(CancellationToken cancellation)
    {
        var wanted = Wanted(cancellation);
        if (FileStat.Read(List) is null) Note(wanted);
        var mine = ManifestFile.Open(List, cancellation).Entries().ToList();
        var (done, kept) = (0, new NameList(20));
        foreach (var entry in mine)
        {
            cancellation.ThrowIfCancellationRequested();
            var target = Target(entry.Path);
            // put there by an earlier attempt, or by somebody meanwhile: it stays
            if (FileStat.Read(target) is not null) { if (Is(target, entry, cancellation)) done++; else kept.Add(entry.Path); continue; }
            Put(entry, target, cancellation);
            done++;
        }
        var there = wanted.Count - mine.Count;
        var message = $"{done} file(s) are back in {To}{(there > 0 ? $"; {there} were there and stay" : "")}{(kept.Count > 0 ? $"; others came there meanwhile and stay: {kept}" : "")}; the list is {List}";
        return new ActionResult(ActionOutcome.Succeeded, message) { Value = new Dictionary<string, object?> { ["restored"] = (long)done, ["present"] = there + kept.Count, ["list"] = List } };
    }

    public ActionResult Undo(CancellationToken cancellation)
    {
        if (FileStat.Read(List) is null) return new ActionResult(ActionOutcome.Succeeded, "nothing was put there");
        var (removed, kept) = (0, new NameList(20));
        foreach (var entry in ManifestFile.Open(List, cancellation).Entries())
        {
            var target = Target(entry.Path);
            if (FileStat.Read(target) is null) continue;
            if (!Is(target, entry, cancellation)) { kept.Add(entry.Path); continue; }
            File.Delete(target);
            removed++;
        }
        return new ActionResult(kept.Count == 0 ? ActionOutcome.Succeeded : ActionOutcome.Failed, $"{removed} file(s) were removed again{(kept.Count == 0 ? "" : $"; changed since, so they stay: {kept}")}") { Error = kept.Count == 0 ? null : ProbeErrors.Changed };
    }

    /// <summary>What the manifest says of each of them; verified before anything is put anywhere.</summary>
    private List<ManifestEntry> Wanted(CancellationToken cancellation)
    {
        var names = with.Texts("files").Select(file => file.Replace('\\', OperatingSystem.IsWindows() ? '/' : '\\')).ToHashSet(StringComparer.Ordinal);
        var found = ManifestFile.Open(with.Text("manifest"), cancellation).Entries().Where(entry => names.Remove(entry.Path)).ToList();
        if (names.Count > 0) throw new CannotCheckException(ProbeErrors.ManifestMissing, $"the manifest says nothing of {names.First()}{(names.Count > 1 ? $" and {names.Count - 1} more" : "")}; nothing was put back");
        foreach (var entry in found.Where(entry => entry.Sha256 is not null))
        {
            var source = Path.Combine(From, entry.Path);
            if (FileStat.Read(source) is not { Kind: FileKind.File }) throw new CannotCheckException(ProbeErrors.Missing, $"{source} is not in the backup; nothing was put back");
            if (FileHash.Of(source, cancellation).Sha256 != entry.Sha256) throw new CannotCheckException(ProbeErrors.HashMismatch, $"{source} is not what the manifest says: refused, and nothing was put back");
        }
        return found;
    }

    private void Note(List<ManifestEntry> wanted)
    {
        using var writer = new ManifestWriter(List);
        writer.Add(ManifestText.Head(new ManifestHead(To, [], [], [])));
        var missing = wanted.Where(entry => FileStat.Read(Target(entry.Path)) is null).ToList();
        foreach (var entry in missing) writer.Add(ManifestText.Entry(entry));
        writer.End(missing.Count, missing.Sum(entry => entry.Bytes ?? 0));
        writer.Keep();
    }

    /// <summary>Whole under another name first, then under its own in one step that overwrites nothing.</summary>
    private void Put(ManifestEntry entry, string target, CancellationToken cancellation)
    {
        var folder = Path.GetDirectoryName(target)!;
        var owner = with.Text("owner") == "parent" ? FileStat.Read(Existing(folder))!.Owner : entry.Owner;
        MakeFolder(folder, owner);
        if (entry.Link is not null)
        {
            File.CreateSymbolicLink(target, entry.Link);
            return;
        }
        var source = Path.Combine(From, entry.Path);
        var part = Path.Combine(folder, $".{Path.GetFileName(target)}.incidenttools-part");
        File.Delete(part); // left by an attempt that was broken off
        var (_, hash) = TreeCopy.One(source, part, FileStat.Read(source)! with { Owner = owner }, cancellation);
        if (hash != entry.Sha256)
        {
            File.Delete(part);
            throw new CannotCheckException(ProbeErrors.HashMismatch, $"{source} changed while it was copied");
        }
        File.Move(part, target, overwrite: false);
    }

    private static string Existing(string folder)
    {
        while (!Directory.Exists(folder)) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }

    private static void MakeFolder(string folder, string? owner)
    {
        if (Directory.Exists(folder)) return;
        MakeFolder(Path.GetDirectoryName(folder)!, owner);
        Directory.CreateDirectory(folder);
        FileOwner.Set(folder, owner);
    }

    private static bool Is(string target, ManifestEntry entry, CancellationToken cancellation) => FileStat.Read(target) switch
    {
        { Kind: FileKind.File } => entry.Sha256 is not null && FileHash.Of(target, cancellation).Sha256 == entry.Sha256,
        { Kind: FileKind.Link } => entry.Link is not null && new FileInfo(target).LinkTarget == entry.Link,
        _ => false,
    };

    /// <summary>A folder on the way that is a link would lead out.</summary>
    private string Target(string path)
    {
        var target = Path.Combine(To, path);
        var real = ScratchGuard.RealPath(Path.GetDirectoryName(target)!);
        var root = ScratchGuard.RealPath(To);
        return real == root || real.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal) ? target : throw new CannotCheckException(ProbeErrors.InvalidTarget, $"{target} leads out of {To} over a link");
    }
}
