namespace IncidentTools.Shell;

/// <summary>What was asked for on the command line; the same spellings as pwsh.</summary>
internal sealed record CommandLine(bool NoLogo, string? Command, string? File, string[] Rest)
{
    public static CommandLine? Parse(string[] args, out string mistake)
    {
        mistake = "";
        var noLogo = false;
        for (var index = 0; index < args.Length; index++)
        {
            switch (args[index].ToLowerInvariant())
            {
                case "-nologo" or "-noprofile" or "-noninteractive": noLogo = true; break;
                case "-command" or "-c" when index + 1 < args.Length: return new(noLogo, string.Join(' ', args[(index + 1)..]), null, []);
                case "-file" or "-f" when index + 1 < args.Length: return new(noLogo, null, args[index + 1], args[(index + 2)..]);
                case ['-', ..]:
                    mistake = $"'{args[index]}' is not an option here, or lacks its value. Usage: IncidentTools.Shell [-NoLogo] [-Command <text> | [-File] <script> [arguments]]";
                    return null;
                default: return new(noLogo, null, args[index], args[(index + 1)..]);
            }
        }
        return new(noLogo, null, null, []);
    }
}
