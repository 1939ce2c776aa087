using System.Globalization;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes.Databases;

/// <summary>Asks a database one thing and compares the answer. Four things keep it from changing any: the statement's kind, the session, the transaction, which is rolled back, and the rights of whoever logs in.</summary>
internal sealed class SqlProbe() : DatabaseProbe("probe.sql", "Whether a query on a database gives what it should, read only.", Shape, "scalar", "rows", "columns", "rowCount", "truncated", "connectMs", "ms", "serverVersion")
{
    private static readonly ObjectShape Shape = new("probe.sql",
        DatabaseTarget.Field,
        Optional("sql", Text with { AllowExpression = false, Min = 1 }, "one statement that reads; values go into parameters, never into the text", "SELECT 1"),
        Optional("parameters", new MapShape(new ScalarShape(ScalarKind.Any)) { KeyPattern = "^[A-Za-z_][A-Za-z0-9_]*$" }, "its parameters by name; @name in the statement"),
        Optional("expectScalar", new ScalarShape(ScalarKind.Any), "what the first column of the first row must be"),
        Optional("warnAbove", Number, "a greater scalar is a warning"),
        Optional("failAbove", Number, "a greater scalar fails"),
        Optional("warnBelow", Number, "a smaller scalar is a warning"),
        Optional("failBelow", Number, "a smaller scalar fails"),
        Optional("expectRows", Int with { Min = 0 }, "exactly so many rows must come; 0 = none"),
        Optional("expectNoRows", Bool, "whether any row is a failure", false),
        Optional("maxRows", Int with { Min = 1, Max = 1000 }, "how many rows are read and kept at most", 50L),
        Optional("warnLatency", Shapes.Duration, "a slower answer, connecting included, is a warning", TimeSpan.FromSeconds(1)),
        TimeoutField);

    protected override async Task AskAsync(Arguments with, DatabaseTarget target, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        var sql = with.TextOrNull("sql") ?? "SELECT 1";
        if (DatabaseServer.Of(target.Engine).WhyNotReading(sql) is { } why) throw new CannotCheckException(ProbeErrors.InvalidQuery, $"the statement is not run: {why}");
        var began = context.Time.GetTimestamp();
        var session = await DatabaseSession.OpenAsync(target, context, DatabaseAccess.Query, Timeout(with), cancellation).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var connected = context.Time.GetElapsedTime(began);
            found["connectMs"] = Math.Round(connected.TotalMilliseconds, 1);
            found["serverVersion"] = session.Version;
            await session.BeginReadOnlyAsync().ConfigureAwait(false);
            var most = with.Int("maxRows", 50);
            // one more than may come tells "exactly" from "at least"
            var rows = await session.RowsAsync(StatementText.Single(sql), most, with.Map("parameters")).ConfigureAwait(false);
            await session.RollbackAsync().ConfigureAwait(false);
            var took = context.Time.GetElapsedTime(began);
            found["ms"] = Math.Round((took - connected).TotalMilliseconds, 1);
            found["columns"] = rows.Columns;
            found["rows"] = rows.Rows.Select(object? (row) => row).ToList();
            (found["rowCount"], found["truncated"]) = (rows.Rows.Count, rows.More);
            var scalar = rows.First is { } first && rows.Columns.Count > 0 ? first[rows.Columns[0]] : null;
            found["scalar"] = scalar;
            Judge(with, rows, scalar, found);
            var slow = with.Duration("warnLatency") ?? TimeSpan.FromSeconds(1);
            found.Threshold("warnLatency", Duration.Format(slow));
            if (took > slow) found.Warn(ProbeErrors.TooSlow, $"{target.Label}: the answer took {Say.Ms(took.TotalMilliseconds)}");
            found.Pass($"{target.Label}: {rows.Rows.Count}{(rows.More ? " and more" : "")} rows in {Say.Ms(took.TotalMilliseconds)}{(scalar is null ? "" : $", {Say.Cut(ValueReader.Text(scalar), 80)}")}");
        }
    }

    private static void Judge(Arguments with, DatabaseRows rows, object? scalar, Findings found)
    {
        foreach (var name in new[] { "expectScalar", "warnAbove", "failAbove", "warnBelow", "failBelow", "expectRows" }) found.Threshold(name, with[name]);
        var noneMayCome = with.Flag("expectNoRows") || (with.Has("expectRows") && with.Int("expectRows") == 0);
        if (noneMayCome && rows.Rows.Count > 0) found.Fail(ProbeErrors.AnswerUnexpected, $"there are rows, the first is {Say.Cut(string.Join(", ", rows.Rows[0].Values.Select(value => ValueReader.Text(value))), 120)}");
        else if (!noneMayCome && with.Has("expectRows") && with.Int("expectRows") is var wanted)
        {
            if (rows.More && wanted > rows.Rows.Count) found.Unknown(ProbeErrors.Truncated, $"only {rows.Rows.Count} rows were read: raise maxRows above {wanted}");
            else if (rows.More || rows.Rows.Count != wanted) found.Fail(ProbeErrors.AnswerUnexpected, $"{rows.Rows.Count}{(rows.More ? " and more" : "")} rows came, {wanted} should");
        }
        if (with.Has("expectScalar") && !Same(scalar, with["expectScalar"])) found.Fail(ProbeErrors.AnswerUnexpected, $"the answer is {(scalar is null ? "nothing" : Say.Cut(ValueReader.Text(scalar), 80))}, not {ValueReader.Text(with["expectScalar"])}");
        if (!new[] { "warnAbove", "failAbove", "warnBelow", "failBelow" }.Any(with.Has)) return;
        if (Figure(scalar) is not { } number)
        {
            found.Unknown(ProbeErrors.AnswerUnexpected, $"the answer is {(scalar is null ? "nothing" : Say.Cut(ValueReader.Text(scalar), 80))}, which cannot be compared with a number");
            return;
        }
        if (number > with.Number("failAbove")) found.Fail(ProbeErrors.LimitExceeded, $"{Say.Number(number)} is above {Say.Number(with.Number("failAbove")!.Value)}");
        else if (number < with.Number("failBelow")) found.Fail(ProbeErrors.LimitExceeded, $"{Say.Number(number)} is below {Say.Number(with.Number("failBelow")!.Value)}");
        else if (number > with.Number("warnAbove")) found.Warn(ProbeErrors.LimitExceeded, $"{Say.Number(number)} is above {Say.Number(with.Number("warnAbove")!.Value)}");
        else if (number < with.Number("warnBelow")) found.Warn(ProbeErrors.LimitExceeded, $"{Say.Number(number)} is below {Say.Number(with.Number("warnBelow")!.Value)}");
    }

    private static bool Same(object? scalar, object? wanted) => Figure(scalar) is { } one && Figure(wanted) is { } other ? one.Equals(other) : scalar is not null && ValueReader.Text(scalar) == ValueReader.Text(wanted);

    private static double? Figure(object? value) => value switch
    {
        long or double => Convert.ToDouble(value, CultureInfo.InvariantCulture),
        TimeSpan time => time.TotalSeconds,
        _ => null,
    };
}
