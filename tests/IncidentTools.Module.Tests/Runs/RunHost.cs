using System.Management.Automation;
using System.Management.Automation.Host;

namespace IncidentTools.Module.Tests.Runs;

/// <summary>A session with a workspace of its own, to which a test adds runbooks.</summary>
internal sealed class RunHost : IDisposable
{
    public RunHost(PSHost? host = null)
    {
        Host = new ModuleHost(host: host);
        Host.Run("New-IncidentWorkspace ./ops");
        Use(Host);
    }

    public ModuleHost Host { get; }
    public string Store => Host.Store;
    public string Workspace => Path.Combine(Host.Folder, "ops");
    public string Canary => Path.Combine(Host.Folder, "canary");

    /// <summary>Another session on the same store and workspace.</summary>
    public ModuleHost Other(PSHost? host = null)
    {
        var other = new ModuleHost(host: host);
        other.Run($"$PSDefaultParameterValues['*-*:Store'] = '{Store}'");
        Use(other);
        return other;
    }

    private void Use(ModuleHost host) => host.Run($"$PSDefaultParameterValues['*-*:Workspace'] = '{Workspace}'; $PSDefaultParameterValues['Start-Incident:NoPage'] = $true");

    /// <summary>A runbook of these steps; each line of <paramref name="steps"/> is a step in flow style or belongs to the one before.</summary>
    public string Book(string id, string steps, string head = "")
    {
        var folder = Directory.CreateDirectory(Path.Combine(Workspace, "runbooks")).FullName;
        File.WriteAllText(Path.Combine(folder, id + ".yaml"), $"schema: incidenttools/runbook/v1\nid: {id}\nversion: 1.0.0\ntitle: Book {id}\nconcurrency: allow\n{head}\nsteps:\n" +
            string.Concat(steps.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => $"  {line}\n")));
        return id;
    }

    public RunbookRun Invoke(string arguments) => Host.Run<RunbookRun>("Invoke-Runbook " + arguments);
    public RunbookRun Resume(string run) => Host.Run<RunbookRun>("Resume-RunbookRun " + run);
    public RunbookStep Step(string run, string step) => Host.Run<RunbookStep>($"Get-RunbookStep {run} -Step {step}");

    /// <summary>What a command gives, and the ids of its errors.</summary>
    public (IReadOnlyList<PSObject> Output, string[] Errors) Try(string script)
    {
        var result = Host.Try(script);
        return (result.Output, [.. result.Errors.Select(error => error.FullyQualifiedErrorId.Split(',')[0])]);
    }

    /// <summary>A step that leaves a file behind.</summary>
    public string Touch(string id, string more = "")
    {
        var with = OperatingSystem.IsWindows() ? $"program: cmd, args: [/d, /c, 'type nul > {Canary}']" : $"program: touch, args: ['{Canary}']";
        return $"- {{ id: {id}, phase: resolve, uses: command, with: {{ {with} }}, impact: none{more} }}";
    }

    /// <summary>A step that takes long.</summary>
    public static string Sleep(string id, string more = "", int seconds = 60)
    {
        var with = OperatingSystem.IsWindows() ? $"program: ping, args: [-n, {seconds}, 127.0.0.1]" : $"program: sleep, args: [{seconds}]";
        return $"- {{ id: {id}, phase: resolve, uses: command, with: {{ {with} }}, impact: none{more} }}";
    }

    public const string Manual = "- { id: look, phase: investigate, title: Look at it, uses: manual, with: { instruction: 'Look at the lamp', outcomes: [Green, Red], fields: { lamps: { type: int, min: 1, required: true, doc: How many lamps } } } }";
    public const string Ask = "- { id: region, phase: triage, title: The region, uses: ask, with: { question: 'Which region?', allowed: [eu, us] } }";
    public const string Approve = "- { id: may, phase: resolve, title: Permission, uses: approve, with: { prompt: 'Restart the lamp?' } }";
    public const string Good = "- { id: good, phase: verify, uses: assert, assert: '1 -eq 1' }";
    public const string Bad = "- { id: bad, phase: verify, uses: assert, assert: '1 -eq 2', with: { message: The lamp is out } }";

    public void Dispose() => Host.Dispose();
}
