using System.Management.Automation;
using System.Text.Json;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;

namespace IncidentTools.Scripting;

/// <summary>The other end of a script in its own process: called there by a constant text, never by users.</summary>
public static class ScriptChild
{
    internal const string Mark = "incidenttools-result ", Part = "incidenttools-part ";

    /// <summary>Runs the script a request describes and writes its result, one line; before it what comes, a line each, for who must end it before that.</summary>
    public static void Run(string request, TextWriter output, PSLanguageMode language)
    {
        ArgumentNullException.ThrowIfNull(output);
        var given = Read(request) ?? throw new ArgumentException("this is not a request", nameof(request));
        var limit = new LanguageLimit();
        limit.Note(language);
        var place = new ScriptPlace((string)given["location"]!, given["store"] as string, new ProcessRunner(TimeProvider.System), TimeProvider.System);
        var script = new ScriptRequest((string)given["name"]!, (string)given["text"]!, given["parameters"] as IReadOnlyDictionary<string, object?> ?? new Dictionary<string, object?>(), null, OwnProcess: false, (int)(long)given["maxLines"]!, (int)(long)given["maxBytes"]!);
        var (gate, room) = (new object(), script.MaxBytes);
        void Tell(string kind, object? value, int size)
        {
            lock (gate)
            {
                if (room < 0) return;
                room -= size;
                output.WriteLine(Part + PlainJson.Write(room < 0 ? new Dictionary<string, object?> { ["cut"] = true } : new Dictionary<string, object?> { [kind] = value }));
                output.Flush();
            }
        }
        using var runner = new ScriptRunner(limit, place) { Tell = Tell };
        var result = runner.RunAsync(script, CancellationToken.None).GetAwaiter().GetResult();
        lock (gate) room = -1;
        output.WriteLine(Mark + PlainJson.Write(new Dictionary<string, object?>
        {
            ["succeeded"] = result.Succeeded, ["output"] = result.Output, ["errors"] = result.Errors.ToList<object?>(), ["log"] = result.Log.ToList<object?>(), ["ended"] = result.Ended, ["truncated"] = result.Truncated,
        }));
        output.Flush();
    }

    internal static IReadOnlyDictionary<string, object?>? Read(string json)
    {
        try { return PlainJson.Read(json) as IReadOnlyDictionary<string, object?>; }
        catch (JsonException) { return null; }
    }
}
