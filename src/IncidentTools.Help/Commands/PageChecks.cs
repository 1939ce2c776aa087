using IncidentTools.Help.Pages;

namespace IncidentTools.Help.Commands;

/// <summary>Holds a page against its command: what the page says is true. (What it does not say is the tests' matter: a new command builds without a page.)</summary>
internal static class PageChecks
{
    public static IEnumerable<PageError> Of(CommandPage page, CommandFacts command, IReadOnlyList<ParameterText> shared)
    {
        foreach (var parameter in page.Parameters)
        {
            if (command.Parameters.FirstOrDefault(known => known.Name == parameter.Name) is not { } facts) yield return new PageError(parameter.File, parameter.Line, $"{command.Name} has no parameter -{parameter.Name}");
            else foreach (var error in Of(parameter, facts, command.Name)) yield return error;
        }
        foreach (var facts in command.Parameters.Where(facts => page.Parameters.All(known => known.Name != facts.Name)))
            if (shared.FirstOrDefault(known => known.Name == facts.Name) is { } parameter)
                foreach (var error in Of(parameter, facts, command.Name)) yield return error;

        var outputs = command.Outputs.Count == 0 ? ["None"] : command.Outputs;
        if (page.Outputs.Count > 0 && !page.Outputs.Select(type => type.Type).Order(StringComparer.Ordinal).SequenceEqual(outputs.Order(StringComparer.Ordinal)))
            yield return new PageError(page.File, page.Outputs[0].Line, $"the outputs of {command.Name} are {string.Join(", ", outputs)}");
        var takesInput = command.Parameters.Any(facts => facts.Pipeline != "no");
        if (page.Inputs.Count > 0 && page.Inputs.Any(type => type.Type == "None") == takesInput)
            yield return new PageError(page.File, page.Inputs[0].Line, takesInput ? $"{command.Name} takes input from the pipeline" : $"{command.Name} takes nothing from the pipeline: 'None'");
    }

    private static IEnumerable<PageError> Of(ParameterText parameter, ParameterFacts facts, string command)
    {
        PageError Wrong(string fact, string wanted) => new(parameter.File, parameter.Line, $"-{facts.Name} of {command}: '{fact}: {wanted}' is what the command says");
        if (facts.Default is not null && parameter.Default != facts.Default) yield return Wrong("Default", facts.Default);
        if (facts.Default is null && !facts.IsSwitch && parameter.Default is null) yield return new PageError(parameter.File, parameter.Line, $"-{facts.Name} of {command}: say what counts when it is not given ('Default: …')");
        var says = parameter.Facts;
        if (says.GetValueOrDefault("Pipeline", "no") != facts.Pipeline) yield return Wrong("Pipeline", facts.Pipeline);
        if (says.GetValueOrDefault("Aliases", "") != string.Join(", ", facts.Aliases)) yield return Wrong("Aliases", facts.Aliases.Count == 0 ? "" : string.Join(", ", facts.Aliases));
        if (facts.Values.Count > 0 && says.GetValueOrDefault("Values") != string.Join(", ", facts.Values)) yield return Wrong("Values", string.Join(", ", facts.Values));
        if (says.GetValueOrDefault("Wildcards", "no") != (facts.Wildcards ? "yes" : "no")) yield return Wrong("Wildcards", facts.Wildcards ? "yes" : "no");
    }
}
