namespace IncidentTools.Help.Pages;

/// <summary>What is wrong with a page, in the form that MSBuild and editors turn into a place to jump to.</summary>
internal sealed record PageError(string File, int Line, string Message)
{
    public override string ToString() => $"{File}({Line}): error HELP: {Message}";
}
