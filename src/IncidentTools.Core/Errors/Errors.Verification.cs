namespace IncidentTools;

public static partial class Errors
{
    /// <summary>A stored entry cannot be read.</summary>
    public static IncidentToolsException EntryDamaged(long pos, Exception cause) => new(
        "EntryDamaged", ErrorKind.Corrupt, $"The entry at position {pos} of the journal cannot be read: {cause.Message}",
        "Run Test-IncidentJournal: it names every damaged entry.", cause) { TargetObject = pos };

    /// <summary>The check of a journal found something.</summary>
    public static IncidentToolsException JournalNotValid(string store, int findings, string first) => new(
        "JournalNotValid", ErrorKind.Corrupt, $"The journal '{store}' has {findings} finding(s); the first: {first}",
        "Keep a copy of the file as it is, compare it with a backup, and treat what it says with care.") { TargetObject = store };
}
