using System.Diagnostics;
using System.Text;

namespace IncidentTools.Engine.Execution;

/// <summary>A request as the system's start information, and what makes one impossible. Pure but for a look at the working folder.</summary>
internal static class ProcessStart
{
    private const string OwnVariables = "INCIDENTTOOLS_";
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public static ProcessStartInfo Info(ProcessRequest request, string file)
    {
        var start = new ProcessStartInfo(file)
        {
            UseShellExecute = false, CreateNoWindow = true, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            StandardInputEncoding = Utf8, WorkingDirectory = request.WorkingDirectory ?? "",
        };
        foreach (var argument in request.Arguments) start.ArgumentList.Add(argument);
        // where our store and workspace are, and secrets by name, are nobody else's business
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith(OwnVariables, StringComparison.OrdinalIgnoreCase)).ToList()) start.Environment.Remove(name);
        foreach (var (name, value) in request.Environment)
        {
            if (value is null) start.Environment.Remove(name);
            else start.Environment[name] = value;
        }
        return start;
    }

    /// <summary>Null when it can be started as it stands; a NUL would cut an argument short, half a character could not arrive unchanged.</summary>
    public static string? WhyNot(ProcessRequest request)
    {
        for (var index = 0; index < request.Arguments.Count; index++)
            if (Broken(request.Arguments[index]) is { } how) return $"argument {index + 1} {how}";
        foreach (var (name, value) in request.Environment)
        {
            if (name.Length == 0 || name.Contains('=', StringComparison.Ordinal) || Broken(name) is not null) return $"'{name}' is not a name of an environment variable";
            if (value is not null && Broken(value) is { } how) return $"the environment variable {name} {how}";
        }
        if (request.WorkingDirectory is not { } folder) return null;
        if (!Path.IsPathFullyQualified(folder) || folder.Contains('\0', StringComparison.Ordinal)) return $"the working directory '{folder}' is not a full path";
        return Directory.Exists(folder) ? null : $"there is no working directory '{folder}'";
    }

    private static string? Broken(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal)) return "holds a NUL character";
        for (var index = 0; index < text.Length; index++)
        {
            if (!char.IsSurrogate(text[index])) continue;
            if (!char.IsSurrogatePair(text, index)) return "holds half a character (an unpaired surrogate)";
            index++;
        }
        return null;
    }
}
