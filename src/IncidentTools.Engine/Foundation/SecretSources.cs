namespace IncidentTools.Engine.Foundation;

/// <summary>The environment: <c>secret:smtp-password</c> is INCIDENTTOOLS_SECRET_SMTP_PASSWORD.</summary>
public sealed class EnvironmentSecrets : ISecretSource
{
    public string? Find(string name) => Environment.GetEnvironmentVariable("INCIDENTTOOLS_SECRET_" + SecretNames.Bare(name).ToUpperInvariant().Replace('-', '_').Replace('.', '_'));
}

/// <summary>Files in a folder that only the user may read: the first line of <c>&lt;name&gt;</c>.</summary>
public sealed class FileSecrets(string folder) : ISecretSource
{
    public string? Find(string name)
    {
        var file = Path.Combine(folder, SecretNames.Bare(name));
        if (Path.GetDirectoryName(Path.GetFullPath(file)) != Path.GetFullPath(folder).TrimEnd(Path.DirectorySeparatorChar) || !File.Exists(file)) return null;
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0) throw Errors.SecretFileOpen(file);
        return File.ReadLines(file).FirstOrDefault();
    }
}

/// <summary>Several sources, the first that knows the name wins.</summary>
public sealed class SecretChain(IReadOnlyList<ISecretSource> sources) : ISecretSource
{
    public string? Find(string name) => sources.Select(source => source.Find(name)).FirstOrDefault(value => value is not null);
}

internal static class SecretNames
{
    public static string Bare(string name) => name.StartsWith("secret:", StringComparison.Ordinal) ? name[7..] : name;
}
