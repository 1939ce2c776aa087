using IncidentTools.Engine.Execution;

namespace IncidentTools.Engine.Actions.Security;

/// <summary>How soon something is gone, soonest first; evidence is taken in this order and in no other (RFC 3227).</summary>
internal enum Volatility { Network, Processes, Kernel, Memory, Temporary, Disk, Remote, Configuration }

/// <summary>One piece of evidence: what a program says, or copies of files.</summary>
/// <param name="Command">Program and arguments; empty for files.</param>
/// <param name="Files">Patterns of files to copy.</param>
internal sealed record EvidenceItem(string Name, Volatility Order, IReadOnlyList<string> Command, IReadOnlyList<string> Files)
{
    public static EvidenceItem Of(string name, Volatility order, params string[] command) => new(name, order, command, []);
    public static EvidenceItem Copies(string name, Volatility order, IReadOnlyList<string> files) => new(name, order, [], files);

    public string Line => Command.Count > 0 ? CommandText.Quote(Command) : $"copy {CommandText.Quote(Files)}";
}

/// <summary>What came of one item; nothing that went wrong with it keeps the others back.</summary>
/// <param name="State">Collected, Absent (the program or file is not there), Failed or TimedOut.</param>
internal sealed record CollectedItem(EvidenceItem Item, string State, DateTimeOffset StartedAt, DateTimeOffset EndedAt, IReadOnlyList<EvidenceFile> Files)
{
    public int? ExitCode { get; init; }
    public string? Program { get; init; }
    public string? Note { get; init; }

    public Dictionary<string, object?> ToPlain() => new()
    {
        ["name"] = Item.Name, ["volatility"] = Item.Order.ToString().ToLowerInvariant(), ["state"] = State, ["command"] = Item.Line, ["program"] = Program, ["exitCode"] = (long?)ExitCode, ["note"] = Note,
        ["startedAt"] = UtcStamp.Format(StartedAt), ["endedAt"] = UtcStamp.Format(EndedAt),
        ["files"] = Files.Select(object? (file) => new Dictionary<string, object?> { ["name"] = file.Name, ["bytes"] = file.Bytes, ["sha256"] = file.Sha256, ["source"] = file.Source }).ToList(),
    };
}

/// <param name="Name">Relative to the folder of evidence.</param>
internal sealed record EvidenceFile(string Name, long Bytes, string Sha256, string? Source);
