using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Tests.Probes.Databases;
using IncidentTools.Tests.Shared;

namespace IncidentTools.Engine.Tests.Actions.Databases;

/// <summary>An action on a real server: as a runbook calls it, precondition first.</summary>
internal sealed class DatabaseBench
{
    private readonly ActionBench _bench = new();

    public DatabaseBench()
    {
        _bench.Secrets["db"] = PostgresServer.Password;
        _bench.Secrets["maria"] = MariaServer.Password;
    }

    public ActionContext Context => _bench.Context;

    public static Arguments With(string action, string yaml) => ActionBench.Read(ActionBench.Action(action).Parameters, yaml);

    public Task<string?> WhyNot(string action, string yaml) => ActionBench.Action(action).PreconditionAsync(With(action, yaml), Context, default);

    public async Task<ActionResult> Do(string action, string yaml)
    {
        Assert.Null(await WhyNot(action, yaml));
        return await ActionBench.Action(action).ExecuteAsync(With(action, yaml), Context, default);
    }

    public async Task<CheckState> Check(string action, string yaml) => (await ActionBench.Action(action).CheckAsync(With(action, yaml), Context, default)).State;

    public Task<ActionResult> Undo(string action, string yaml, ActionResult done) => ActionBench.Action(action).UndoAsync(With(action, yaml), done.UndoData, Context, default)!;
}
