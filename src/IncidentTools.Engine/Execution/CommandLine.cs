using System.Globalization;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Execution;

/// <summary>Program and arguments as a runbook gives them: a list, or an expression that yields one, of texts, numbers and <c>{ value, option }</c>.</summary>
public static class CommandLine
{
    /// <summary>One argument.</summary>
    public static Shape Argument => StepKinds.Argument;

    /// <summary>A program with its arguments. A single item may be an expression that yields the whole list.</summary>
    public static ListShape Shape { get; } = ListOf(Argument, allowSingle: true) with { MinItems = 1 };

    /// <summary>The items as texts; lists within are opened. Empty when there is none.</summary>
    public static IReadOnlyList<string> Of(object? value) => value switch
    {
        null => [],
        IReadOnlyDictionary<string, object?> map => Of(map.GetValueOrDefault("value")),
        IReadOnlyList<object?> list => [.. list.SelectMany(item => item is null ? [""] : Of(item))],
        string text => [text],
        bool flag => [flag ? "true" : "false"],
        TimeSpan duration => [Duration.Format(duration)],
        DateTimeOffset time => [UtcStamp.Format(time)],
        var other => [Convert.ToString(other, CultureInfo.InvariantCulture) ?? ""],
    };

    public static IReadOnlyList<string> Of(Arguments with, string name) => Of(with[name]);

    /// <summary>Null when it can be run as it is; else what stands against it. Looks at the disk, so it is a precondition and not part of a plan.</summary>
    public static string? WhyNot(IReadOnlyList<string> command, IProcessRunner processes, string? workingDirectory = null)
    {
        if (command.Count == 0) return "no program is named";
        if (command.FirstOrDefault(SecretText.IsReference) is { } secret) return $"'{secret}' may not be an argument: everybody on the machine can read it there; hand it over in an environment variable or as input";
        return processes.WhyNot(new ProcessRequest(command[0], [.. command.Skip(1)]) { WorkingDirectory = workingDirectory });
    }
}
