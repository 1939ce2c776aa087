namespace IncidentTools.Engine.Foundation;

/// <summary>A place in a text file; lines and columns count from 1.</summary>
public readonly record struct SourceSpan(string File, int Line, int Column, int EndLine, int EndColumn)
{
    /// <summary>A place nobody wrote: defaults and values made in memory.</summary>
    public static SourceSpan None { get; } = new("", 0, 0, 0, 0);

    public override string ToString() => Line == 0 ? File : $"{File}:{Line}:{Column}";
}
