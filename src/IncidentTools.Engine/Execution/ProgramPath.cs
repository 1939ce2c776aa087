namespace IncidentTools.Engine.Execution;

/// <summary>
/// Which file a program's name means: a full path, a path below a given working folder, or the first match on PATH. The current folder, the folder
/// of our own executable and empty or relative entries of PATH are never looked at: what lies there is not what the runbook's author meant.
/// </summary>
internal static class ProgramPath
{
    private static readonly string[] Extensions = [".exe", ".com"];

    /// <param name="whyNot">Why there is none; empty when there is.</param>
    public static string? Find(string program, string? workingDirectory, out string whyNot)
    {
        whyNot = "";
        if (string.IsNullOrWhiteSpace(program) || program.Contains('\0', StringComparison.Ordinal)) whyNot = "no program is named";
        else if (IsBatch(program)) whyNot = Refused(program);
        if (whyNot.Length > 0) return null;
        if (!HasFolder(program)) return OnPath(program, ref whyNot);
        if (!Path.IsPathFullyQualified(program) && (workingDirectory is null || !Path.IsPathFullyQualified(workingDirectory)))
        {
            whyNot = $"'{program}' is relative to nothing that is known: give the full path, a name that PATH finds, or a workingDirectory";
            return null;
        }
        var file = Path.GetFullPath(program, workingDirectory is null ? Path.GetPathRoot(program)! : Path.GetFullPath(workingDirectory));
        var found = Candidates(file).FirstOrDefault(IsProgram);
        if (found is null) whyNot = !File.Exists(file) ? $"there is no program '{file}'" : $"'{file}' may not be executed";
        return found;
    }

    /// <summary>The command interpreter reads the arguments of a batch file a second time, so that no quoting is safe. Windows drops trailing dots and blanks from names.</summary>
    private static bool IsBatch(string program) =>
        Path.GetExtension(program.TrimEnd('.', ' ')) is { } extension && (extension.Equals(".bat", StringComparison.OrdinalIgnoreCase) || extension.Equals(".cmd", StringComparison.OrdinalIgnoreCase));

    private static string Refused(string program) =>
        $"'{program}' is a batch file: its arguments would be read again by the command interpreter; name the program it starts, or use a script step";

    private static bool HasFolder(string program) => program.AsSpan().IndexOfAny(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar) >= 0 || (OperatingSystem.IsWindows() && program.Contains(':', StringComparison.Ordinal));

    private static string? OnPath(string program, ref string whyNot)
    {
        foreach (var entry in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
        {
            var folder = entry.Trim().Trim('"');
            if (!Path.IsPathFullyQualified(folder)) continue;
            var file = Path.Combine(folder, program);
            if (Candidates(file).FirstOrDefault(IsProgram) is { } found) return found;
            if (OperatingSystem.IsWindows() && new[] { ".cmd", ".bat" }.Select(extension => file + extension).FirstOrDefault(File.Exists) is { } batch)
            {
                whyNot = Refused(batch);
                return null;
            }
        }
        whyNot = program.Contains(' ', StringComparison.Ordinal)
            ? $"there is no program '{program}' on PATH; give program and arguments as a list, not as one text"
            : $"there is no program '{program}' on PATH";
        return null;
    }

    private static IEnumerable<string> Candidates(string file) => !OperatingSystem.IsWindows() || Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase)
        ? [file]
        : [.. Extensions.Select(extension => file + extension), file];

    private static bool IsProgram(string file)
    {
        if (!File.Exists(file)) return false;
        return OperatingSystem.IsWindows()
            ? Path.HasExtension(file)
            : (File.GetUnixFileMode(file) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;
    }
}
