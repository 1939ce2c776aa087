using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace IncidentTools.Help.Commands;

/// <summary>What a compiled command says of itself: the part of its help that cannot be wrong.</summary>
/// <param name="Sets">Parameter names of each parameter set, in the order of the syntax line.</param>
/// <param name="Parameters">All of them but the common ones of every command.</param>
/// <param name="Outputs">Types of [OutputType].</param>
internal sealed record CommandFacts(string Name, string Verb, string Noun, IReadOnlyList<IReadOnlyList<ParameterFacts>> Sets, IReadOnlyList<ParameterFacts> Parameters, IReadOnlyList<string> Outputs)
{
    public static CommandFacts Of(CmdletInfo info)
    {
        // an instance knows its defaults
        using var instance = Activator.CreateInstance(info.ImplementingType) as IDisposable ?? throw new InvalidOperationException($"{info.Name} is not made by our base class");
        var sets = info.ParameterSets.Select(set => (IReadOnlyList<ParameterFacts>)[.. set.Parameters
            .Where(parameter => !Cmdlet.CommonParameters.Contains(parameter.Name)).Select(parameter => ParameterFacts.Of(parameter, instance))
            .OrderBy(parameter => parameter.Position ?? int.MaxValue)]).ToArray();
        return new CommandFacts(info.Name, info.Verb, info.Noun, sets, [.. sets.SelectMany(set => set).DistinctBy(parameter => parameter.Name)], [.. info.OutputType.Select(type => type.Name)]);
    }
}

/// <param name="Default">What the compiled command begins with; null when it decides itself.</param>
/// <param name="Pipeline">no, by value, by name, or both.</param>
internal sealed record ParameterFacts(
    string Name, string Type, bool IsSwitch, bool Mandatory, int? Position, string? Default, string Pipeline, IReadOnlyList<string> Aliases, IReadOnlyList<string> Values, bool Wildcards, string? HelpMessage)
{
    public static ParameterFacts Of(CommandParameterInfo info, object instance)
    {
        var type = Nullable.GetUnderlyingType(info.ParameterType) ?? info.ParameterType;
        var pipeline = string.Join(", ", new[] { info.ValueFromPipeline ? "by value" : null, info.ValueFromPipelineByPropertyName ? "by name" : null }.Where(way => way is not null));
        return new ParameterFacts(
            info.Name, type.Name, type == typeof(SwitchParameter), info.IsMandatory, info.Position < 0 ? null : info.Position, Text(instance.GetType().GetProperty(info.Name)?.GetValue(instance)),
            pipeline.Length == 0 ? "no" : pipeline, info.Aliases, [.. info.Attributes.OfType<ValidateSetAttribute>().SelectMany(set => set.ValidValues)],
            info.Attributes.OfType<SupportsWildcardsAttribute>().Any(), info.HelpMessage);
    }

    private static string? Text(object? value) => value switch
    {
        null or "" => null,
        SwitchParameter { IsPresent: false } => null,
        string text => text,
        IEnumerable list => string.Join(", ", list.Cast<object>().Select(Text)) is { Length: > 0 } all ? all : null,
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };
}
