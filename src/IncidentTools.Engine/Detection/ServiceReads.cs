using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Detection;

/// <summary>What expressions read of <c>$service</c>: by the first key, those that must be there apart.</summary>
internal sealed record ServiceReads(IReadOnlySet<string> Needed, IReadOnlySet<string> All)
{
    /// <param name="value">Plain data with templates and expressions in it.</param>
    public static ServiceReads Of(object? value, IExpressionEvaluator evaluator)
    {
        var (needed, all) = (new HashSet<string>(StringComparer.OrdinalIgnoreCase), new HashSet<string>(StringComparer.OrdinalIgnoreCase));
        foreach (var reference in Texts(value).SelectMany(text => evaluator.Inspect(text).References))
        {
            if (reference.Path.Split('.', '[') is not [var root, var key, ..] || !root.Equals("service", StringComparison.OrdinalIgnoreCase)) continue;
            all.Add(key);
            if (!reference.Optional) needed.Add(key);
        }
        return new ServiceReads(needed, all);
    }

    private static IEnumerable<string> Texts(object? value) => value switch
    {
        Template template => template.Parts.Where(part => part.IsExpression).Select(part => part.Text),
        Expression expression => [expression.Text],
        IReadOnlyDictionary<string, object?> map => map.Values.SelectMany(Texts),
        IReadOnlyList<object?> list => list.SelectMany(Texts),
        _ => [],
    };
}
