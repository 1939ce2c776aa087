using IncidentTools.Shell;

// Exit codes: of "exit n", else 0, or 1 when the last command failed (-Command) or an error ended the script (-File), 130 after Ctrl+C,
// 64 for wrong arguments. Output goes to stdout, everything else to stderr.
var arguments = CommandLine.Parse(args, out var mistake);
if (arguments is null)
{
    Console.Error.WriteLine(mistake);
    return 64;
}
if (arguments.Help)
{
    Console.Out.WriteLine(CommandLine.Usage);
    return 0;
}
Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1"); // before the engine is touched: it must send nothing home
Terminal.Prepare();
using var session = new Session();
return arguments switch
{
    { Command: { } text } => session.RunText(text),
    { File: { } file } => session.RunFile(file, arguments.Rest),
    _ => new Prompt(session).Run(arguments.NoLogo),
};
