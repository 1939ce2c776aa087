using System.Collections;
using System.Management.Automation;
using System.Security;
using IncidentTools.Scripting.Expressions;

namespace IncidentTools.Scripting;

/// <summary>
/// A script's output as plain data. Lists, hashtables and custom objects are data already; of any other object the properties are read, and of those
/// among them once more: below that its text stands. Bounded in size, and never a secret that PowerShell itself keeps.
/// </summary>
internal sealed class PlainOutput(int maxSize)
{
    private const int MostMembers = 200, MostItems = 1000, MostDepth = 16, ObjectLevels = 2;

    public int Used { get; private set; }
    public bool Cut { get; private set; }

    public object? Convert(object? value, int depth = 0, int objects = 0)
    {
        Used = (int)Math.Min(int.MaxValue, Used + 8L);
        var plain = value is PSObject wrapped ? wrapped.BaseObject : value;
        switch (plain)
        {
            case string text: return Text(text);
            case SecureString or PSCredential: return "***";
            case SwitchParameter flag: return flag.IsPresent;
            case Type or ScriptBlock or Delegate or Exception or ErrorRecord: return Text(plain is Exception error ? error.Message : plain.ToString() ?? "");
        }
        if (plain is not IEnumerable && Values.TryPlain(plain, out var simple)) return simple is string word ? Text(word) : simple;
        if (Used >= maxSize || depth >= MostDepth)
        {
            Cut = true;
            return Text(AsText(value));
        }
        if (plain is IDictionary table) return Map(table.Cast<DictionaryEntry>().Select(entry => (AsText(entry.Key), (Func<object?>)(() => entry.Value))), depth, objects);
        if (plain is IEnumerable items) return List(items, depth, objects);
        var custom = plain is PSCustomObject;
        if (!custom && objects >= ObjectLevels) return Text(AsText(value));
        var properties = PSObject.AsPSObject(value).Properties.Where(property => property.IsGettable).ToList();
        return properties.Count == 0 && !custom ? Text(AsText(value)) : Map(properties.Select(property => (property.Name, (Func<object?>)(() => property.Value))), depth, custom ? objects : objects + 1);
    }

    private Dictionary<string, object?> Map(IEnumerable<(string Name, Func<object?> Read)> members, int depth, int objects)
    {
        var map = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, read) in members)
        {
            if (map.Count >= MostMembers || Used >= maxSize)
            {
                Cut = true;
                break;
            }
            object? value;
            try { value = read(); }
            catch (RuntimeException) { continue; } // a property that cannot be read is not part of the result
            Used += name.Length;
            map.TryAdd(name, Convert(value, depth + 1, objects));
        }
        return map;
    }

    private List<object?> List(IEnumerable items, int depth, int objects)
    {
        var list = new List<object?>();
        try
        {
            foreach (var item in items)
            {
                if (list.Count >= MostItems || Used >= maxSize)
                {
                    Cut = true;
                    break;
                }
                list.Add(Convert(item, depth + 1, objects));
            }
        }
        catch (Exception error) when (error is not (PipelineStoppedException or OutOfMemoryException)) { Cut = true; } // a list that breaks off while it is read
        return list;
    }

    private string Text(string text)
    {
        var room = Math.Max(0, maxSize - Used);
        if (text.Length > room)
        {
            Cut = true;
            text = text[..room] + "…";
        }
        Used += text.Length;
        return text;
    }

    private static string AsText(object? value)
    {
        try { return LanguagePrimitives.ConvertTo<string>(value) ?? ""; }
        catch (RuntimeException) { return value?.GetType().Name ?? ""; }
    }
}
