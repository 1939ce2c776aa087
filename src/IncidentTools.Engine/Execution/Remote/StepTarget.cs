using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution.Remote;

/// <summary>The machines a step works on: worked out once per visit, written into its intent and kept from then on.</summary>
/// <param name="IsList">Whether it was written as a list, or one was given: then its value is one, too.</param>
internal sealed record StepTarget(IReadOnlyList<string> Hosts, bool IsList)
{
    public const string Here = "local";
    /// <summary>Where they stand among the arguments of an intent; no <c>with</c> has a key of this name.</summary>
    private const string Key = "target";
    private const int MostHosts = 1000;

    /// <summary>Whether this can work on another machine.</summary>
    public static bool Can(string uses) => StepKinds.Elsewhere.Contains(uses);

    /// <summary>The arguments with the machines in them; those of an earlier attempt of the visit are kept.</summary>
    /// <exception cref="IncidentToolsException">TargetInvalid, ExpressionFailed.</exception>
    public static Arguments Add(StepDefinition step, Arguments with, StepInstance? instance, Func<object?, object?> resolve)
    {
        if (step.Target.Count == 0) return with;
        if (instance?.Intended?.With.GetValueOrDefault(Key) is { } earlier) return With(with, earlier);
        List<object?> given = [.. step.Target.Select(resolve)];
        List<string> hosts = [.. given.SelectMany(Texts).Select(text => Canonical(step.Use.Uses, text))];
        if (hosts.Count is 0 or > MostHosts) throw Errors.TargetInvalid(step.Id, hosts.Count == 0 ? "the list of machines is empty" : $"there are {hosts.Count} machines, more than {MostHosts}");
        if (hosts.GroupBy(host => host, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1) is { } twice) throw Errors.TargetInvalid(twice.Key, "it is named twice");
        return With(with, given is [string] ? hosts[0] : hosts.ToList<object?>());
    }

    public static StepTarget Of(Arguments with) => new(with.Texts(Key), with[Key] is not string);

    /// <summary>Other arguments, on the same machines.</summary>
    public static Arguments Same(Arguments with, IReadOnlyDictionary<string, object?> intended) => intended.GetValueOrDefault(Key) is { } target ? With(with, target) : with;

    public static Arguments Without(Arguments with) => new(with.Values.Where(pair => pair.Key != Key).ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal));

    private static Arguments With(Arguments with, object target) => new(new Dictionary<string, object?>(with.Values, StringComparer.Ordinal) { [Key] = target });

    private static IEnumerable<string> Texts(object? given) => given switch
    {
        string text => [text],
        IReadOnlyList<object?> list => list.SelectMany(Texts),
        null => throw Errors.TargetInvalid("", "there is no value"),
        _ => throw Errors.TargetInvalid(ValueReader.Text(given), "a machine is a text"),
    };

    private static string Canonical(string uses, string text)
    {
        if (text == Here) return text;
        var target = RemoteTarget.Parse(text, out var why) ?? throw Errors.TargetInvalid(text, why);
        if (!Can(uses)) throw Errors.TargetInvalid(text, $"{uses} works only from here");
        return target.IsSsh || uses == "script" ? target.ToString() : throw Errors.TargetInvalid(text, "programs and probes go over ssh://");
    }
}
