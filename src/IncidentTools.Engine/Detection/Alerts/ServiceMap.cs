using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Detection.Alerts;

/// <summary>Which service an alert is about: the first of the policy's labels whose value is an id, a name, or an address of one service and no other. Pure.</summary>
internal sealed class ServiceMap
{
    private readonly Dictionary<string, string?> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly IReadOnlyList<string> _labels;

    public ServiceMap(IEnumerable<ServiceDefinition> services, IReadOnlyList<string> labels)
    {
        _labels = labels;
        var all = services.ToArray();
        // ids before names before addresses: what is exact wins
        foreach (var service in all) _names[service.Id] = service.Id;
        foreach (var group in new Func<ServiceDefinition, IEnumerable<string>>[] { service => [service.Name], Addresses })
            foreach (var (name, id) in all.SelectMany(service => group(service).Distinct(StringComparer.OrdinalIgnoreCase).Select(name => (name, service.Id))).GroupBy(pair => pair.name, StringComparer.OrdinalIgnoreCase).Select(same => (same.Key, same.Select(pair => pair.Id).Distinct().Take(2).ToArray() is [var only] ? only : null)))
                _names.TryAdd(name, id);
    }

    /// <summary>Null when no label names one.</summary>
    public string? Of(IReadOnlyDictionary<string, string> labels)
    {
        foreach (var label in _labels)
            if (labels.GetValueOrDefault(label) is { Length: > 0 } value && Find(value) is { } service) return service;
        return null;
    }

    private string? Find(string value)
    {
        if (_names.TryGetValue(value, out var exact)) return exact;
        if (Uri.TryCreate(value, UriKind.Absolute, out var address) && address.IsAbsoluteUri && address.Host.Length > 0) return _names.GetValueOrDefault($"{address.Host}:{address.Port}") ?? _names.GetValueOrDefault(address.Host);
        return value.LastIndexOf(':') is > 0 and var colon ? _names.GetValueOrDefault(value[..colon]) : null;
    }

    private static IEnumerable<string> Addresses(ServiceDefinition service)
    {
        foreach (var key in new[] { "url", "healthUrl" })
        {
            if (service.Record.GetValueOrDefault(key) is not string text || !Uri.TryCreate(text, UriKind.Absolute, out var url)) continue;
            yield return url.Host;
            yield return $"{url.Host}:{url.Port}";
        }
        foreach (var host in (service.Record.GetValueOrDefault("hosts") as IReadOnlyList<object?> ?? []).OfType<string>())
            yield return host.Contains("://", StringComparison.Ordinal) && Uri.TryCreate(host, UriKind.Absolute, out var place) ? place.Host : host;
    }
}
