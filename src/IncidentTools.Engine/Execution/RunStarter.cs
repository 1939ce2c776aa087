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
        IReadOnlyDictionary<string, object?>? exercise = null;
        if (request.Exercise is { } asked)
        {
            (request, exercise, var around) = Simulation.Exercise.Prepare(request, asked, book, parts);
            workspace = around(workspace);
        }
        var incident = request.Incident is { } id ? parts.Incident(id) : null;
        var service = Service(request, book, incident, workspace);
        var contents = new List<byte[]> { Encoding.UTF8.GetBytes(book.Source) };
        var bound = Bind(book, contents);
        return new RunStart(
            new RunStarted(
                run, book.Id, book.Version, book.Title, Hash(contents[0]), bound, incident?["id"] as string, ParameterShapes.Read(book, request.Parameters, service), Record(service, workspace),
                workspace.Policy.Approval.ByImpact.ToDictionary(pair => pair.Key, pair => new RunApproval(pair.Value.By, pair.Value.Min, pair.Value.NotRequester, pair.Value.Expires, pair.Value.Assurance), StringComparer.Ordinal),
                workspace.Policy.Approval.SoleOperator.Allowed) { Exercise = exercise, SoleWithoutReason = !workspace.Policy.Approval.SoleOperator.ReasonRequired },
            book, contents);
    }

    /// <summary>Refuses to begin in a workspace that nobody trusts when anything could start a program: actions, commands, scripts and the probes that ask one.</summary>
    /// <param name="books">The runbook and all that it runs.</param>
    public void RequireTrust(IEnumerable<RunbookDefinition> books)
    {
        var workspace = parts.Workspace();
        if (!workspace.Trusted && books.SelectMany(each => each.AllSteps).SelectMany(step => step.AllUses)
            .Any(use => parts.Uses.Find(use.Uses) is { HasEffect: true } || use.Uses is "probe.command" or "probe.service")) throw Errors.WorkspaceNotTrusted(workspace.Path);
    }

    /// <summary>Refuses to begin where the system, a program or a module is missing that a runbook requires.</summary>
    /// <exception cref="IncidentToolsException">RequirementMissing.</exception>
    public void Require(IEnumerable<RunbookDefinition> books, bool isExercise = false)
    {
        foreach (var each in books)
        {
            if (parts.StandIn is null && !isExercise && new RunbookEnvironment(parts.Processes, parts.Secrets, parts.Uses).CheckRequirements(each).FirstOrDefault() is { } missing) throw Errors.RequirementMissing(each.Id, missing.Message);
        }
    }

    /// <summary>Templates, script files and other runbooks that the runbook names; their bytes are added to <paramref name="contents"/>.</summary>
    /// <exception cref="IncidentToolsException">FileUnreadable, FileAmbiguous, RunbookNotFound, VersionPinned.</exception>
    public Dictionary<string, string> Bind(RunbookDefinition book, List<byte[]> contents)
    {
        var bound = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var each in WithChildren(book))
        {
            if (each != book) Add($"runbook:{each.Id}@{each.Version}", Encoding.UTF8.GetBytes(each.Source));
            foreach (var use in each.AllSteps.Select(step => step.Use))
            {
                if (use.Uses == "notify" && use.With.GetValueOrDefault("template") is string template) Add("template:" + template, Read(MessageTemplate.Find(template, [.. parts.TemplateFolders()])));
                if (use.Uses == "script" && use.With.GetValueOrDefault("file") is string file) Add("file:" + file, Read(Path.GetFullPath(file, Path.GetDirectoryName(each.Path) ?? ".")));
            }
        }
        return bound;

        void Add(string name, byte[] bytes)
        {
            var hash = Hash(bytes);
            if (bound.TryGetValue(name, out var earlier) && earlier != hash) throw Errors.FileAmbiguous(name[(name.IndexOf(':', StringComparison.Ordinal) + 1)..]);
            if (bound.TryAdd(name, hash)) contents.Add(bytes);
        }

        static byte[] Read(string path)
        {
            try { return File.ReadAllBytes(path); }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException) { throw Errors.FileUnreadable(path, error); }
        }
    }

    /// <summary>A runbook and all that it runs, each once, in the pinned version.</summary>
    /// <exception cref="IncidentToolsException">RunbookNotFound, VersionPinned, RunbookNested.</exception>
    public List<RunbookDefinition> WithChildren(RunbookDefinition book)
    {
        var found = new List<RunbookDefinition>();
        Collect(book, []);
        return found;

        void Collect(RunbookDefinition of, IReadOnlyList<string> outer)
        {
            if (outer.Contains(of.Id)) throw Errors.RunbookNested(string.Join(" → ", [.. outer, of.Id]));
            if (found.Exists(other => other.Id == of.Id && other.Version == of.Version)) return;
            found.Add(of);
            foreach (var child in of.AllSteps.Select(step => step.Child).OfType<ChildDefinition>())
            {
                var other = parts.Find(child.Name);
                if (other.Version != child.Version) throw Errors.VersionPinned(of.Id, child.Name, child.Version, other.Version);
                Collect(other, [.. outer, of.Id]);
            }
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
}
