using System.Collections.Frozen;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Scripting.Impacts;

/// <summary>What a .NET method's name, and its type's where one is written, say about what it does. What nobody knows changes something.</summary>
internal static class MethodImpact
{
    private static readonly FrozenSet<string> PureTypes = Set(
        "Math", "MathF", "String", "Char", "Int", "Int16", "Int32", "Int64", "Long", "Short", "Byte", "SByte", "UInt16", "UInt32", "UInt64", "UInt", "ULong", "UShort", "Double", "Single", "Float", "Decimal", "Bool", "Boolean", "DateTime", "DateTimeOffset",
        "DateOnly", "TimeOnly", "TimeSpan", "TimeZoneInfo", "Guid", "Version", "SemVer", "Uri", "UriBuilder", "Convert", "BitConverter", "Regex", "Text.RegularExpressions.Regex", "Text.Encoding", "Text.StringBuilder", "StringComparer",
        "IO.Path", "Array", "Object", "PSCustomObject", "PSObject", "Hashtable", "Ordered", "BigInt", "Numerics.BigInteger", "Collections.ArrayList", "Collections.Hashtable", "Globalization.CultureInfo", "CultureInfo", "Net.IPAddress", "IPAddress", "Enum",
        "Security.Cryptography.SHA256", "Text.Json.JsonSerializer", "Text.Json.JsonDocument", "Diagnostics.Stopwatch", "Management.Automation.WildcardPattern", "WildcardPattern", "Random");

    private static readonly FrozenSet<string> PureMethods = Set(
        "ToString", "ToUpper", "ToLower", "ToUpperInvariant", "ToLowerInvariant", "Trim", "TrimStart", "TrimEnd", "Split", "Replace", "Substring", "StartsWith", "EndsWith", "Contains", "ContainsKey", "ContainsValue", "IndexOf", "LastIndexOf",
        "PadLeft", "PadRight", "Insert", "Equals", "CompareTo", "GetType", "GetHashCode", "Add", "AddRange", "AddDays", "AddHours", "AddMinutes", "AddSeconds", "AddMilliseconds", "AddMonths", "AddYears", "ToUniversalTime", "ToLocalTime",
        "ToOffset", "ToUnixTimeSeconds", "Subtract", "ToArray", "ToCharArray", "ToList", "GetEnumerator", "MoveNext", "Append", "AppendLine", "GetBytes", "GetString", "Match", "Matches", "IsMatch", "Join", "Keys", "Values", "Count", "Length",
        "TryGetValue", "Where", "ForEach", "Peek", "Dequeue", "Enqueue", "Push", "Pop", "Sort", "Reverse", "Dispose", "ComputeHash", "Next", "NextDouble", "Normalize");

    private static readonly string[] GraveNames = ["Delete", "Kill", "Remove", "Stop", "Shutdown", "Reboot", "Restart", "Terminate", "Invoke", "Execute", "Exec", "Start", "Run", "Format", "Clear", "Truncate", "Drop", "Disable", "Uninstall", "Load", "Create", "Write", "Move", "SetValue", "Encrypt", "Exit", "FailFast", "Abort", "Eval"];
    private static readonly string[] GraveTypes = ["ScriptBlock", "PowerShell", "Reflection.", "Activator", "AppDomain", "Runtime.", "Diagnostics.Process", "Management.Automation.", "Win32.", "Microsoft.Win32.", "ServiceProcess.", "DirectoryServices.", "Wmi", "Adsi", "Security.Principal"];
    private static readonly string[] LookingNames = ["Get", "Read", "Exists", "Is", "Has", "Enumerate", "Open", "Parse", "TryParse", "From", "To", "Compare", "Equals", "Find", "Contains", "Expand"];

    /// <param name="type">Null for a method of an object.</param>
    public static (StepImpact Impact, string What) Of(string? type, string method)
    {
        if (type is null) return PureMethods.Contains(method) ? default : Starts(method, GraveNames) ? (StepImpact.High, $"the method {method}() takes away, begins or writes something") : Starts(method, LookingNames) ? default : (StepImpact.Medium, $"nobody can tell what the method {method}() does");
        var name = type.StartsWith("System.", StringComparison.OrdinalIgnoreCase) ? type["System.".Length..] : type;
        var shown = $"[{type}]::{method}()";
        if (PureTypes.Contains(name) || name.StartsWith("Collections.Generic.", StringComparison.OrdinalIgnoreCase) || name.EndsWith("[]", StringComparison.Ordinal)) return default;
        if (Starts(name, GraveTypes) && !Starts(method, ["Get"])) return (StepImpact.High, $"{shown} reaches the system or runs anything");
        if (Starts(method, LookingNames)) return default;
        return Starts(method, GraveNames) ? (StepImpact.High, $"{shown} takes away, begins or writes something") : (StepImpact.Medium, $"{shown} may change something");
    }

    private static bool Starts(string name, string[] heads) => heads.Any(head => name.StartsWith(head, StringComparison.OrdinalIgnoreCase));
    private static FrozenSet<string> Set(params string[] names) => names.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
}
