using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Foundation.Yaml;

namespace IncidentTools.Engine.Tests.Actions;

/// <summary>A context for actions: real programs, some of them standing in for ones that this machine does not have.</summary>
internal sealed class ActionBench
{
    public StandIns Programs { get; } = new();
    public SecretTable Secrets { get; } = new();
    public List<int> Started { get; } = [];

    /// <summary>The intent is now.</summary>
    public ActionContext Context => new(TimeProvider.System, Programs, Secrets, new SecretMask(), null, TimeProvider.System.GetUtcNow()) { OnProcessStarted = (pid, _) => Started.Add(pid) };

    public static Arguments Arguments(ObjectShape shape, params (string Key, object? Value)[] values)
    {
        var all = shape.Fields.Where(field => field.Default is not null).ToDictionary(field => field.Name, field => field.Default);
        foreach (var (key, value) in values) all[Assert.Single(shape.Fields, field => field.Name == key).Name] = value;
        return new Arguments(all);
    }

    /// <summary>Read as a runbook's <c>with</c> is.</summary>
    public static Arguments Read(ObjectShape shape, string yaml)
    {
        var bag = new DiagnosticBag();
        var data = new ShapeReader(bag).Read(YamlTree.Parse(yaml, "with.yaml", bag)!, shape) as PlainMap;
        Assert.Empty(bag.Items);
        return new Arguments(data!);
    }

    public static IAction Action(string name) => ActionTable.All[name];
}

/// <summary>The real runner, with names that mean other files here. Counts what is started.</summary>
internal sealed class StandIns : IProcessRunner
{
    private readonly ProcessRunner _real = new(TimeProvider.System);
    public Dictionary<string, string> Files { get; } = [];
    public List<ProcessRequest> Runs { get; } = [];

    public string? Find(string program) => Files.TryGetValue(program, out var file) ? file : _real.Find(program);

    public Task<ProcessResult> RunAsync(ProcessRequest request, CancellationToken cancellation)
    {
        lock (Runs) Runs.Add(request);
        // a script by its interpreter: a file that was just written may still be held open by another test's fork
        return _real.RunAsync(Files.TryGetValue(request.Program, out var file) ? new ProcessRequest("/bin/sh", [file, .. request.Arguments])
        {
            Timeout = request.Timeout, Environment = request.Environment, OnStarted = request.OnStarted, StandardInput = request.StandardInput, WorkingDirectory = request.WorkingDirectory, OnOutput = request.OnOutput, Grace = TimeSpan.FromMilliseconds(300),
        } : request with { Grace = TimeSpan.FromMilliseconds(300) }, cancellation);
    }
}

internal sealed class SecretTable : ISecretSource
{
    private readonly Dictionary<string, string> _values = [];
    public string this[string name] { set => _values["secret:" + name] = value; }
    public string? Find(string name) => _values.GetValueOrDefault(name);
}
