using System.Globalization;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Probes.Databases;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Actions.Databases;

/// <summary>Runs one statement exactly as it was approved: its text is part of the plan, its values are bound, and it is undone by itself when it meets more rows than it may.</summary>
internal sealed class SqlExecuteApprovedAction : IAction
{
    private static readonly ScalarShape Statement = Text with { AllowExpression = false, Min = 1 };
    private static readonly string[] Control = ["BEGIN", "START", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "END", "ABORT", "PREPARE", "USE"];
    private static readonly string[] CommitsByItself = ["CREATE", "ALTER", "DROP", "TRUNCATE", "RENAME", "GRANT", "REVOKE", "ANALYZE", "OPTIMIZE", "REPAIR", "LOCK", "UNLOCK", "LOAD", "SET", "RESET", "FLUSH"];

    public string Name => "action.sql-execute-approved";
    public string Summary => "Runs one approved statement on a database, in a transaction, within a limit of rows";

    public ObjectShape Parameters { get; } = new("action.sql-execute-approved",
        DatabaseTarget.Field,
        Required("sql", Statement, "the statement; no expression, so that what is approved is what runs"),
        Optional("parameters", new MapShape(new ScalarShape(ScalarKind.Any)) { KeyPattern = "^[A-Za-z_][A-Za-z0-9_]*$" }, "its values by name; @name in the statement"),
        Required("maxAffected", Int with { Min = 0 }, "more rows than these take it back at once"),
        Optional("count", Statement, "a query that counts the rows it will change, asked first: more than maxAffected and nothing is run"),
        Optional("check", Statement, "a query that gives true, or a number that is not 0, once it is done"),
        Optional("undo", Statement, "a statement that takes it back, with the same values and the same limit"),
        DatabaseWork.Timeout(TimeSpan.FromMinutes(1)));

    public StepImpact Impact(Arguments with) => StepImpact.High;
    public IReadOnlyList<string> ImpactReasons(Arguments with) => ["it changes data, as written"];

    public ActionPlan Plan(Arguments with)
    {
        var values = with.Map("parameters").Select(item => $"@{item.Key} = {ValueReader.Text(item.Value)}").ToList();
        return new ActionPlan(DatabaseTarget.Of(with).Label, $"Runs one statement on {DatabaseTarget.Of(with).Label} in a transaction{(values.Count == 0 ? "" : $" with {string.Join(", ", values)}")}; takes it back when it changes more than {with.Int("maxAffected")} rows",
            [.. with.Has("count") ? [with.Text("count")] : Array.Empty<string>(), "BEGIN", with.Text("sql"), "COMMIT"], with.TextOrNull("undo"));
    }

    public Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation) => DatabaseWork.WhyNotAsync(async () =>
    {
        if (WhyNot(with) is { } why) return why;
        if (!with.Has("count")) return null;
        var counted = await ScalarAsync(with.Text("count"), with, context, cancellation).ConfigureAwait(false);
        return counted is not (long or double) ? "the query that counts gives no number"
            : Convert.ToDouble(counted, CultureInfo.InvariantCulture) > with.Int("maxAffected") ? $"it would change {ValueReader.Text(counted)} rows, and maxAffected is {with.Int("maxAffected")}" : null;
    });

    public Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation) => RunAsync(with.Text("sql"), with, context, cancellation);

    public Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation) => !with.Has("check")
        ? Task.FromResult(new CheckResult(CheckState.Unknown, "no query says whether it is done"))
        : DatabaseWork.CheckAsync(async () => await ScalarAsync(with.Text("check"), with, context, cancellation).ConfigureAwait(false) switch
        {
            true or "t" or "true" => new CheckResult(CheckState.Done, "its check says so"),
            long and not 0 or double and not 0 => new CheckResult(CheckState.Done, "its check says so"),
            null => new CheckResult(CheckState.Unknown, "its check gives no answer"),
            var other => new CheckResult(CheckState.NotDone, $"its check gives {ValueReader.Text(other)}"),
        });

    public bool CanUndo(Arguments with) => with.Has("undo");

    public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation) =>
        with.TextOrNull("undo") is { } undo ? RunAsync(undo, with, context, cancellation) : null;

    private static Task<ActionResult> RunAsync(string sql, Arguments with, ActionContext context, CancellationToken cancellation) => DatabaseWork.RunAsync(cancellation, async mark =>
    {
        if (WhyNot(with) is { } why) return DatabaseWork.Failed("Refused", why);
        var session = await DatabaseWork.OpenAsync(DatabaseTarget.Of(with), DatabaseAccess.Change, Timeout(with), context, cancellation).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await session.BeginAsync().ConfigureAwait(false);
            int affected;
            // until the commit is sent, whatever goes wrong undoes it
            try { affected = await session.ExecuteAsync(StatementText.Single(sql), with.Map("parameters")).ConfigureAwait(false); }
            catch (DatabaseException error) { return DatabaseWork.Failed(error.Trouble.Word, $"{error.Message}; nothing was changed"); }
            if (affected > with.Int("maxAffected"))
            {
                await session.RollbackAsync().ConfigureAwait(false);
                return DatabaseWork.Failed("TooManyRows", $"it met {affected} rows, more than {with.Int("maxAffected")}, and was taken back");
            }
            mark.Begin();
            await session.CommitAsync().ConfigureAwait(false);
            return new ActionResult(ActionOutcome.Succeeded, affected < 0 ? "done" : $"done: {affected} rows") { Value = new Dictionary<string, object?> { ["affected"] = affected < 0 ? null : (long)affected } };
        }
    });

    private static string? WhyNot(Arguments with)
    {
        var engine = DatabaseTarget.Of(with).Engine;
        foreach (var sql in new[] { with.Text("sql"), with.TextOrNull("undo") }.OfType<string>())
        {
            if (StatementText.WhyNotOne(sql) is { } why) return why;
            var first = StatementText.First(sql);
            if (first.Length == 0 || Control.Contains(first, StringComparer.Ordinal)) return $"it begins with {(first.Length == 0 ? "no word" : first)}: the transaction around it is not its own";
            if (engine is "mysql" or "mariadb" && CommitsByItself.Contains(first, StringComparer.Ordinal)) return $"{first} commits by itself there and could not be taken back";
        }
        foreach (var name in new[] { "count", "check" })
            if (with.TextOrNull(name) is { } sql && DatabaseServer.Of(engine).WhyNotReading(sql) is { } why) return $"{name}: {why}";
        return null;
    }

    private static async Task<object?> ScalarAsync(string sql, Arguments with, ActionContext context, CancellationToken cancellation)
    {
        var session = await DatabaseWork.OpenAsync(DatabaseTarget.Of(with), DatabaseAccess.Look, Timeout(with), context, cancellation).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await session.BeginReadOnlyAsync().ConfigureAwait(false);
            var used = with.Map("parameters").Where(item => sql.Contains("@" + item.Key, StringComparison.Ordinal)).ToDictionary(item => item.Key, item => item.Value);
            var rows = await session.RowsAsync(StatementText.Single(sql), 1, used).ConfigureAwait(false);
            return rows.First is { } row && rows.Columns.Count > 0 ? row[rows.Columns[0]] : null;
        }
    }

    private static TimeSpan Timeout(Arguments with) => with.Duration("timeout") ?? TimeSpan.FromMinutes(1);
}
