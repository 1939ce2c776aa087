namespace IncidentTools.Engine.Runbooks;

/// <summary>What may stand after <c>uses</c>: the kinds of step, then the probes and actions it is given, by name.</summary>
public sealed class UseCatalog(params IEnumerable<UseInfo>[] more) : IUseCatalog
{
    private readonly Dictionary<string, UseInfo> _byName = StepKinds.All.Concat(more.SelectMany(list => list).OrderBy(use => use.Role).ThenBy(use => use.Name, StringComparer.Ordinal))
        .ToDictionary(use => use.Name, StringComparer.Ordinal);

    public UseInfo? Find(string uses) => _byName.GetValueOrDefault(uses);
    public IReadOnlyCollection<UseInfo> All => _byName.Values;
}
