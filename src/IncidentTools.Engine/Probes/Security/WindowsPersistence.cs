using System.Text.RegularExpressions;
using System.Xml;

namespace IncidentTools.Engine.Probes.Security;

/// <summary>Run keys and services from <c>reg query</c>, scheduled tasks from <c>schtasks /xml</c>: forms that no language of Windows changes.</summary>
internal static partial class WindowsPersistence
{
    private static readonly string[] Keys =
    [
        @"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Run", @"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\RunOnce", @"HKCU\SOFTWARE\Microsoft\Windows\CurrentVersion\Run", @"HKCU\SOFTWARE\Microsoft\Windows\CurrentVersion\RunOnce",
        @"HKLM\SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Run", @"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon", @"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Image File Execution Options",
    ];

    public static async Task<PersistenceInventory> ReadAsync(ProbeContext context, TimeSpan timeout, CancellationToken cancellation)
    {
        var entries = new List<PersistenceEntry>();
        var hidden = new List<string>();
        foreach (var key in Keys)
            // a key that is not there ends reg with 1, as does one that may not be read: without words there is no telling, so both are said
            try { entries.AddRange(Values(await SystemProgram.AskAsync(context, timeout, cancellation, "reg.exe", "query", key, "/s").ConfigureAwait(false))); }
            catch (CannotCheckException error) when (error.Word == ProbeErrors.ExitCode && key.Contains("RunOnce", StringComparison.Ordinal)) { }
            catch (CannotCheckException error) when (error.Word == ProbeErrors.ExitCode) { hidden.Add(key); }
        entries.AddRange(Values(await SystemProgram.AskAsync(context, timeout, cancellation, "reg.exe", "query", @"HKLM\SYSTEM\CurrentControlSet\Services", "/s", "/v", "ImagePath").ConfigureAwait(false)));
        entries.AddRange(Tasks(await SystemProgram.AskAsync(context, timeout, cancellation, "schtasks.exe", "/query", "/xml", "ONE").ConfigureAwait(false)));
        return new PersistenceInventory(entries, hidden);
    }

    /// <summary>A line with a key, then its values, four blanks in: name, type, data.</summary>
    internal static IReadOnlyList<PersistenceEntry> Values(string text)
    {
        var (entries, key) = (new List<PersistenceEntry>(), "");
        foreach (var line in text.Split('\n').Select(line => line.TrimEnd('\r')))
            if (line.StartsWith("HKEY_", StringComparison.Ordinal)) key = line;
            else if (key.Length > 0 && Value().Match(line) is { Success: true } value) entries.Add(new PersistenceEntry($"{key}\\{value.Groups["name"].Value}", value.Groups["data"].Value, null, SuspiciousText.InCommands(value.Groups["data"].Value)));
        return entries;
    }

    /// <exception cref="CannotCheckException">It is no XML.</exception>
    internal static IReadOnlyList<PersistenceEntry> Tasks(string xml)
    {
        try
        {
            var document = new XmlDocument { XmlResolver = null };
            using (var reader = XmlReader.Create(new StringReader(xml), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null })) document.Load(reader);
            var entries = new List<PersistenceEntry>();
            foreach (var task in document.GetElementsByTagName("Task").OfType<XmlElement>())
            {
                // schtasks writes each task's path in a comment before it
                var name = Text(task, "URI") ?? (task.PreviousSibling as XmlComment)?.Value?.Trim() ?? "?";
                var commands = task.GetElementsByTagName("Exec").OfType<XmlElement>().Select(exec => $"{Text(exec, "Command")} {Text(exec, "Arguments")}".Trim()).Concat(task.GetElementsByTagName("ClassId").OfType<XmlElement>().Select(item => $"COM {item.InnerText}"));
                var command = string.Join("; ", commands);
                entries.Add(new PersistenceEntry($"task:{name}", $"{command} as {Text(task, "UserId") ?? Text(task, "GroupId") ?? "?"}", null, SuspiciousText.InCommands(command)));
            }
            return entries;
        }
        catch (XmlException error) { throw new CannotCheckException(ProbeErrors.InvalidResponse, $"the list of tasks is not the XML it should be: {error.Message}"); }
    }

    private static string? Text(XmlElement element, string name) => element.GetElementsByTagName(name).OfType<XmlElement>().FirstOrDefault()?.InnerText;

    [GeneratedRegex(@"^ {4}(?<name>.+?) {4}REG_[A-Z_]+(_SZ)? {4}(?<data>.*)$", RegexOptions.CultureInvariant)] private static partial Regex Value();
}
