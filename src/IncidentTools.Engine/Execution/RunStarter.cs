using System.Security.Cryptography;
using System.Text;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Notifications;
using IncidentTools.Engine.Runbooks;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Execution;

/// <summary>What a run is bound to when it starts, so that no later change of the workspace reaches it.</summary>
internal sealed record RunStart(RunStarted Started, RunbookDefinition Book, IReadOnlyList<byte[]> Contents);

/// <summary>From a request to a run that could begin: everything found, converted, checked. Reads only.</summary>
internal sealed class RunStarter(RunParts parts)
{
    /// <exception cref="IncidentToolsException">RunbookNotFound, RunbookInvalid, IncidentNotFound, ServiceNotFound, ParameterInvalid, WorkspaceNotTrusted.</exception>
    public RunStart Prepare(RunRequest request, string run)
    {
        var book = parts.Find(request.Runbook);
        var workspace = parts.Workspace();
        var incident = request.Incident is { } id ? parts.Incident(id) : null;
        var service = Service(request, book, incident, workspace);
        var contents = new List<byte[]> { Encoding.UTF8.GetBytes(book.Source) };
        var bound = Bind(book, contents);
        return new RunStart(
            new RunStarted(
                run, book.Id, book.Version, book.Title, Hash(contents[0]), bound, incident?["id"] as string, Parameters(request, book, service), Record(service, workspace),
                workspace.Policy.Approval.ByImpact.ToDictionary(pair => pair.Key, pair => new RunApproval(pair.Value.By, pair.Value.Min, pair.Value.NotRequester, pair.Value.Expires, pair.Value.Assurance), StringComparer.Ordinal),
                workspace.Policy.Approval.SoleOperator.Allowed),
            book, contents);
    }

    /// <summary>Refuses to begin in a workspace that nobody trusts when anything could start a program: actions, commands, scripts and the probes that ask one.</summary>
    public void RequireTrust(RunbookDefinition book)
    {
        var workspace = parts.Workspace();
        if (!workspace.Trusted && book.Steps.Concat(book.Handlers).SelectMany(step => new[] { step.Use, step.Check, step.Undo, step.UntilProbe }).OfType<UseDefinition>()
            .Any(use => parts.Uses.Find(use.Uses) is { HasEffect: true } || use.Uses is "probe.command" or "probe.service")) throw Errors.WorkspaceNotTrusted(workspace.Path);
    }

    /// <summary>Templates and script files that the runbook names; their bytes are added to <paramref name="contents"/>.</summary>
    public Dictionary<string, string> Bind(RunbookDefinition book, List<byte[]> contents)
    {
        var bound = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var use in book.Steps.Concat(book.Handlers).Select(step => step.Use))
        {
            if (use.Uses == "notify" && use.With.GetValueOrDefault("template") is string template) Add("template:" + template, MessageTemplate.Find(template, [.. parts.TemplateFolders()]));
            if (use.Uses == "script" && use.With.GetValueOrDefault("file") is string file) Add("file:" + file, Path.GetFullPath(file, Path.GetDirectoryName(book.Path) ?? "."));
        }
        return bound;

        void Add(string name, string path)
        {
            if (bound.ContainsKey(name)) return;
            byte[] bytes;
            try { bytes = File.ReadAllBytes(path); }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException) { throw Errors.FileUnreadable(path, error); }
            contents.Add(bytes);
            bound[name] = Hash(bytes);
        }
    }

    public static string Hash(byte[] bytes) => Convert.ToHexString(SHA256.HashData(bytes)).ToLowerInvariant();

    private static string? Service(RunRequest request, RunbookDefinition book, IReadOnlyDictionary<string, object?>? incident, LoadedWorkspace workspace)
    {
        var named = request.Service ?? book.Parameters.Where(parameter => parameter.Type == "service").Select(parameter => request.Parameters.GetValueOrDefault(parameter.Name) as string).FirstOrDefault(id => id is not null);
        if (named is not null && !workspace.Services.ContainsKey(named)) throw Errors.ServiceNotFound(named, Nearest.Hint(named, workspace.Services.Keys));
        return named ?? (incident?["services"] as IReadOnlyList<object?>)?.FirstOrDefault() as string;
    }

    private static IReadOnlyDictionary<string, object?> Record(string? service, LoadedWorkspace workspace)
    {
        if (service is null) return new Dictionary<string, object?>();
        if (!workspace.Services.TryGetValue(service, out var known)) return new Dictionary<string, object?> { ["id"] = service };
        return known.Record;
    }

    private static Dictionary<string, object?> Parameters(RunRequest request, RunbookDefinition book, string? service)
    {
        foreach (var name in request.Parameters.Keys)
            if (book.Parameters.All(parameter => parameter.Name != name)) throw Errors.ParameterInvalid(book.Id, name, "there is no such parameter", Nearest.Hint(name, book.Parameters.Select(parameter => parameter.Name)));
        var values = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        foreach (var parameter in book.Parameters)
        {
            var given = request.Parameters.GetValueOrDefault(parameter.Name) ?? (parameter.Type == "service" ? service : null);
            if (given is null && parameter.Required) throw Errors.ParameterInvalid(book.Id, parameter.Name, $"a {parameter.Type} is required", parameter.Type == "service" ? "Give -Service, or an incident that has one." : null);
            values[parameter.Name] = given is null ? parameter.Default : Typed(book, parameter, given);
        }
        return values;
    }

    private static object? Typed(RunbookDefinition book, RunbookParameterDefinition parameter, object given)
    {
        var bag = new DiagnosticBag();
        var value = ValueReader.Read(given, ParameterShapes.Of(parameter), "", bag);
        return bag.HasErrors ? throw Errors.ParameterInvalid(book.Id, parameter.Name, bag.Items[0].Message, bag.Items[0].Fix) : value;
    }
}
