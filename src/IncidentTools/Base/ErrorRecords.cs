using System.Management.Automation;

namespace IncidentTools.Base;

/// <summary>From the catalogue's errors to PowerShell's.</summary>
internal static class ErrorRecords
{
    public static ErrorRecord From(IncidentToolsException error)
    {
        var record = new ErrorRecord(error, error.ErrorId, Category(error.Kind), error.TargetObject);
        if (error.RecommendedAction is { } action) record.ErrorDetails = new ErrorDetails($"{error.Message} {action}") { RecommendedAction = action };
        return record;
    }

    private static ErrorCategory Category(ErrorKind kind) => kind switch
    {
        ErrorKind.InvalidInput => ErrorCategory.InvalidArgument,
        ErrorKind.NotFound => ErrorCategory.ObjectNotFound,
        ErrorKind.InvalidState => ErrorCategory.InvalidOperation,
        ErrorKind.Conflict => ErrorCategory.ResourceBusy,
        ErrorKind.Denied => ErrorCategory.PermissionDenied,
        ErrorKind.Unavailable => ErrorCategory.ResourceUnavailable,
        ErrorKind.Corrupt => ErrorCategory.InvalidData,
        ErrorKind.Limit => ErrorCategory.LimitsExceeded,
        _ => ErrorCategory.NotSpecified,
    };
}
