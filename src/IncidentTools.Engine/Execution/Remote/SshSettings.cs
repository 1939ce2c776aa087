namespace IncidentTools.Engine.Execution.Remote;

/// <summary>Which files the system's <c>ssh</c> is to read instead of the user's own.</summary>
/// <param name="KnownHosts">The only host keys that are believed; null = those of the user and of the machine.</param>
/// <param name="Config">Instead of the user's and the machine's configuration; null = these.</param>
public sealed record SshSettings(string? KnownHosts, string? Config)
{
    public const string KnownHostsVariable = "INCIDENTTOOLS_SSH_KNOWN_HOSTS", ConfigVariable = "INCIDENTTOOLS_SSH_CONFIG", WorkspaceFile = "known_hosts";

    /// <summary>The environment's word, else the workspace's <c>known_hosts</c>, which its reviewers have seen.</summary>
    public static SshSettings Find(string? workspace)
    {
        var reviewed = workspace is null ? null : Path.Combine(workspace, WorkspaceFile);
        return new(Of(KnownHostsVariable) ?? (File.Exists(reviewed) ? reviewed : null), Of(ConfigVariable));
    }

    /// <summary>Null when they can be used; ssh itself would take a file that is not there for an empty one.</summary>
    public string? WhyNot() => Wrong("the file of known hosts", KnownHosts) ?? Wrong("the configuration of ssh", Config);

    private static string? Wrong(string what, string? file) =>
        file is null ? null
        : !Path.IsPathFullyQualified(file) || file.AsSpan().IndexOfAny('"', '\n', '\0') >= 0 ? $"{what} is not a full path that ssh can be given: {file}"
        : !File.Exists(file) ? $"{what} is not there: {file}" : null;

    private static string? Of(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
