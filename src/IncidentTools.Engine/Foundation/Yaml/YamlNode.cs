namespace IncidentTools.Engine.Foundation.Yaml;

/// <summary>A YAML document as written: text and places, no types yet.</summary>
public abstract record YamlNode(SourceSpan Span);

/// <param name="IsQuoted">Quoted and block scalars are always text; plain ones are typed by their shape.</param>
public sealed record YamlScalar(string Text, bool IsQuoted, SourceSpan Span) : YamlNode(Span)
{
    public bool IsNull => !IsQuoted && Text is "" or "~" or "null";
}

public sealed record YamlList(IReadOnlyList<YamlNode> Items, SourceSpan Span) : YamlNode(Span);

public sealed record YamlMap(IReadOnlyList<YamlMember> Members, SourceSpan Span) : YamlNode(Span)
{
    public YamlNode? this[string key]
    {
        get
        {
            foreach (var member in Members)
                if (member.Key.Text == key) return member.Value;
            return null;
        }
    }
}

public sealed record YamlMember(YamlScalar Key, YamlNode Value);
