using System.Reflection;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;

namespace IncidentTools.Scripting;

/// <summary>
/// A script in a PowerShell of its own, ended with everything it started. The child imports this module and runs the script as a step here would be
/// run. What it is given comes by its input, what it gives by its output: nothing is part of a command line or of a file.
/// </summary>
internal sealed class ScriptProcess(ScriptPlace place, string manifest)
{
    /// <summary>Constant. pwsh reads its input itself and hands it on as $input; the Shell leaves it to the script. What the script writes to the console is not its result.</summary>
    private const string Bootstrap = """
        $line = @($input)[0]; if ($null -eq $line) { $line = [Console]::In.ReadLine() }
        $out = [Console]::Out; [Console]::SetOut([Console]::Error)
        Import-Module -Name ([System.Text.Json.JsonDocument]::Parse($line).RootElement.GetProperty('module').GetString()) -ErrorAction Stop
        [IncidentTools.Scripting.ScriptChild]::Run($line, $out, $ExecutionContext.SessionState.LanguageMode)
        """;

    public async Task<ScriptResult> RunAsync(ScriptRequest request, CancellationToken cancellation)
    {
        if (Program() is not { } program) return new ScriptResult(false, [], ["there is no PowerShell to start: 'pwsh' is not on PATH; run the script without isolation, or install PowerShell"], [], false, true, false, TimeSpan.Zero) { Error = "PowerShellMissing" };
        var given = new Dictionary<string, object?>
        {
            ["module"] = manifest, ["name"] = request.Name, ["text"] = request.Text, ["parameters"] = request.Parameters, ["maxLines"] = request.MaxLines, ["maxBytes"] = request.MaxBytes, ["store"] = place.Store, ["location"] = place.Location,
        };
        var result = await place.Processes.RunAsync(new ProcessRequest(program.File, [.. program.Arguments, "-NoProfile", "-NonInteractive", "-Command", Bootstrap])
        {
            // ASCII whatever the texts are: the child reads with the code page of its console
            StandardInput = PlainJson.Write(given) + "\n", WorkingDirectory = place.Location, Timeout = request.Timeout, MaxLines = int.MaxValue, MaxBytes = checked((request.MaxBytes * 24) + (1 << 20)), OnStarted = request.OnStarted,
        }, cancellation).ConfigureAwait(false);
        return Read(request, result);
    }

    private static ScriptResult Read(ScriptRequest request, ProcessResult result)
    {
        ScriptResult Failed(string error, bool timedOut, bool ended)
        {
            var parts = Parts(result.Output);
            IReadOnlyList<object?> Of(string kind) => [.. parts.Where(part => part.ContainsKey(kind)).Select(part => part[kind]).Take(request.MaxLines)];
            return new(false, Of("output"), [error, .. Texts(Of("error"))], [.. Texts(Of("log")), .. Lines(result.ErrorOutput, request.MaxLines)], timedOut, ended, result.Truncated || parts.Any(part => part.ContainsKey("cut")), result.Took);
        }
        if (result.NotStarted is { } why) return Failed(why, false, true);
        // its whole tree was ended, but what it had done by then is not known
        if (result.TimedOut) return Failed($"not done after {Duration.Format(request.Timeout ?? result.Took)}, so its process was ended", true, true);
        if (result.Cancelled) return Failed("its process was ended on request", false, true);
        var line = result.Output.Split('\n').LastOrDefault(item => item.StartsWith(ScriptChild.Mark, StringComparison.Ordinal));
        if (line is null || !TryParse(line[ScriptChild.Mark.Length..], out var map)) return Failed($"its process ended (exit code {result.ExitCode}) without a result", false, false);
        return new ScriptResult(
            map["succeeded"] is true, map["output"] as IReadOnlyList<object?> ?? [], Texts(map["errors"]), [.. Texts(map["log"]), .. Lines(result.ErrorOutput, request.MaxLines)], false, map["ended"] is true, map["truncated"] is true, result.Took);
    }

    /// <summary>The program we run in when it takes -Command as pwsh does, else the pwsh that PATH finds.</summary>
    private (string File, IReadOnlyList<string> Arguments)? Program()
    {
        if (Environment.ProcessPath is { } own && Assembly.GetEntryAssembly() is { } entry && entry.GetName().Name is "pwsh" or "IncidentTools.Shell")
            return Path.GetFileNameWithoutExtension(own).Equals("dotnet", StringComparison.OrdinalIgnoreCase) ? (own, [entry.Location]) : (own, []);
        return place.Processes.Find("pwsh") is { } found ? (found, []) : null;
    }

    /// <summary>What came before it was ended.</summary>
    private static List<IReadOnlyDictionary<string, object?>> Parts(string output) =>
        [.. output.Split('\n').Where(line => line.StartsWith(ScriptChild.Part, StringComparison.Ordinal)).Select(line => ScriptChild.Read(line[ScriptChild.Part.Length..])).OfType<IReadOnlyDictionary<string, object?>>()];

    private static bool TryParse(string json, out IReadOnlyDictionary<string, object?> map)
    {
        map = ScriptChild.Read(json) ?? new Dictionary<string, object?>();
        return map.ContainsKey("succeeded");
    }

    private static IReadOnlyList<string> Texts(object? list) => list is IReadOnlyList<object?> items ? [.. items.OfType<string>()] : [];
    private static IReadOnlyList<string> Lines(string text, int most) => [.. text.Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.Length > 0).Take(most)];
}
