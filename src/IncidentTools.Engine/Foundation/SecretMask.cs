using System.Collections.Concurrent;

namespace IncidentTools.Engine.Foundation;

/// <summary>Replaces every secret value seen in this process by <c>***</c> in text that is about to leave it.</summary>
public sealed class SecretMask
{
    private readonly ConcurrentDictionary<string, byte> _values = new(StringComparer.Ordinal);

    public void Add(string value)
    {
        // one or two characters would mask half the alphabet and protect nothing
        if (value.Length >= 3) _values.TryAdd(value, 0);
    }

    public string Apply(string text)
    {
        foreach (var value in _values.Keys.OrderByDescending(item => item.Length))
            text = text.Replace(value, "***", StringComparison.Ordinal);
        return text;
    }
}
