namespace IncidentTools;

public static partial class Errors
{
    /// <summary>No such template.</summary>
    public static IncidentToolsException TemplateNotFound(string name, IReadOnlyList<string> known) => new(
        "TemplateNotFound", ErrorKind.NotFound, $"There is no template '{name}'.", known.Count == 0 ? "Templates are files templates/<name>.md of the workspace." : $"Known: {string.Join(", ", known)}.") { TargetObject = name };

    /// <summary>A template that cannot be used.</summary>
    public static IncidentToolsException TemplateInvalid(string file, int line, string what) => new(
        "TemplateInvalid", ErrorKind.InvalidInput, $"{file}:{line}: {what}.", "Correct the template; nothing was sent.") { TargetObject = file };

    /// <summary>An audience the policy does not have.</summary>
    public static IncidentToolsException AudienceUnknown(string audience, string? hint) => new(
        "AudienceUnknown", ErrorKind.InvalidInput, $"The policy has no audience '{audience}'.{(hint is null ? "" : " " + hint)}", "Audiences stand under 'audiences' in policy.yaml.") { TargetObject = audience };

    /// <summary>A secret's file that others may read.</summary>
    public static IncidentToolsException SecretFileOpen(string file) => new(
        "SecretFileOpen", ErrorKind.Denied, $"{file} may be read or written by others, so it is not used.", $"chmod 600 '{file}'") { TargetObject = file };

    /// <summary>A report that cannot be written.</summary>
    public static IncidentToolsException ReportNotWritten(string path, Exception cause) => new(
        "ReportNotWritten", ErrorKind.Unavailable, $"The report {path} cannot be written: {cause.Message}", "Give a path that you may write.", cause) { TargetObject = path };

    /// <summary>A report file that is there already.</summary>
    public static IncidentToolsException ReportExists(string path) => new(
        "ReportExists", ErrorKind.InvalidState, $"{path} is there already; it was not touched.", "Name another file, or add -Force to replace it.") { TargetObject = path };

    /// <summary>Text to an audience that needs somebody's approval.</summary>
    public static IncidentToolsException TextNotApproved(string incident, string audience, string roles, IReadOnlyList<string> holders, string? named) => new(
        "TextNotApproved", ErrorKind.Denied, holders.Count == 0
            ? $"Text to {audience} is approved by the {roles}, and in {incident} nobody is that."
            : $"Text to {audience} is approved by {string.Join(" or ", holders)} ({roles}){(named is null ? "" : $", not by {named}")}.",
        holders.Count == 0 ? $"Set-IncidentRole {incident} -Role … -Contact …; then they send it, or you with -ApprovedBy." : $"Let them read it, then add -ApprovedBy {holders[0]}; nothing was sent.") { TargetObject = audience };
}
