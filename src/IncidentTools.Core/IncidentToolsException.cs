namespace IncidentTools;

/// <summary>What went wrong, in the terms of a PowerShell error category.</summary>
public enum ErrorKind
{
    /// <summary>A value, file or combination of arguments is wrong.</summary>
    InvalidInput,
    /// <summary>The named thing does not exist.</summary>
    NotFound,
    /// <summary>The thing exists, but its state does not allow this.</summary>
    InvalidState,
    /// <summary>Somebody else changed or holds it.</summary>
    Conflict,
    /// <summary>Rights, language mode, trust or policy forbid it.</summary>
    Denied,
    /// <summary>A server, disk or program could not be reached or used.</summary>
    Unavailable,
    /// <summary>Stored data is damaged or was tampered with.</summary>
    Corrupt,
    /// <summary>A bound (size, depth, time) was exceeded.</summary>
    Limit,
}

/// <summary>Every error of the product: a stable id, what happened, and what to do about it.</summary>
/// <remarks>Created only by the catalogue <see cref="Errors"/>, so that ids and texts stand in one place.</remarks>
public class IncidentToolsException : Exception
{
    /// <summary>Creates the error; used by the catalogue.</summary>
    public IncidentToolsException(string errorId, ErrorKind kind, string message, string? recommendedAction = null, Exception? inner = null)
        : base(message, inner)
    {
        ErrorId = errorId;
        Kind = kind;
        RecommendedAction = recommendedAction;
    }

    /// <summary>Stable PascalCase id; scripts may match on it.</summary>
    public string ErrorId { get; }

    /// <summary>The category of the error.</summary>
    public ErrorKind Kind { get; }

    /// <summary>What the user should do, one sentence; null when nothing helps.</summary>
    public string? RecommendedAction { get; }

    /// <summary>The object the error is about (an id, a path), for <c>ErrorRecord.TargetObject</c>.</summary>
    public object? TargetObject { get; init; }
}
