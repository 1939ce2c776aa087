using System.Diagnostics;
using System.Text;

namespace IncidentTools.Engine.Execution;

/// <summary>
/// A program with an effect begins only once its process is on record. Were the runner killed between the two, its successor would know of no process,
/// find no effect yet, and do it again beside the first. So the process waits for a line on its input, and when the runner dies instead it ends without
/// having become the program. On Windows the job ends it with its runner.
/// </summary>
internal static class StartGate
{
    private const string Shell = "/bin/sh";
    // its variables are ours, so that no variable of the program's is touched; the shell reads not a byte more than the line
    private const string Wait = "read -r INCIDENTTOOLS_GATE && exec \"$@\"";

    /// <summary>Puts the gate in front of a program. False where it would change more than the moment: then the program is started as it is.</summary>
    public static bool Put(ProcessStartInfo start, ProcessRequest request)
    {
        if (request.OnStarted is null || OperatingSystem.IsWindows() || !File.Exists(Shell) || !IsProgram(start.FileName) || !request.Environment.Keys.All(IsShellName)) return false;
        string[] line = ["-c", Wait, "sh", start.FileName, .. start.ArgumentList];
        start.FileName = Shell;
        start.ArgumentList.Clear();
        foreach (var word in line) start.ArgumentList.Add(word);
        return true;
    }

    public static void Open(Process process)
    {
        try
        {
            process.StandardInput.BaseStream.WriteByte((byte)'\n');
            process.StandardInput.BaseStream.Flush();
        }
        catch (IOException) { } // ended from outside before it began: its exit code says so
    }

    /// <summary>One that the system starts, so that why it cannot be started is still said by the system and nothing is taken for a shell script that is none.</summary>
    private static bool IsProgram(string file)
    {
        try
        {
            var head = new byte[256];
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var length = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            if (head is [0x7F, (byte)'E', (byte)'L', (byte)'F', ..] or [0xCF, 0xFA, 0xED, 0xFE, ..] or [0xCA, 0xFE, 0xBA, 0xBE, ..]) return true;
            var first = Encoding.UTF8.GetString(head, 0, length).Split('\n')[0];
            return first.StartsWith("#!", StringComparison.Ordinal) && first[2..].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is [var interpreter, ..] && File.Exists(interpreter);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return false; }
    }

    /// <summary>Others a shell does not pass on.</summary>
    private static bool IsShellName(string name) => name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_');
}
