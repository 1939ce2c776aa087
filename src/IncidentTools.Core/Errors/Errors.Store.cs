namespace IncidentTools;

public static partial class Errors
{
    /// <summary>The file is there but is not a store of this product.</summary>
    public static IncidentToolsException StoreForeign(string path, Exception? cause = null) => new(
        "StoreForeign", ErrorKind.InvalidInput, $"'{path}' is not an IncidentTools store.",
        "Give -Store the path of a store, or of a file that does not exist yet: it is then created.", cause) { TargetObject = path };

    /// <summary>A newer version of the program wrote the store.</summary>
    public static IncidentToolsException StoreNewer(string path, int version, int newest) => new(
        "StoreNewer", ErrorKind.InvalidState, $"'{path}' has version {version}; this IncidentTools knows versions up to {newest}.",
        "Update the IncidentTools module on this machine.") { TargetObject = path };

    /// <summary>The store cannot be opened or read.</summary>
    public static IncidentToolsException StoreUnreadable(string path, string reason, Exception? cause = null) => new(
        "StoreUnreadable", ErrorKind.Unavailable, $"The store '{path}' cannot be used: {reason}",
        "Check the path, its rights and its disk, or name another store with -Store.", cause) { TargetObject = path };

    /// <summary>The store can be read but not written.</summary>
    public static IncidentToolsException StoreReadOnly(string path, Exception? cause = null) => new(
        "StoreReadOnly", ErrorKind.Denied, $"The store '{path}' can only be read; nothing was written.",
        "Get write access to the file and its folder, or name another store with -Store.", cause) { TargetObject = path };

    /// <summary>The disk of the store is full.</summary>
    public static IncidentToolsException StoreFull(string path, Exception? cause = null) => new(
        "StoreFull", ErrorKind.Unavailable, $"The disk of the store '{path}' is full; nothing was written, and what was written before is safe.",
        "Free space on that disk and run the command again.", cause) { TargetObject = path };

    /// <summary>Another process kept the store's write lock too long.</summary>
    public static IncidentToolsException StoreBusy(string path, Exception? cause = null) => new(
        "StoreBusy", ErrorKind.Conflict, $"The store '{path}' stayed locked by another process for 30 seconds; nothing was written.",
        "Run the command again; if it stays locked, look for a process that hangs while it uses the store.", cause) { TargetObject = path };

    /// <summary>The store's file is damaged.</summary>
    public static IncidentToolsException StoreCorrupt(string path, string reason, Exception? cause = null) => new(
        "StoreCorrupt", ErrorKind.Corrupt, $"The store '{path}' is damaged: {reason}",
        "Keep a copy of the file as it is, restore the last backup beside it, and compare both with Test-IncidentJournal.", cause) { TargetObject = path };

    /// <summary>The native SQLite library has a known fault.</summary>
    public static IncidentToolsException SqliteTooOld(string found, string oldest) => new(
        "SqliteTooOld", ErrorKind.InvalidState, $"SQLite {found} was loaded; versions before {oldest} can damage a store that several processes use.",
        "Install the IncidentTools module again: it brings its own SQLite.");

    /// <summary>A name that the journal keeps for itself was used in data.</summary>
    public static IncidentToolsException ReservedName(string name) => new(
        "ReservedName", ErrorKind.InvalidInput, $"Data has a member named '{name}', which the journal keeps for itself.",
        "Rename that member.") { TargetObject = name };
}
