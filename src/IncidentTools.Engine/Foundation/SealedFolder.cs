using System.Security.Cryptography;
using System.Text;

namespace IncidentTools.Engine.Foundation;

/// <param name="Problems">What differs from the seal; empty = exactly as it was sealed.</param>
/// <param name="Files">How many are under the seal.</param>
internal sealed record SealReport(string? SealSha256, int Files, IReadOnlyList<string> Problems);

/// <summary>The seal of a folder of evidence: one manifest over every file in it, whose own hash stands for all.</summary>
internal static class SealedFolder
{
    public const string FileName = "SEAL.sha256";

    /// <summary>Every file but the seal, by its name relative to the folder, with slashes, in ordinal order. Links are no evidence: they say what somebody else may change.</summary>
    public static IReadOnlyList<string> Files(string folder)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = false, AttributesToSkip = FileAttributes.ReparsePoint };
        return [.. Directory.EnumerateFiles(folder, "*", options).Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/')).Where(file => file != FileName).Order(StringComparer.Ordinal)];
    }

    public static async Task<string> ManifestAsync(string folder, CancellationToken cancellation)
    {
        var text = new StringBuilder();
        foreach (var file in Files(folder))
        {
            var (_, sha256) = await Sha256File.OfAsync(Path.Combine(folder, file), cancellation).ConfigureAwait(false);
            text.Append(Sha256File.Line(sha256, file));
        }
        return text.ToString();
    }

    public static string HashOf(string manifest) => Sha256File.Hex(SHA256.HashData(Encoding.UTF8.GetBytes(manifest)));

    /// <summary>Compares the folder with its seal: changed, missing and added files.</summary>
    /// <exception cref="IOException">Something cannot be read, so nothing is known.</exception>
    public static async Task<SealReport> VerifyAsync(string folder, CancellationToken cancellation)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path)) return new SealReport(null, 0, [$"{folder} is not sealed: there is no {FileName}"]);
        var manifest = await File.ReadAllTextAsync(path, cancellation).ConfigureAwait(false);
        var problems = new List<string>();
        var sealedFiles = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in manifest.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Sha256File.ReadLine(line) is not { } entry) problems.Add($"{FileName} has a line that is none: {line[..Math.Min(line.Length, 80)]}");
            else if (!sealedFiles.TryAdd(entry.Name, entry.Sha256)) problems.Add($"{FileName} names {entry.Name} twice");
        }
        var there = Files(folder).ToHashSet(StringComparer.Ordinal);
        problems.AddRange(sealedFiles.Keys.Where(name => !there.Contains(name)).Select(name => $"{name} is missing"));
        problems.AddRange(there.Where(name => !sealedFiles.ContainsKey(name)).Order(StringComparer.Ordinal).Select(name => $"{name} was added"));
        foreach (var (name, sha256) in sealedFiles.Where(entry => there.Contains(entry.Key)))
            if ((await Sha256File.OfAsync(Path.Combine(folder, name), cancellation).ConfigureAwait(false)).Sha256 != sha256) problems.Add($"{name} was changed");
        return new SealReport(HashOf(manifest), sealedFiles.Count, problems);
    }
}
