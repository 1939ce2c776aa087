namespace IncidentTools.Help.Pages;

/// <summary>One page: what Get-Help says of a command, but for what the compiled command says better itself.</summary>
/// <param name="File">As named in messages.</param>
/// <param name="Setup">PowerShell that every example needs before it; not shown.</param>
internal sealed record CommandPage(
    string File, string Name, string Synopsis, IReadOnlyList<TextBlock> Description, string? Setup, IReadOnlyList<Example> Examples, IReadOnlyList<ParameterText> Parameters,
    IReadOnlyList<TypeText> Inputs, IReadOnlyList<TypeText> Outputs, IReadOnlyList<TextBlock> Notes, IReadOnlyList<PageLink> Links);

/// <param name="Purpose">One sentence or two: when one would type this.</param>
/// <param name="Output">What it prints, as shown on the page; … stands for anything. Null when the page shows none.</param>
/// <param name="Setup">PowerShell this example needs before it; not shown.</param>
/// <param name="ErrorId">The error that the example is there to show.</param>
/// <param name="Needs">What it needs that the bare engine does not have.</param>
internal sealed record Example(string Title, int Line, string Purpose, string Code, string? Output, string? Setup, string? ErrorId, string? Needs);

/// <summary>A parameter's section. What stands in its block is checked against the command.</summary>
internal sealed record ParameterText(string File, string Name, int Line, IReadOnlyList<TextBlock> Text, IReadOnlyDictionary<string, string> Facts)
{
    public static IReadOnlyList<string> FactNames { get; } = ["Default", "Values", "Pipeline", "Aliases", "Wildcards"];

    public string? Default => Facts.GetValueOrDefault("Default");
}

/// <summary>A type that comes in or goes out.</summary>
internal sealed record TypeText(string Type, int Line, IReadOnlyList<TextBlock> Text);

/// <param name="Target">A page beside this one, or a web address.</param>
internal sealed record PageLink(string Text, string Target, int Line);
