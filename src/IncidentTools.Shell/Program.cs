using IncidentTools.Shell;

// IncidentTools.Shell [-NoLogo] [-Command <text> | [-File] <script> [arguments …]]
// Exit codes: of the script ("exit 3"), else 0, or 1 when the last command failed or an error ended it, 64 for wrong arguments.
var arguments = CommandLine.Parse(args, out var mistake);
if (arguments is null)
{
    Console.Error.WriteLine(mistake);
    return 64;
}
using var session = new Session();
return arguments switch
{
    { Command: { } text } => session.RunText(text),
    { File: { } file } => session.RunFile(file, arguments.Rest),
    _ => new Prompt(session).Run(arguments.NoLogo),
};
