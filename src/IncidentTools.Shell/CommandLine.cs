namespace IncidentTools.Shell;

/// <summary>What was asked for on the command line; the same spellings as pwsh.</summary>
internal sealed record CommandLine(bool NoLogo = false, bool Help = false, string? Command = null, string? File = null)
{
    public const string Usage = "Usage: IncidentTools.Shell [-NoLogo] [-Command <text> | [-File] <script.ps1> [arguments]]";

    public string[] Rest { get; init; } = [];

    public static CommandLine? Parse(string[] args, out string mistake)
    {
        mistake = "";
        var line = new CommandLine();
        for (var index = 0; index < args.Length; index++)
        {
            switch (args[index].ToLowerInvariant())
            {
                case "-nologo" or "-noprofile" or "-noninteractive": line = line with { NoLogo = true }; break;
                case "-help" or "-h" or "-?" or "--help" or "/?": return line with { Help = true };
                case "-command" or "-c" when index + 1 < args.Length: return line with { Command = string.Join(' ', args[(index + 1)..]) };
                case "-file" or "-f" when index + 1 < args.Length: return line with { File = args[index + 1], Rest = args[(index + 2)..] };
                case ['-', ..]:
                    mistake = $"'{args[index]}' is not an option here, or lacks its value. {Usage}";
                    return null;
                default: return line with { File = args[index], Rest = args[(index + 1)..] };
            }
        }
        return line;
    }
}
