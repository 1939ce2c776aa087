using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Workspace;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Execution.Simulation;

/// <summary>The format <c>incidenttools/rehearsal/v1</c>: cases of a runbook, what each step of it is said to give, who answers what, and what is expected of that.</summary>
public static class SimulationShapes
{
    public const string Schema = "incidenttools/rehearsal/v1";
    private const int MaxCases = 1000;
    private static readonly string[] Words = ["Pass", "Warn", "Fail", "Error", "Skipped", "Succeeded", "Failed", "InDoubt", "Done", "NotDone", "InProgress", "Unknown"];
    private static readonly AnyShape Anything = new();
    private static readonly MapShape Values = new(Anything);

    private static readonly ChoiceShape Result = new(OneOf(Words), new ObjectShape("a result",
        Required("result", OneOf(Words), "of a probe Pass, Warn, Fail, Error or Skipped; of an action, command or script Succeeded, Failed or InDoubt; of a check Done, NotDone, InProgress or Unknown"),
        Optional("value", Anything, "what it gives: $steps.<id>.value"),
        Optional("error", Text, "the word for what went wrong: DnsFailure, ConnectionRefused, LowSpace …"),
        Optional("message", Text, "in words"),
        Optional("output", Text, "what it printed"),
        Optional("observations", Values, "what else was seen"),
        Optional("took", Shapes.Duration, "how long it took: the clock goes on by that"))) { Definition = "result" };

    private static readonly ChoiceShape Answer = new(Text, new ObjectShape("an answer",
        Optional("answer", Text, "the outcome, choice or value; Approve or Deny; Done, NotDone or Stop"),
        Optional("values", Values, "fields or questions by name"),
        Optional("note", Text, "what else is said"),
        Optional("by", ListOf(Slug, allowSingle: true), "who approves; else as many as the rule asks for, with the roles it asks for"),
        Optional("expires", Bool, "nobody answers: the time of the wait passes", false),
        Optional("cancel", Bool, "the run is cancelled while it waits for this", false))) { Definition = "answer" };

    private static readonly Field[] Setting =
    [
        Optional("parameters", Values, "values for the runbook's parameters"),
        Optional("service", new ChoiceShape(Slug, ServicesFile.Service.With(Optional("id", Slug, "its id", "rehearsed"))), "a service of the catalogue, or one as it would stand there"),
        Optional("incident", Values, "what the runbook reads as $incident"),
        Optional("at", Shapes.DateTime, "when it begins; else 2026-01-05T09:00:00Z"),
        Optional("mocks", new MapShape(ListOf(Result, allowSingle: true) with { MinItems = 1, Definition = "results" }) { KeyPattern = @"^[a-z][a-z0-9_]*(\.(check|until|undo))?$" },
            "step → its results, one a call; the last one holds from then on. <id>.check, <id>.until and <id>.undo for what a step asks besides"),
        Optional("answers", new MapShape(ListOf(Answer, allowSingle: true) with { MinItems = 1, Definition = "answers" }) { KeyPattern = "^[a-z][a-z0-9_]*$" }, "step → what is answered, one a wait; the last one holds from then on"),
    ];

    private static readonly ObjectShape Expected = new("what is expected",
        Optional("run", OneOf("Waiting", "Succeeded", "SucceededWithFailures", "Failed", "TimedOut", "Cancelled", "RolledBack", "Rejected"), "how the run ends"),
        Optional("path", ListOf(Text with { Pattern = @"^([a-z][a-z0-9_]*(#[1-9][0-9]*)?|\.\.\.)$" }) with { MinItems = 1 }, "the steps that are done, in order, with #visit where it matters; ... stands for any steps, skipped ones do not count"),
        Optional("states", new MapShape(OneOf("Pending", "Waiting", "Succeeded", "Failed", "TimedOut", "Skipped", "Waived", "Cancelled", "InDoubt", "Undone", "UndoFailed")) { KeyPattern = "^[a-z][a-z0-9_]*$" }, "step → its last state"),
        Optional("outputs", new MapShape(Anything) { KeyPattern = "^[a-z][a-z0-9_]*$" }, "variable of the run → its value at the end"),
        Optional("conditions", ListOf(Text, allowSingle: true) with { MinItems = 1 }, "expressions that hold at the end"),
        Optional("messages", Int with { Min = 0 }, "how many messages it would have sent"));

    public static ObjectShape Document { get; } = new("a rehearsal",
    [
        Required("schema", OneOf(Schema), "the format"),
        Optional("runbook", Slug, "the runbook it is for"),
        .. Setting,
        Required("cases", ListOf(new ObjectShape("a case", [Required("name", Text with { Pattern = @"\S" }, "what it shows"), .. Setting, Required("expect", Expected, "what must come of it")])) with { MinItems = 1, MaxItems = MaxCases }, "each is a run of its own; what it does not say itself stands above"),
    ]);
}
